// SPECIMEN across a face: there, whole, and clear of whatever a scanner looks at.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSheet } from '../../src/plan/sheet.ts';
import type { Rect } from '../../src/plan/rect.ts';
import { POINTS_PER_MM } from '../../src/render/grid.ts';
import { overlayMark } from '../../src/render/overlay.ts';
import { layoutOf, read } from './samples.ts';

const sheet = parseSheet(read('sheets/a4-8up.yaml').toString(), 'sheet.yaml').value;
const font = (await layoutOf()).slugFont;
const { width, height } = sheet.card;

/** Points of a word's ink, along its baseline and along the top of its capitals. */
function inkOf(mark: ReturnType<typeof overlayMark>): readonly (readonly [number, number])[] {
  const [cos, sin] = [width / Math.hypot(width, height), height / Math.hypot(width, height)];
  const high = (mark.capHeight * mark.size) / POINTS_PER_MM / 2;
  return mark.middles.flatMap(([x, y]) =>
    Array.from({ length: 41 }, (_, index) => (index / 40 - 0.5) * mark.length).flatMap((along) =>
      [-high, 0, high].map((up) => [x + along * cos - up * sin, y - along * sin - up * cos] as const),
    ),
  );
}

const inside = ([x, y]: readonly [number, number], { x: left, y: top, width: w, height: h }: Rect) =>
  x > left && x < left + w && y > top && y < top + h;

test('on an empty face it is one large word', () => {
  const mark = overlayMark(sheet, 'SPECIMEN', [], font);
  expect(mark.middles).toEqual([[width / 2, height / 2]]);
  expect(mark.length).toBeCloseTo(0.7 * Math.hypot(width, height));
});

test('beside symbols it stands whole, on the card and off all of them', () => {
  const rect = fc.record({
    x: fc.double({ min: 3, max: 60, noNaN: true }),
    y: fc.double({ min: 3, max: 40, noNaN: true }),
    width: fc.double({ min: 5, max: 40, noNaN: true }),
    height: fc.double({ min: 5, max: 14, noNaN: true }),
  });
  let small = 0;
  fc.assert(
    fc.property(fc.array(rect, { minLength: 1, maxLength: 3 }), (spared) => {
      const mark = overlayMark(sheet, 'SPECIMEN', spared, font);
      expect(mark.middles.length).toBeGreaterThan(0);
      expect(mark.spared).toBe(spared);
      const ink = inkOf(mark);
      const met = ink.some((point) => spared.some((one) => inside(point, one)));
      // Where nothing smaller has room it is large and cut, which the clip sees to.
      if (met) expect(mark.middles).toEqual([[width / 2, height / 2]]);
      else if (mark.middles.length > 1) {
        small += 1;
        const card = { x: -0.5, y: -0.5, width: width + 1, height: height + 1 };
        expect(ink.filter((point) => !inside(point, card))).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(small).toBeGreaterThan(20);
});
