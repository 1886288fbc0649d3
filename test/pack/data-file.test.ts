// The data that a manufacturer merges, byte for byte against the platform's own books.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { call, have } from '../support/programs.ts';
import { manifestRows, openRehearsal } from '../support/rehearsal.ts';

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);

const CODES = 'token: { length: 12, symbols: true, numbers: true }, pin: { length: 6 }';
const job = (name: string, data: string, codes = CODES) => `
name: ${name}
account: T00000001
cards: { count: 60, overs: 4, id: "${name}, no. {serial}", ${codes} }
template: classic
sheet: a4-8up
packing: { bundle: 10, box: 20 }
handoff: { seal: none, data: ${data} }
`;
const read = (run: string, file: string) => readFileSync(join(shop.output, run, 'handoff', file), 'utf8');
const booked = (run: string) =>
  Object.values(sandbox.books().accounts)
    .flatMap(({ cards }) => cards)
    .filter(({ card_id }) => card_id.startsWith(`${run},`))
    .sort((a, b) => (a.card_id < b.card_id ? -1 : 1))
    .map((card) => ({ card_id: card.card_id, token: card.tokens[0]!.value, pin: card.pins[0]!.value }));

test('CSV: UTF-8 without a mark, CRLF, RFC 4180, leading zeros, nothing added', async () => {
  await shop.run(job('csv', 'csv'), { run: 'csv' });
  const text = read('csv', 'data/cards.csv');
  expect(text.startsWith('serial,card_id,token,pin\r\n000001,"csv, no. 000001",')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const cards = booked('csv');
  expect(cards).toHaveLength(64);
  expect(cards.some(({ token }) => /^[=+@-]/.test(token) || token.includes('"'))).toBe(true);
  expect(manifestRows(text).map(({ card_id, token, pin }) => ({ card_id, token, pin }))).toEqual(cards);
  if (have('python3')) {
    const program = 'import csv,sys,json;print(json.dumps(list(csv.DictReader(sys.stdin,strict=True))))';
    const rows = JSON.parse(
      call('python3', ['-c', program], { input: text, env: { PYTHONUTF8: '1' } }).toString(),
    ) as { token: string }[];
    expect(rows.map(({ token }) => token)).toEqual(cards.map(({ token }) => token));
  }
});

test('mapped columns, the PIN in a file of its own, art without data and what goes where', async () => {
  const columns = '[{ field: card_id, name: Number }, { field: token, name: "Token/Barcode" }, pin, box]';
  await shop.run(job('apart', `{ format: tsv, columns: ${columns}, pin: apart }`), { run: 'apart' });
  const lines = (file: string) => read('apart', file).trimEnd().split('\r\n');
  const cards = booked('apart');
  expect(lines('data/cards.tsv')[0]).toBe('Number\tToken/Barcode\tbox');
  expect(lines('data/cards.tsv')[64]).toBe(`${cards[63]!.card_id}\t${cards[63]!.token}\t4`);
  expect(lines('data/pins.tsv')).toEqual([
    'Number\tpin',
    ...cards.map(({ card_id, pin }) => `${card_id}\t${pin}`),
  ]);
  const files = readdirSync(join(shop.output, 'apart/handoff/static'));
  expect(files).toEqual(['back.pdf', 'front.pdf', 'positions.json']);
  const positions = JSON.parse(read('apart', 'static/positions.json')) as { data: string }[];
  expect(positions.map(({ data }) => data)).toEqual(
    expect.arrayContaining(['{token}', '{pin}', '{card_id}']),
  );
  const ticket = JSON.parse(read('apart', 'ticket.json')) as { data: object[] };
  expect(ticket.data).toMatchObject([{ records: 64, match: 'card_id' }, { file: 'data/pins.tsv' }]);
  if (have('pdftotext')) {
    const art = join(shop.output, 'apart/handoff/static/back.pdf');
    expect(call('pdftotext', [art, '-']).toString()).toContain('Treat this card like cash');
    expect(call('pdftotext', [art, '-']).toString()).not.toMatch(/apart|\{/);
  }
});

test('fixed width: every record as long as every other', async () => {
  const digits = 'token: { length: 16 }, pin: { length: 6 }';
  const columns = '[serial, { field: card_id, width: 20 }, token, type]';
  const fixed = job('fixed', `{ format: fixed, columns: ${columns} }`, digits);
  await expect(shop.run(fixed, { run: 'fixed' })).rejects.toThrow('the PIN is missing');
  await shop.run(fixed.replace('token, type', 'token, pin'), { run: 'fixed' });
  const lines = read('fixed', 'data/cards.txt').split('\r\n');
  expect(lines).toHaveLength(65);
  expect(new Set(lines.slice(0, 64).map(({ length }) => length))).toEqual(new Set([10 + 20 + 16 + 6]));
  expect(lines[0]).toBe(
    `000001    fixed, no. 000001   ${booked('fixed')[0]!.token}${booked('fixed')[0]!.pin}`,
  );
});

test('columns that could not work are refused at their place', async () => {
  for (const [data, reason] of [
    ['{ format: csv, columns: [card_id, pin] }', 'the token is missing'],
    ['{ format: csv, columns: [token, pin] }', 'match key card_id is missing'],
    ['{ format: csv, columns: [card_id, card_id, token, pin] }', 'two columns'],
    ['{ format: csv, columns: [card_id, cvv] }', 'handoff.data.columns[2] is "cvv"'],
    ['xls', 'it must be none, csv'],
  ] as const)
    await expect(shop.run(job('refused', data))).rejects.toThrow(reason);
});
