// Outlines of filled shapes: how far they reach, where they end in a straight edge, and what is left of them
// within a rectangle. Lines and curves alike are lists of their points: two of a line, four of a curve.
import type { PathStep } from './drawing.ts';
import type { Rect } from '../plan/rect.ts';

type Point = readonly [x: number, y: number];
type Stretch = readonly Point[];
type Axis = 0 | 1;

/** The smallest rectangle around filled shapes; none where nothing is filled. */
export function reachOf(steps: readonly PathStep[]): Rect | undefined {
  const stretches = contoursOf(steps).flat();
  if (stretches.length === 0) return undefined;
  const [[left, right], [top, bottom]] = [spanOf(stretches, 0), spanOf(stretches, 1)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The length in which shapes run along a line that is upright at an x (axis 0), or level at a y (axis 1). */
export function straightAt(steps: readonly PathStep[], axis: Axis, at: number): number {
  const along = contoursOf(steps)
    .flat()
    .filter((stretch) => stretch.every((point) => Math.abs(point[axis] - at) < NEAR));
  return along.reduce((sum, stretch) => {
    const [from, to] = [first(stretch), last(stretch)];
    return sum + Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]);
  }, 0);
}

/** A hundredth of a millimetre is less than any press holds, and more than arcs that became curves are off by. */
const NEAR = 0.01;

/** What of filled shapes lies within a rectangle, as a path of its own; the path itself where that is all of it. */
export function cutTo(steps: readonly PathStep[], to: Rect): readonly PathStep[] {
  const [left, right, top, bottom] = [to.x, to.x + to.width, to.y, to.y + to.height];
  const isIn = (x: number, y: number) =>
    x > left - NEAR && x < right + NEAR && y > top - NEAR && y < bottom + NEAR;
  // Most are within with all their points, and need no more than this look.
  if (steps.every(([, ...at]) => at.every((x, index) => index % 2 === 1 || isIn(x, at[index + 1] ?? 0))))
    return steps;
  const reach = reachOf(steps);
  if (reach === undefined) return [];
  if (isIn(reach.x, reach.y) && isIn(reach.x + reach.width, reach.y + reach.height)) return steps;
  return contoursOf(steps)
    .map((contour) => within(contour, 0, left, -1))
    .map((contour) => within(contour, 0, right, 1))
    .map((contour) => within(contour, 1, top, -1))
    .map((contour) => within(contour, 1, bottom, 1))
    .filter(({ length }) => length > 0)
    .flatMap(stepsOf);
}

/**
 * The part of a closed contour on one side of an edge. What lies beyond is replaced by the edge itself, between
 * where the contour leaves and where it comes back: it goes around the same points within, as often.
 */
function within(contour: readonly Stretch[], axis: Axis, at: number, way: 1 | -1): readonly Stretch[] {
  const kept = contour.flatMap((stretch) => {
    const knots = [0, ...crossings(stretch, axis, at), 1];
    return knots.slice(1).flatMap((to, index) => {
      const piece = pieceOf(stretch, knots[index] ?? 0, to);
      return way * (pointAt(piece, 0.5)[axis] - at) <= 0 ? [piece] : [];
    });
  });
  return kept.flatMap((stretch, index) => {
    const next = first(kept[(index + 1) % kept.length] ?? stretch);
    const end = last(stretch);
    const apart = Math.abs(next[0] - end[0]) + Math.abs(next[1] - end[1]) > 1e-9;
    return apart ? [stretch, [end, next]] : [stretch];
  });
}

/** Where a stretch goes through a line, of 0 to 1, in order. */
function crossings(stretch: Stretch, axis: Axis, at: number): readonly number[] {
  const off = (t: number) => pointAt(stretch, t)[axis] - at;
  const knots = [0, ...turns(stretch, axis), 1];
  return knots.slice(1).flatMap((end, index) => {
    let [low, high] = [knots[index] ?? 0, end];
    const falls = off(low) > off(high);
    if (off(low) * off(high) >= 0) return [];
    // Between its turns it only rises or only falls.
    for (let halving = 0; halving < 52; halving += 1) {
      const middle = (low + high) / 2;
      if (off(middle) > 0 === falls) low = middle;
      else high = middle;
    }
    return [(low + high) / 2];
  });
}

/** Where a stretch turns back along an axis, of 0 to 1, in order: the roots of its derivative. */
function turns(stretch: Stretch, axis: Axis): readonly number[] {
  const [a, b, c, d] = stretch.map((point) => point[axis]);
  if (a === undefined || b === undefined || c === undefined || d === undefined) return [];
  const [square, half, whole] = [d - 3 * c + 3 * b - a, c - 2 * b + a, b - a];
  const inside = half * half - square * whole;
  if (inside < 0) return [];
  // Of the two forms of a root, each in the one that loses no digits.
  const far = -half - (half < 0 ? -1 : 1) * Math.sqrt(inside);
  return [far / square, whole / far].filter((t) => t > 0 && t < 1).sort((one, other) => one - other);
}

function spanOf(stretches: readonly Stretch[], axis: Axis): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const stretch of stretches) {
    for (const t of [0, ...turns(stretch, axis), 1]) {
      const value = pointAt(stretch, t)[axis];
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return [low, high];
}

const first = (stretch: Stretch): Point => stretch[0] ?? [0, 0];
const last = (stretch: Stretch): Point => stretch.at(-1) ?? [0, 0];

/** De Casteljau: a point of a stretch is halfway, or so far, between points that are so far along between its own. */
function pointAt(stretch: Stretch, t: number): Point {
  let points = stretch;
  while (points.length > 1) points = between(points, t);
  return first(points);
}

function between(points: Stretch, t: number): Stretch {
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
  });
}

function pieceOf(stretch: Stretch, from: number, to: number): Stretch {
  const upTo = to === 1 ? stretch : startOf(stretch, to);
  return from === 0 ? upTo : startOf(upTo.toReversed(), 1 - from / to).toReversed();
}

/** The beginning of a stretch, as far as `t`. */
function startOf(stretch: Stretch, t: number): Stretch {
  const start: Point[] = [];
  for (let points = stretch; points.length > 0; points = between(points, t)) start.push(first(points));
  return start;
}

/** The contours of a path, each closed as filling closes it. */
function contoursOf(steps: readonly PathStep[]): readonly (readonly Stretch[])[] {
  const contours: Stretch[][] = [];
  let [start, pen]: Point[] = [];
  let open: Stretch[] = [];
  const close = () => {
    if (open.length > 0 && start !== undefined && pen !== undefined) contours.push([...open, [pen, start]]);
    [open, pen] = [[], start];
  };
  for (const step of steps) {
    if (step[0] === 'h') close();
    else if (step[0] === 'm') {
      close();
      start = pen = [step[1], step[2]];
    } else {
      const [, ...at] = step;
      const points = Array.from({ length: at.length / 2 }, (_, index): Point => [
        at[2 * index] ?? 0,
        at[2 * index + 1] ?? 0,
      ]);
      open.push([pen ?? [0, 0], ...points]);
      pen = points.at(-1);
    }
  }
  close();
  return contours;
}

function stepsOf(contour: readonly Stretch[]): readonly PathStep[] {
  const [x, y] = first(contour[0] ?? []);
  const lines = contour.map(([, one, two, end]): PathStep => {
    const to = one ?? [x, y];
    return two === undefined || end === undefined ? ['l', ...to] : ['c', ...to, ...two, ...end];
  });
  return [['m', x, y], ...lines, ['h']];
}
