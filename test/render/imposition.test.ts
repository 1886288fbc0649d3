import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSheet } from '../../src/plan/sheet.ts';
import type { Side } from '../../src/plan/template.ts';
import { grown, overlaps } from '../../src/plan/rect.ts';
import { cropMarks, pageBoxes, slotPlaces, slugText, voidMarks } from '../../src/render/imposition.ts';
import { expectGolden, markText } from './golden.ts';
import { layoutOf, read } from './samples.ts';

const SIDES: readonly Side[] = ['front', 'back'];
const press = { dpi: 600 };
const sheetOf = (name: string) => parseSheet(read(`sheets/${name}.yaml`).toString(), name).value;
const layout = await layoutOf();

test('a4-8up, as slots and marks', () => {
  const sheet = sheetOf('a4-8up');
  const places = slotPlaces({ sheet, press, sides: SIDES });
  const n = (value: number) => value.toFixed(3);
  const text = SIDES.flatMap((side) => {
    const own = places.filter((place) => place.side === side);
    const boxes = pageBoxes({ sheet, press, sides: SIDES }, own);
    return [
      `${side}: boxes`,
      ...(['media', 'bleed', 'trim'] as const).map((name) => {
        const { x, y, width, height } = boxes[name];
        return `  ${name} ${n(x)},${n(y)} ${n(width)}×${n(height)}`;
      }),
      `${side}: slots`,
      ...own.map(
        ({ slot, x, y, width, height, rotation }) =>
          `  ${slot} ${n(x)},${n(y)} ${n(width)}×${n(height)} turned ${rotation}`,
      ),
      `${side}: crop marks`,
      ...cropMarks(sheet, own).map((mark) => `  ${markText(mark)}`),
    ];
  });
  const unused = voidMarks(sheet, layout.slugFont).map((mark) => `  ${markText(mark)}`);
  expectGolden('a4-8up-sheet.txt', `${[...text, 'an unused slot', ...unused].join('\n')}\n`);
});

describe('every sheet', () => {
  const sheets = fc
    .record({
      columns: fc.integer({ min: 1, max: 5 }),
      rows: fc.integer({ min: 1, max: 7 }),
      width: fc.double({ min: 20, max: 120, noNaN: true }),
      height: fc.double({ min: 20, max: 120, noNaN: true }),
      bleed: fc.double({ min: 0, max: 5, noNaN: true }),
      margins: fc.tuple(
        ...([0, 1, 2, 3].map(() => fc.double({ min: 14, max: 40, noNaN: true })) as [
          fc.Arbitrary<number>,
          fc.Arbitrary<number>,
          fc.Arbitrary<number>,
          fc.Arbitrary<number>,
        ]),
      ),
      turn: fc.constantFrom('long-edge', 'short-edge'),
      dpi: fc.constantFrom(600, 812.8, 1200, 2400),
    })
    .map(({ columns, rows, width, height, bleed, margins: [left, top, right, bottom], turn, dpi }) => {
      const page = {
        width: left + right + columns * width + (columns - 1) * 2 * bleed,
        height: top + bottom + rows * height + (rows - 1) * 2 * bleed,
      };
      const yaml = JSON.stringify({
        name: 'any',
        page,
        card: { width, height },
        bleed,
        grid: { columns, rows, origin: [left, top] },
        turn,
        marks: { offset: bleed + 0.5 },
        slug: [5, page.height - 1],
      });
      return { sheet: parseSheet(yaml, 'any.yaml').value, press: { dpi }, sides: SIDES };
    });

  test('has each back exactly behind its front when it is turned', () => {
    fc.assert(
      fc.property(sheets, (imposition) => {
        const { sheet, press: printer } = imposition;
        const places = slotPlaces(imposition);
        const fronts = places.filter(({ side }) => side === 'front');
        const backs = places.filter(({ side }) => side === 'back');
        const { media } = pageBoxes(imposition, fronts);
        // The paper is turned in the hand: over a vertical axis left and right change, over a horizontal one
        // up and down do, and the back's picture is then upside down unless it was turned before.
        const overVertical = (sheet.turn === 'long-edge') === sheet.page.height >= sheet.page.width;
        for (const [index, front] of fronts.entries()) {
          const back = backs[index]!;
          const seen = overVertical
            ? { x: media.width - back.x - back.width, y: back.y, upright: back.rotation === 0 }
            : { x: back.x, y: media.height - back.y - back.height, upright: back.rotation === 180 };
          expect(back.slot).toBe(front.slot);
          expect(seen.x).toBeCloseTo(front.x, 6);
          expect(seen.y).toBeCloseTo(front.y, 6);
          expect(seen.upright).toBe(true);
          expect([back.width, back.height]).toEqual([front.width, front.height]);
        }
        for (const { x, y, width, height } of places) {
          for (const length of [x, y, width, height]) {
            const dots = (length * printer.dpi) / 25.4;
            expect(Math.abs(dots - Math.round(dots))).toBeLessThan(1e-6);
          }
        }
      }),
    );
  });

  test('has its crop marks outside the grid and outside every bleed, two for each cut at each end', () => {
    fc.assert(
      fc.property(sheets, (imposition) => {
        const { sheet } = imposition;
        for (const side of SIDES) {
          const places = slotPlaces(imposition).filter((place) => place.side === side);
          const marks = cropMarks(sheet, places);
          const { columns, rows } = sheet.grid;
          // Without bleed, neighbours share a cut.
          const cutsOf = (count: number) => (sheet.bleed > 0.05 ? 2 * count : undefined);
          const expected = [cutsOf(columns), cutsOf(rows)];
          if (expected.every((count) => count !== undefined)) {
            expect(marks).toHaveLength(2 * expected.reduce((sum, count) => sum + count, 0));
          }
          for (const { from, to } of marks) {
            const line = {
              x: Math.min(from[0], to[0]) - 0.04,
              y: Math.min(from[1], to[1]) - 0.04,
              width: Math.abs(from[0] - to[0]) + 0.08,
              height: Math.abs(from[1] - to[1]) + 0.08,
            };
            expect(places.some((place) => overlaps(grown(place, sheet.bleed), line))).toBe(false);
          }
        }
      }),
    );
  });
});

test('the built-in sheets', () => {
  const describeSheet = (name: string) => {
    const sheet = sheetOf(name);
    const places = slotPlaces({ sheet, press, sides: SIDES });
    return [places.length / 2, places.at(-1)!.rotation];
  };
  expect(describeSheet('a4-8up')).toEqual([8, 0]);
  expect(describeSheet('sra3-21up')).toEqual([21, 0]);
  expect(describeSheet('one-up')).toEqual([1, 0]);
});

test('a slug line says which sheet it is', () => {
  const slug = {
    run: 'spring',
    volume: 2,
    volumes: 5,
    sheet: 3,
    sheets: 50,
    side: 'back',
    serials: { first: 17, last: 24 },
  } as const;
  expect(slugText({ ...slug, test: true })).toBe(
    'TEST   spring   volume 2 of 5   sheet 3 of 50   back   serials 17 to 24',
  );
  expect(slugText({ ...slug, test: false, serials: { first: 9, last: 9 } })).toBe(
    'spring   volume 2 of 5   sheet 3 of 50   back   serial 9',
  );
});

describe('a sheet is refused', () => {
  const yaml = (more: string) =>
    `name: x\npage: { width: 210, height: 297 }\ngrid: { columns: 2, rows: 4 }\n${more}`;

  test.each([
    [
      'slug: [10, 290]\nbleed: 4\nmarks: { offset: 3.5 }',
      'marks.offset is 3.5 mm: crop marks would stand in the bleed of 4 mm',
    ],
    ['slug: [10, 298]', 'slug is 10 mm × 298 mm: the line would leave the paper'],
  ])('%j', (more, message) => {
    expect(() => parseSheet(yaml(more), 'x.yaml')).toThrow(message);
  });
});
