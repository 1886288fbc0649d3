// Every printable ASCII character, in tokens, PINs and card ids, on its way through a whole run: into the bars
// and the text of the PDF, and through manifest.csv.
import { cpSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRINTABLE_ASCII } from '../../src/plan/format.ts';
import { pdfium } from '../../src/verify/pdfium.ts';
import { parseCsv } from '../pack/csv.ts';
import { picturesOf, readSymbols } from '../render/reader.ts';
import { run as runProgram, testWith } from '../render/tools.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { runsIn } from './books.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
const SYMBOLS = PRINTABLE_ASCII.replaceAll(/[A-Za-z0-9]/g, '');
const LETTERS = PRINTABLE_ASCII.replaceAll(/[^A-Za-z]/g, '');
const DPI = 300;

/** Begins like a spreadsheet's formula, holds every character, and has braces and quotes that mean nothing. */
const ID = `=${SYMBOLS.replace('=', '').trim()} {serial:3}${LETTERS}`;

const JOB = `
name: characters
account: T00000001
cards:
  count: 80
  id: ${JSON.stringify(ID)}
  token: { length: 8, prefix: "=", numbers: true, characters: true, symbols: true }
  pin: { length: 8, numbers: true, characters: true, symbols: true }
template: ./template
sheet: a4-8up
handoff: { seal: none }
`;

/** Classic has room for short ids; here they have a line of their own below the token. */
const ID_LINE =
  "  - { part: text, text: '{card_id}', at: [42.8, 25.4], font: regular, size: 3.6, align: center, width: 79.6 }";

interface KnownCard {
  readonly id: string;
  readonly serial: number;
  readonly token: string;
  readonly pin: string;
}

// The seed is one with which every character comes.
const { sandbox, shop, close } = await openRehearsal({
  seed: 'characters',
  behaviour: { symbolSet: SYMBOLS },
});
let cards: readonly KnownCard[];
let csv: string;
let pdfs: readonly string[];
beforeAll(async () => {
  const classic = readFileSync(join(TEMPLATES, 'classic/template.yaml'), 'utf8');
  cpSync(join(TEMPLATES, 'classic'), join(shop.dir, 'template'), { recursive: true });
  writeFileSync(
    join(shop.dir, 'template/template.yaml'),
    classic.replace(/^.*'\{card_id\}'.*$/m, () => ID_LINE),
  );
  symlinkSync(join(TEMPLATES, 'fonts'), join(shop.dir, 'fonts'));
  await shop.run(JOB);
  cards = (sandbox.books().accounts.T00000001?.cards ?? []).map(({ card_id: id, tokens, pins }) => ({
    id,
    serial: Number(/ (\d{3})/.exec(id)?.[1]),
    token: tokens[0]!.value,
    pin: pins[0]!.value,
  }));
  const [run = ''] = runsIn(shop.output);
  csv = shop.read(`${run}/handoff/manifest.csv`);
  const print = join(shop.output, run, 'handoff/print');
  pdfs = readdirSync(print).map((file) => join(print, file));
});
afterAll(close);

test('every printable character really occurs, in tokens, in PINs and in ids', () => {
  expect(cards).toHaveLength(80);
  expect(PRINTABLE_ASCII).toHaveLength(95);
  expect(cards.every(({ token, id }) => token.startsWith('=') && id.startsWith('='))).toBe(true);
  const tokens = cards.map(({ token }) => token.slice(1));
  for (const texts of [tokens, cards.map(({ pin }) => pin), cards.map(({ id }) => id)])
    expect(distinct(texts.join(''))).toBe(distinct(PRINTABLE_ASCII));
});

describe('they come unharmed', () => {
  test('out of the bars', async () => {
    const read: string[] = [];
    for (const pdf of pdfs) {
      for (const [page, picture] of (await picturesOf(readFileSync(pdf), DPI)).entries()) {
        // Fronts hold the code of their sheet alone.
        const texts = (await readSymbols(picture)).map(({ text }) => text);
        if (page % 2 === 0) expect(texts).toEqual([expect.stringMatching(/^\d{10}$/)]);
        else read.push(...texts);
      }
    }
    expect(read.sort()).toEqual(cards.flatMap(({ token, pin }) => [token, pin]).sort());
  });

  test('out of the text, by pdfium', async () => {
    const text = (await Promise.all(pdfs.map((pdf) => textOf(readFileSync(pdf))))).join('');
    expect(cards.filter((card) => !text.includes(drawn(card)))).toEqual([]);
  });

  testWith('pdftotext', 'out of the text, by pdftotext', () => {
    const text = pdfs.map((pdf) => runProgram('pdftotext', '-raw', pdf, '-')).join('');
    expect(cards.filter((card) => !withoutSpaces(text).includes(drawn(card)))).toEqual([]);
  });

  test('out of manifest.csv', () => {
    const [header = [], ...rows] = parseCsv(csv);
    const [serial, id] = [header.indexOf('serial'), header.indexOf('card_id')];
    expect(rows.map((row) => [row[serial], row[id]])).toEqual(
      cards.map((card) => [String(card.serial), card.id]),
    );
  });
});

/** What a card says of its own in the order in which it is drawn. */
function drawn({ token, pin, serial, id }: KnownCard): string {
  return withoutSpaces([token, pin, String(serial).padStart(6, '0'), id].join(''));
}

/** Readers of text guess where spaces are; those of a code are read from its bars. */
function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/g, '');
}

function distinct(text: string): string {
  return [...new Set(text)].sort().join('');
}

/** A PDF's text in the order in which it is drawn, without spaces. */
async function textOf(pdf: Uint8Array): Promise<string> {
  const reader = await pdfium();
  const data = reader.pdfium.wasmExports.malloc(pdf.length);
  reader.pdfium.HEAPU8.set(pdf, data);
  const document = reader.FPDF_LoadMemDocument(data, pdf.length, '');
  let text = '';
  for (let number = 0; number < reader.FPDF_GetPageCount(document); number += 1) {
    const page = reader.FPDF_LoadPage(document, number);
    const characters = reader.FPDFText_LoadPage(page);
    for (let at = 0; at < reader.FPDFText_CountChars(characters); at += 1)
      text += String.fromCodePoint(reader.FPDFText_GetUnicode(characters, at));
    reader.FPDFText_ClosePage(characters);
    reader.FPDF_ClosePage(page);
  }
  reader.FPDF_CloseDocument(document);
  reader.pdfium.wasmExports.free(data);
  return withoutSpaces(text);
}
