// The code that says which sheet this is, read from the paper: it is what a sheet that fell out of its pile is
// put back by.
import type { Side } from '../plan/template.ts';
import { dotsToMm, growthDots, mmToDots } from '../render/grid.ts';
import { sheetCodeFit, sheetCodeText } from '../render/imposition.ts';
import type { Layout } from '../render/preflight.ts';
import { bandsOf, scaleOf } from './bands.ts';
import { judgeSymbol } from './judge.ts';
import { PAPER, type PrintedPage } from './printed.ts';

/** What is wrong with a sheet's code, in words that follow a place; undefined where nothing is. */
export function codeFaultOf(
  page: PrintedPage,
  { sheet: { sheetCode, ...format }, press }: Pick<Layout, 'sheet' | 'press'>,
  { volume, sheet, side }: { readonly volume: number; readonly sheet: number; readonly side: Side },
): string | undefined {
  const fit = sheetCodeFit({ sheetCode, ...format }, press);
  if (fit === undefined || sheetCode === undefined || side === 'back') return undefined;
  const { at, size } = sheetCode;
  const dotted = (mm: number) => dotsToMm(mmToDots(mm, press), press);
  const first = mmToDots(at[0] + fit.quiet, press);
  const zone = {
    x: dotsToMm(first - mmToDots(fit.quiet, press), press),
    y: dotted(at[1]),
    width: dotsToMm(fit.modules * fit.dots, press),
    height: dotted(size[1]),
  };
  const lines = page.strip(...bandsOf(zone, press, PAPER));
  const { text, why } = judgeSymbol(lines, {
    scale: scaleOf(press),
    dots: fit.dots,
    less: growthDots(press),
    firstBar: () => mmToDots(fit.quiet, press),
  });
  if (text !== undefined && text !== sheetCodeText({ volume, sheet })) return 'the sheet’s code is another’s';
  return why === undefined ? undefined : `the sheet’s code ${why}`;
}
