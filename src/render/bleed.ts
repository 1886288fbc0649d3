// Art at the edge of its bleed. Slots stand on whole dots, bleeds do not: where two of them touch, half a dot
// on either side may be missing, and a white line would run between the cards.
import type { Rect } from '../plan/rect.ts';
import { type Press, dotsToMm } from './grid.ts';
import type { Mark } from './mark.ts';

/** Marks of which those that end with the bleed go a dot beyond it. `bleed` is from the trim's corner, mm. */
export function overBleed(marks: readonly Mark[], bleed: Rect, press: Press): readonly Mark[] {
  const dot = dotsToMm(1, press);
  return marks.map((mark) => {
    if (mark.mark !== 'image' && (mark.mark !== 'rect' || mark.corner > 0 || mark.stroke !== undefined))
      return mark;
    const near = 1e-6;
    const left = mark.x <= bleed.x + near ? dot : 0;
    const top = mark.y <= bleed.y + near ? dot : 0;
    const right = mark.x + mark.width >= bleed.x + bleed.width - near ? dot : 0;
    const bottom = mark.y + mark.height >= bleed.y + bleed.height - near ? dot : 0;
    return {
      ...mark,
      x: mark.x - left,
      y: mark.y - top,
      width: mark.width + left + right,
      height: mark.height + top + bottom,
    };
  });
}
