// Processes beside printing in the handoff: files of their own, layers of the volumes, or left out; what the
// ticket and the manifest say of them; and cards in stacks, in their manifest and data file.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import { afterAll, expect, test } from 'vitest';
import { generateKeyPair, unseal } from '../../src/base/vault.ts';
import type { Manifest } from '../../src/pack/manifest-schema.ts';
import type { Ticket } from '../../src/pack/ticket.ts';
import { checkX4 } from '../../src/verify/x4.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const { shop, close } = await openRehearsal();
afterAll(close);

const job = (name: string, press: string, more = 'handoff: { seal: none }', sheet = 'a4-8up') => `
name: ${name}
account: T00000001
cards: { count: ${sheet === 'a4-8up' ? 18 : 60}, id: "${name}-{serial}" }
template: classic
sheet: ${sheet}
press: ${press}
${more}
`;
const path = (run: string, file: string) => join(shop.output, run, 'handoff', file);
const json = (run: string, file: string) => JSON.parse(readFileSync(path(run, file), 'utf8')) as unknown;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a step is a page of its own, in the sums, sealed as the volumes are, in the place of the print', async () => {
  const key = await generateKeyPair();
  const handoff = `handoff: { seal: [${key.recipient}] }`;
  await shop.run(job('apart', '{ stepInk: spot }', handoff), { run: 'apart' });
  const { steps } = json('apart', 'manifest.json') as Manifest;
  const file = 'steps/apart_TEST_scratch_back.pdf.age';
  expect(steps).toMatchObject([{ step: 'scratch', side: 'back', file }]);
  expect(readdirSync(path('apart', 'steps'))).toEqual(['apart_TEST_scratch_back.pdf.age']);
  const sealed = readFileSync(path('apart', file));
  expect(steps[0]!.sha256).toBe(sha256(sealed));
  expect(readFileSync(path('apart', 'SHA256SUMS'), 'utf8')).toContain(`${sha256(sealed)}  ${file}\n`);
  const pdf = await unseal(sealed, key, file);
  expect(steps[0]!.content.sha256).toBe(sha256(pdf));
  expect(await checkX4(pdf)).toEqual([]);
  const [page] = (await PDFDocument.load(pdf, { updateMetadata: false })).getPages();
  const volume = await unseal(
    readFileSync(path('apart', 'print/apart_TEST_001of001.pdf.age')),
    key,
    'the volume',
  );
  const back = (await PDFDocument.load(volume, { updateMetadata: false })).getPage(1);
  expect([page!.getMediaBox(), page!.getTrimBox()]).toEqual([back.getMediaBox(), back.getTrimBox()]);

  const ticket = json('apart', 'ticket.json') as Ticket;
  expect(ticket.steps).toEqual([{ step: 'scratch', side: 'back', spot: 'Scratch', where: 'separate', file }]);
  expect(ticket.inks.spots).toEqual([]);
  expect(readFileSync(path('apart', 'README.txt'), 'utf8')).toContain(file);
});

test('a step in the volume is a plate of it, and read back is what lies below', async () => {
  const more = 'handoff: { seal: none, data: csv }';
  await shop.run(job('within', '{ steps: inline, barGrowth: 42 }', more), { run: 'within' });
  const ticket = json('within', 'ticket.json') as Ticket;
  expect(ticket.steps).toEqual([
    { step: 'scratch', side: 'back', spot: 'Scratch', where: 'inline', file: null },
  ]);
  expect(ticket.inks.spots).toEqual(['Scratch']);
  expect(Math.round(ticket.press.barsNarrowerBy)).toBe(42);
  const manifest = json('within', 'manifest.json') as Manifest;
  expect(manifest.steps).toEqual([]);
  expect(manifest.verified).toMatchObject({ symbols: 36, decoded: 36 });
  expect(manifest.symbols.map(({ less }) => less)).toEqual([1, 1]);
  expect(existsSync(path('within', 'steps'))).toBe(false);
  // Art for a manufacturer that merges by itself has the step in it, too.
  const art = readFileSync(path('within', 'static/back.pdf'));
  expect(await checkX4(art)).toEqual([]);
  expect(art.toString('latin1')).toContain('/Separation /Scratch');
});

test('steps that are left out are said to be', async () => {
  await shop.run(job('without', '{ steps: none }'), { run: 'without' });
  const ticket = json('without', 'ticket.json') as Ticket;
  expect(ticket.steps).toMatchObject([{ step: 'scratch', where: 'none', file: null }]);
  expect(existsSync(path('without', 'steps'))).toBe(false);
});

test('in stacks, manifest and data file have each card where it is printed', async () => {
  const data = '{ format: csv, columns: [card_id, token, pin, sheet, slot] }';
  const more = `packing: { bundle: 3, box: 6 }\nvolume: { sheets: 3 }\nhandoff: { seal: none, data: ${data} }`;
  await shop.run(job('stacks', '{}', more, '24up-360x520'), { run: 'stacks' });
  const rows = (file: string) =>
    readFileSync(path('stacks', file), 'utf8')
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
  const [head = [], ...cards] = rows('manifest.csv');
  const places = cards.map((card) => ['sheet', 'slot', 'bundle'].map((name) => card[head.indexOf(name)]!));
  // Three sheets: each slot is a pile of three serials, which is a bundle.
  expect(places).toEqual(
    Array.from({ length: 60 }, (_, index) => [
      `${(index % 3) + 1}`,
      ...Array<string>(2).fill(`${Math.floor(index / 3) + 1}`),
    ]),
  );
  const [dataHead = [], ...records] = rows('data/cards.csv');
  const seat = (row: readonly string[], names: readonly string[]) =>
    ['card_id', 'sheet', 'slot'].map((name) => row[names.indexOf(name)]);
  expect(records.map((row) => seat(row, dataHead))).toEqual(cards.map((row) => seat(row, head)));
  expect((json('stacks', 'ticket.json') as Ticket).order).toMatch(/^Cut and stack/);
});

test('a press profile of the shop’s own is read, its waivers told, and its stacks held to bundles', async () => {
  mkdirSync(join(shop.dir, 'press'));
  writeFileSync(
    join(shop.dir, 'press/works.yaml'),
    'name: Card Works\ndpi: 1200\nthresholds: { bar-height: { fail: 11 } }\nwaivers: [{ rule: bar-height, reason: their scanner test of May }]\n',
  );
  await shop.run(job('shop', './press/works.yaml'), { run: 'shop' });
  const { preflight } = json('shop', 'report.json') as { preflight: { rules: { rule: string }[] } };
  expect(preflight.rules).toContainEqual(
    expect.objectContaining({
      rule: 'bar-height',
      verdict: 'waived',
      reason: 'their scanner test of May',
    }),
  );
  expect((json('shop', 'ticket.json') as Ticket).waivers.join('\n')).toContain('their scanner test of May');
  const { press } = json('shop', 'manifest.json') as Manifest;
  expect(press).toMatchObject({ name: 'Card Works', dpi: 1200 });
  const more = 'packing: { bundle: 100, box: 500 }\nvolume: { sheets: 30 }\nhandoff: { seal: none }';
  await expect(shop.run(job('odd', '{}', more, '24up-360x520'))).rejects.toThrow(
    'stacks of 30 sheets break bundles of 100, and the sheet 24up-360x520 is cut and stacked',
  );
});
