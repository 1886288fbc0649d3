// Vector art and square codes on a face: a drawing fitted into its room, and a QR code on the press's dots.
import { badInput } from '../base/failure.ts';
import { type QrPart, type SvgPart, type Template, inkOf } from '../plan/template.ts';
import { QR_QUIET, qrRows } from './barcode.ts';
import type { Drawing, PathStep } from './drawing.ts';
import { type Rect, box, rotated, rotatedRect } from '../plan/rect.ts';
import { type Press, dotsToMm, dotsWithin, mmToDots } from './grid.ts';
import { type Mark, type MatrixMark, colourOf } from './mark.ts';
import { cutTo } from './outline.ts';

export type { Drawing } from './drawing.ts';

/** The ink of a drawing's colour; none where the template names none for it. */
export function inkNameOf(part: SvgPart, fill: string): string | undefined {
  if (part.fill !== undefined) return part.fill;
  return Object.entries(part.inks ?? {}).find(([colour]) => colour.toLowerCase() === fill)?.[1];
}

/**
 * The shapes of a drawing in the middle of its room, as large as they fit, turned about that middle, and as much of
 * them as its viewBox shows.
 */
export function drawingMarks(part: SvgPart, template: Template, drawing: Drawing | undefined): Mark[] {
  if (drawing === undefined) return [];
  const room = box(part);
  const middle = [room.x + room.width / 2, room.y + room.height / 2] as const;
  const lying = part.turn === 90 || part.turn === 270;
  const [across, down] = lying ? [room.height, room.width] : [room.width, room.height];
  const scale = Math.min(across / drawing.width, down / drawing.height);
  const [wide, high] = [drawing.width * scale, drawing.height * scale];
  const seen = rotatedRect(
    { x: middle[0] - wide / 2, y: middle[1] - high / 2, width: wide, height: high },
    middle,
    part.turn,
  );
  const point = (x: number, y: number) =>
    rotated(
      [
        middle[0] + (x - drawing.x - drawing.width / 2) * scale,
        middle[1] + (y - drawing.y - drawing.height / 2) * scale,
      ],
      middle,
      part.turn,
    );
  const placed = (step: PathStep): PathStep => {
    switch (step[0]) {
      case 'm':
      case 'l':
        return [step[0], ...point(step[1], step[2])];
      case 'c':
        return ['c', ...point(step[1], step[2]), ...point(step[3], step[4]), ...point(step[5], step[6])];
      case 'h':
        return step;
    }
  };
  return drawing.shapes.flatMap(({ steps, fill, evenOdd }): Mark[] => {
    const ink = inkNameOf(part, fill);
    if (ink === undefined) return [];
    const shown = cutTo(steps.map(placed), pastBleed(seen, template));
    if (shown.length === 0) return [];
    return [{ mark: 'path', steps: shown, fill: colourOf(inkOf(template, ink)), evenOdd }];
  });
}

/** What is seen of a drawing, and more of it where that ends with the bleed: half a dot may be missing there. */
function pastBleed({ x, y, width, height }: Rect, { card, bleed }: Template): Rect {
  const more = (by: number) => (by > bleed - 0.01 ? 1 : 0);
  const [left, top] = [more(-x), more(-y)];
  const [right, bottom] = [more(x + width - card.width), more(y + height - card.height)];
  return { x: x - left, y: y - top, width: width + left + right, height: height + top + bottom };
}

/** Whole dots of a QR code's module in its room; 0 where not even one fits. */
export function squareDots(part: QrPart, modules: number, press: Press): number {
  return Math.floor(dotsWithin(part.size, press) / (modules + 2 * QR_QUIET));
}

/** @throws Failure of kind `input`, which does not show the text, where its code does not fit */
export function squareMark(part: QrPart, text: string, press: Press): MatrixMark {
  const rows = qrRows(text);
  const dots = squareDots(part, rows.length, press);
  if (dots < 1) throw badInput('a QR code has more modules than its room has dots');
  const spare = dotsWithin(part.size, press) - rows.length * dots;
  const [x, y] = part.at.map((at) => dotsToMm(mmToDots(at, press) + Math.floor(spare / 2), press));
  return { mark: 'matrix', x: x ?? 0, y: y ?? 0, dots, rows };
}
