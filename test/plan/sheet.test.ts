// Press sheets: slots keep apart and on the paper, bleed included; marks and slug keep off the cards.
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { Failure } from '../../src/base/failure.ts';
import { type SheetFormat, parseSheet, slotCount, slotsOf } from '../../src/plan/sheet.ts';

const SHEETS = new URL('../../templates/sheets/', import.meta.url);
const shipped = (await readdir(SHEETS)).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFile(new URL(name, SHEETS), 'utf8');

/** The slots with their bleed: no two of them share room, and none leaves the page. */
function expectApart(sheet: SheetFormat): void {
  const boxes = slotsOf(sheet).map(({ x, y }) => ({
    left: x - sheet.bleed,
    top: y - sheet.bleed,
    right: x + sheet.card.width + sheet.bleed,
    bottom: y + sheet.card.height + sheet.bleed,
  }));
  const hair = 1e-6;
  for (const [index, a] of boxes.entries()) {
    expect(a.left >= -hair && a.top >= -hair).toBe(true);
    expect(a.right <= sheet.page.width + hair && a.bottom <= sheet.page.height + hair).toBe(true);
    for (const b of boxes.slice(index + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      expect(across > hair && down > hair).toBe(false);
    }
  }
}

test.each(shipped)('the shipped sheet %s is right, and has as many slots as its name says', async (name) => {
  const sheet = parseSheet(await textOf(name), name).value;
  expect(`${sheet.name}.yaml`).toBe(name);
  const up = /(\d+)up/.exec(name)?.[1];
  expect(slotCount(sheet)).toBe(up === undefined ? 1 : Number(up));
  expectApart(sheet);
});

test('slots count from one in reading order, and stand in the middle of the page', () => {
  const sheet = parseSheet(
    'name: s\npage: { width: 210, height: 297 }\ngrid: { columns: 2, rows: 2 }\nslug: [10, 290]\n',
    's.yaml',
  ).value;
  const slots = slotsOf(sheet).map(({ slot, x, y }) => [
    slot,
    ...[x, y].map((length) => Number(length.toFixed(2))),
  ]);
  expect(slots).toEqual([
    [1, 16.4, 91.52],
    [2, 108, 91.52],
    [3, 16.4, 151.5],
    [4, 108, 151.5],
  ]);
});

test('whatever grid is taken, its slots never overlap or leave the paper', () => {
  const length = (min: number, max: number) =>
    fc.integer({ min: min * 10, max: max * 10 }).map((tenths) => tenths / 10);
  const sheetText = fc
    .record({
      name: fc.constant('s'),
      page: fc.record({ width: length(100, 500), height: length(100, 500) }),
      card: fc.record({ width: length(40, 90), height: length(30, 60) }),
      bleed: length(0, 4),
      grid: fc.record(
        {
          columns: fc.integer({ min: 1, max: 4 }),
          rows: fc.integer({ min: 1, max: 6 }),
          pitch: fc.tuple(length(40, 110), length(30, 80)),
          origin: fc.tuple(length(-2, 40), length(-2, 40)),
        },
        { requiredKeys: ['columns', 'rows'] },
      ),
      marks: fc.constant({ offset: 5 }),
      slug: fc.constantFrom([1, 3], [5, 98]),
    })
    .map((sheet) => JSON.stringify(sheet));
  let taken = 0;
  fc.assert(
    fc.property(sheetText, (text) => {
      let sheet: SheetFormat;
      try {
        sheet = parseSheet(text, 's.yaml').value;
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        return;
      }
      taken += 1;
      expectApart(sheet);
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(100);
});

const A4 = await textOf('a4-8up.yaml');

test.each<[string, string, string, RegExp]>([
  [
    'columns that overlap',
    'rows: 4 }',
    'rows: 4, pitch: [90, 60] }',
    /^\d+:\d+ slots overlap: columns stand 90 mm apart, a card with its bleed is 91.6 mm/,
  ],
  [
    'rows that overlap',
    'rows: 4 }',
    'rows: 4, pitch: [92, 59] }',
    /slots overlap: rows stand 59 mm apart, a card with its bleed is 59.98 mm/,
  ],
  [
    'a grid that is too large',
    'rows: 4',
    'rows: 5',
    /slot 1 leaves the paper: .*the page is 210 mm × 297 mm/s,
  ],
  ['an origin off the paper', 'rows: 4 }', 'rows: 4, origin: [2, 40] }', /slot 1 leaves the paper/],
  [
    'marks in the bleed',
    'offset: 3.5',
    'offset: 3',
    /marks.offset is 3 mm: crop marks would stand in the bleed of 3 mm.*3.5 mm/s,
  ],
  [
    'a slug off the paper',
    'slug: [16.4, 284]',
    'slug: [16.4, 298]',
    /slug is 16.4 mm × 298 mm: the line would leave the paper/,
  ],
  ['no columns', 'columns: 2', 'columns: 0', /grid.columns is 0: it must be at least 1/],
  ['a name with a space', 'name: a4-8up', 'name: A4 8up', /name is "A4 8up": it must be lower-case/],
  [
    'a turn that there is not',
    'turn: long-edge',
    'turn: left',
    /turn is "left": it must be long-edge or short-edge/,
  ],
  ['an unknown key', 'turn:', 'turns:', /turns is not a key/],
])('%s is refused', (_, before, after, words) => {
  const text = A4.replace(before, after);
  expect(text).not.toBe(A4);
  try {
    parseSheet(text, 'a4.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    const { complaints } = error as Failure;
    expect(complaints).toHaveLength(1);
    const { message, place, hint = '' } = complaints[0]!;
    expect(`${place!.line}:${place!.column} ${message}\n${hint}`).toMatch(words);
    // The line of the mistake, or of the map that it is in.
    expect([after.split(':')[0], 'grid']).toContain(
      place!.excerpt.includes(after.split(':')[0]!) ? after.split(':')[0] : place!.excerpt.split(':')[0],
    );
    return;
  }
  throw new Error('it was taken');
});
