// Rectangles: where things stand on a card or a sheet, and the room between them. Lengths are millimetres.

/** A rectangle, millimetres from a top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangle of a part that has one. */
export function box(part: { at: readonly [number, number]; size: readonly [number, number] }): Rect {
  return { x: part.at[0], y: part.at[1], width: part.size[0], height: part.size[1] };
}

/** The rectangle of a part that is as wide as it is high. */
export function squareBox({ at: [x, y], size }: { at: readonly [number, number]; size: number }): Rect {
  return { x, y, width: size, height: size };
}

/** The rectangle of what has more to it. */
export function rectOf({ x, y, width, height }: Rect): Rect {
  return { x, y, width, height };
}

/** Whether two rectangles share more than a touch. */
export function overlaps(a: Rect, b: Rect): boolean {
  const touch = 1e-6;
  return (
    a.x < b.x + b.width - touch &&
    b.x < a.x + a.width - touch &&
    a.y < b.y + b.height - touch &&
    b.y < a.y + a.height - touch
  );
}

/** A point turned about another, clockwise degrees in quarters. */
export function rotated(
  [x, y]: readonly [number, number],
  [aroundX, aroundY]: readonly [number, number],
  turn: 0 | 90 | 180 | 270,
): readonly [number, number] {
  const [dx, dy] = [x - aroundX, y - aroundY];
  switch (turn) {
    case 0:
      return [x, y];
    case 90:
      return [aroundX - dy, aroundY + dx];
    case 180:
      return [aroundX - dx, aroundY - dy];
    case 270:
      return [aroundX + dy, aroundY - dx];
  }
}

/** A rectangle turned about a point. */
export function rotatedRect(
  { x, y, width, height }: Rect,
  about: readonly [number, number],
  turn: 0 | 90 | 180 | 270,
): Rect {
  if (turn === 0) return { x, y, width, height };
  const [[ax, ay], [bx, by]] = [rotated([x, y], about, turn), rotated([x + width, y + height], about, turn)];
  return { x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(ax - bx), height: Math.abs(ay - by) };
}

/** Between two rectangles that do not overlap, mm: 0 where they touch. */
export function distance(a: Rect, b: Rect): number {
  const across = Math.max(b.x - a.x - a.width, a.x - b.x - b.width, 0);
  const down = Math.max(b.y - a.y - a.height, a.y - b.y - b.height, 0);
  return Math.hypot(across, down);
}

/**
 * By how much a rectangle with rounded corners reaches beyond another on every side, mm; below 0 where it does not
 * hold it. Corners are rounded as they are painted: by half the shorter side at most.
 */
export function margin(outer: Rect, corner: number, inner: Rect): number {
  const [halfWidth, halfHeight] = [outer.width / 2, outer.height / 2];
  const radius = Math.max(0, Math.min(corner, halfWidth, halfHeight));
  const beyond = [inner.x, inner.x + inner.width].flatMap((x) =>
    [inner.y, inner.y + inner.height].map((y) => {
      // From the rectangle on whose corners the arcs have their middles.
      const across = Math.abs(x - outer.x - halfWidth) - halfWidth + radius;
      const down = Math.abs(y - outer.y - halfHeight) - halfHeight + radius;
      return (
        Math.hypot(Math.max(across, 0), Math.max(down, 0)) + Math.min(0, Math.max(across, down)) - radius
      );
    }),
  );
  return -Math.max(...beyond);
}

/** A rectangle with its edges moved outwards (inwards where negative). */
export function grown(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

/** The smallest rectangle around all; there must be one. */
export function around(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** A length as complaints show it. */
export function mm(value: number, decimals = 2): string {
  return `${Number(value.toFixed(decimals))} mm`;
}

/** A rectangle as a template says it, rounded outwards, so that what is copied is enough. */
export function extent({ x, y, width, height }: Rect): string {
  const [left, top] = [round(x, -1), round(y, -1)];
  return `at: [${left}, ${top}], size: [${round(x + width - left, 1)}, ${round(y + height - top, 1)}]`;
}

const round = (value: number, way: 1 | -1) =>
  Number(((way * Math.ceil(way * value * 20 - 1e-6)) / 20).toFixed(2));
