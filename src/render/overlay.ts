// The word across a specimen: one large one where there is room for it, else smaller ones beside the symbols, whole.
import type { SheetFormat } from '../plan/sheet.ts';
import type { Font } from './font.ts';
import { type Rect, grown, overlaps } from '../plan/rect.ts';
import { POINTS_PER_MM } from './grid.ts';
import type { OverlayMark } from './mark.ts';

/** Lengths of the word, in diagonals of the card: the first that has room for it. */
const LARGE = 0.7;
const SMALL = [0.24, 0.18, 0.13];
/** From word to word, in lengths and in heights of it. */
const APART = { along: 1.35, across: 5 };

/**
 * A word across a face and its bleed, clear of every symbol. Marks from the trim's corner.
 * @param spared where a scanner looks, quiet zones included
 */
export function overlayMark(
  sheet: SheetFormat,
  word: string,
  spared: readonly Rect[],
  font: Font,
): OverlayMark {
  const { width, height } = sheet.card;
  const diagonal = Math.hypot(width, height);
  const [cos, sin] = [width / diagonal, height / diagonal];
  const middle = [width / 2, height / 2] as const;
  const of = (share: number, middles: readonly (readonly [number, number])[]): OverlayMark => {
    const length = share * diagonal;
    return {
      mark: 'overlay',
      ...grown({ x: 0, y: 0, width, height }, sheet.bleed),
      text: word,
      font: font.name,
      size: (length / font.width(word)) * POINTS_PER_MM,
      length,
      capHeight: font.capHeight,
      middles,
      spared,
    };
  };
  const high = (length: number) => (length / font.width(word)) * font.capHeight;
  const isFree = ([x, y]: readonly [number, number], length: number): boolean => {
    // The word as a row of squares, each around as much of it as it is high: a box around all of it would claim the
    // corners too.
    const side = high(length) * (cos + sin);
    const steps = Math.ceil(length / high(length));
    return Array.from({ length: steps + 1 }, (_, index) => (index / steps - 0.5) * length).every((along) => {
      const square = grown({ x: x + along * cos, y: y - along * sin, width: 0, height: 0 }, side / 2);
      return !spared.some((rect) => overlaps(rect, square));
    });
  };
  if (isFree(middle, LARGE * diagonal)) return of(LARGE, [middle]);
  for (const share of SMALL) {
    const length = share * diagonal;
    const reach = Math.ceil(diagonal / length);
    const middles: (readonly [number, number])[] = [];
    for (let row = -4 * reach; row <= 4 * reach; row += 1) {
      for (let column = -reach; column <= reach; column += 1) {
        const along = (column + (row % 2 === 0 ? 0 : 0.5)) * APART.along * length;
        const across = row * APART.across * high(length) * 0.5;
        const at = [middle[0] + along * cos + across * sin, middle[1] - along * sin + across * cos] as const;
        const [x, y] = at;
        const [wide, tall] = [length * cos + high(length) * sin, length * sin + high(length) * cos];
        const inside = Math.min(x, width - x) > wide / 2 && Math.min(y, height - y) > tall / 2;
        if (inside && isFree(at, length)) middles.push(at);
      }
    }
    if (middles.length > 1) return of(share, middles);
  }
  // No room beside the symbols: cut by them, but there.
  return of(LARGE, [middle]);
}
