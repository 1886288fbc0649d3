// The manifest's rows: an id comes out of a CSV reader exactly as the platform knows it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CSV_HEADER, csvField, csvRow } from '../../src/pack/manifest.ts';
import { idOf, volumesOf } from '../../src/plan/plan.ts';
import { planOf } from '../plan/plans.ts';
import { parseCsv } from './csv.ts';

const COMMITMENT = 'c0'.repeat(32);

test.each([
  ['plain', 'plain'],
  ['', ''],
  [17, '17'],
  ['(7) \\ {} ; = +', '(7) \\ {} ; = +'],
  ['=1+1', '=1+1'],
  ['+47 @x -1', '+47 @x -1'],
  [' padded ', ' padded '],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['"', '""""'],
  ['two\r\nlines', '"two\r\nlines"'],
])('the field %j is written as %s: nothing is added for spreadsheets', (value, written) => {
  expect(csvField(value)).toBe(written);
});

test('any fields come out of a reader as they went in', () => {
  const field = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', ';', 'a', ' ') }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
      (rows) => {
        const text = rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
        expect(parseCsv(text)).toEqual(rows);
      },
    ),
  );
});

test.each([
  '=S({serial})',
  '+S"{serial}", x',
  "=cmd|' /C calc'!A{serial}",
  'S\\{serial}{};,=+"',
  '@"{serial}"',
])('a row with ids like %s is read back field by field', (pattern) => {
  const plan = planOf({ cards: { id: pattern, first: 21 }, packing: { bundle: 2, box: 4 } });
  const volume = volumesOf(plan)[1]!;
  const text = `${CSV_HEADER}\r\n${csvRow(plan, volume, { position: 5, serial: 26 }, COMMITMENT)}\r\n`;
  const [header = [], row = []] = parseCsv(text);
  expect(Object.fromEntries(header.map((name, index) => [name, row[index]]))).toEqual({
    serial: '26',
    card_id: idOf(plan, 26),
    type: 'gift_card',
    volume: '2',
    sheet: '1',
    slot: '3',
    front_page: '1',
    back_page: '2',
    bundle: '3',
    box: '2',
    commitment: COMMITMENT,
  });
  expect(row).toHaveLength(header.length);
});

test('pages count within the volume; a card without a back has none, a job that packs nothing no bundle', () => {
  const oneSided = planOf({ volumeSheets: 3, sides: 1 });
  const [volume] = volumesOf(oneSided);
  const fields = csvRow(oneSided, volume!, { position: 7, serial: 8 }, COMMITMENT).split(',');
  expect(fields.slice(3, 10)).toEqual(['1', '3', '2', '3', '', '', '']);
  const twoSided = planOf({ volumeSheets: 3 });
  const sides = csvRow(twoSided, volumesOf(twoSided)[0]!, { position: 7, serial: 8 }, COMMITMENT).split(',');
  expect(sides.slice(3, 8)).toEqual(['1', '3', '2', '5', '6']);
});
