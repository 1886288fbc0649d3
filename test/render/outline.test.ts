// Cutting outlines: within the rectangle a shape goes around the same points as before, and beyond it around none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PathStep } from '../../src/render/drawing.ts';
import { cutTo, reachOf, straightAt } from '../../src/render/outline.ts';

type Point = readonly [number, number];

const WINDOW = { x: 0, y: 0, width: 20, height: 12 };

const place = fc.integer({ min: -30, max: 50 });
const step = fc.oneof(
  fc.tuple(fc.constant('l' as const), place, place),
  fc.tuple(fc.constant('c' as const), place, place, place, place, place, place),
);
const contour = fc
  .tuple(
    fc.tuple(fc.constant('m' as const), place, place),
    fc.array(step, { minLength: 1, maxLength: 5 }),
    fc.boolean(),
  )
  .map(([move, steps, closed]): readonly PathStep[] => [move, ...steps, ...(closed ? [['h'] as const] : [])]);
const path = fc.array(contour, { minLength: 1, maxLength: 3 }).map((contours) => contours.flat());

/** The contours of a path as many short lines. */
function polygons(steps: readonly PathStep[]): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  let [pen, start]: Point[] = [
    [0, 0],
    [0, 0],
  ];
  let points: Point[] = [];
  for (const [kind, ...at] of steps) {
    if (kind === 'm' || kind === 'h') {
      if (points.length > 1) found.push(points);
      pen = start = kind === 'm' ? [at[0]!, at[1]!] : start!;
      points = [pen];
      continue;
    }
    const [x0, y0] = pen!;
    const [x1, y1, x2, y2, x3, y3] = at as unknown as number[];
    for (let part = 1; part <= 400; part += 1) {
      const t = part / 400;
      const u = 1 - t;
      points.push(
        kind === 'l'
          ? [x0 * u + x1! * t, y0 * u + y1! * t]
          : [
              x0 * u ** 3 + 3 * x1! * u * u * t + 3 * x2! * u * t * t + x3! * t ** 3,
              y0 * u ** 3 + 3 * y1! * u * u * t + 3 * y2! * u * t * t + y3! * t ** 3,
            ],
      );
    }
    pen = points.at(-1)!;
  }
  if (points.length > 1) found.push(points);
  return found;
}

/** How often a path goes around a point, and how near it comes. */
function around(
  steps: readonly PathStep[],
  [x, y]: Point,
): { readonly times: number; readonly near: number } {
  let [turn, near] = [0, Infinity];
  for (const points of polygons(steps)) {
    for (const [index, from] of points.entries()) {
      const to = points[(index + 1) % points.length]!;
      const [ax, ay, bx, by] = [from[0] - x, from[1] - y, to[0] - x, to[1] - y];
      turn += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
      near = Math.min(near, Math.hypot(ax, ay), Math.hypot((ax + bx) / 2, (ay + by) / 2));
    }
  }
  return { times: Math.round(turn / (2 * Math.PI)) + 0, near };
}

test('a shape that is cut is the same within, and nothing beyond', () => {
  const point = fc.tuple(
    fc.double({ min: -5, max: 25, noNaN: true }),
    fc.double({ min: -5, max: 17, noNaN: true }),
  );
  fc.assert(
    fc.property(path, point, (steps, at) => {
      const before = around(steps, at);
      const after = around(cutTo(steps, WINDOW), at);
      const isIn = at[0] > 0 && at[0] < 20 && at[1] > 0 && at[1] < 12;
      // On a line that is drawn it is neither.
      if (before.near < 0.3 || after.near < 0.3) return;
      expect(after.times).toBe(isIn ? before.times : 0);
    }),
    { numRuns: 200 },
  );
});

test('a shape reaches as far as its lines and curves do, and no further', () => {
  fc.assert(
    fc.property(path, (steps) => {
      const points = polygons(steps).flat();
      const { x, y, width, height } = reachOf(steps)!;
      const ends = [x, x + width, y, y + height];
      const sampled = [
        Math.min(...points.map((one) => one[0])),
        Math.max(...points.map((one) => one[0])),
        Math.min(...points.map((one) => one[1])),
        Math.max(...points.map((one) => one[1])),
      ];
      for (const [index, end] of ends.entries()) expect(Math.abs(end - sampled[index]!)).toBeLessThan(0.01);
    }),
  );
});

describe('what lies within is left as it is', () => {
  test.each<[string, readonly PathStep[]]>([
    ['with its edges on the window’s', [['m', 0, 0], ['l', 20, 0], ['l', 20, 12], ['h']]],
    ['though a curve’s handles lie beyond', [['m', 2, 6], ['c', 2, -1, 18, -1, 18, 6], ['h']]],
  ])('%s', (_, steps) => {
    expect(cutTo(steps, WINDOW)).toBe(steps);
  });

  test('and of what lies beyond nothing is', () => {
    expect(cutTo([['m', 30, 0], ['l', 40, 0], ['l', 40, 12], ['h']], WINDOW)).toEqual([]);
    expect(reachOf([['m', 1, 1], ['h']])).toBeUndefined();
  });
});

test('a straight edge is as long as its lines', () => {
  const steps: readonly PathStep[] = [['m', 0, 2], ['l', 6, 2], ['l', 6, 5], ['c', 4, 9, 2, 9, 0, 5], ['h']];
  expect([
    straightAt(steps, 1, 2),
    straightAt(steps, 0, 6),
    straightAt(steps, 0, 0),
    straightAt(steps, 1, 8),
  ]).toEqual([6, 3, 3, 0]);
});
