// Reads a volume with nothing but the manifest: every symbol decodes, stands in its place, and says what the
// type beside it says, where there is any. Whether that is what the platform gave, only the vault can tell.
import type { Rect } from '../plan/rect.ts';
import type { Press } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { Side, Turn } from '../plan/template.ts';
import { withoutSteps } from '../render/steps-off.ts';
import { judgeSymbol } from './judge.ts';
import { linesOf, withoutSpaces } from './lines.ts';
import { PAPER, PrintedVolume } from './printed.ts';
import type { Fault } from './report.ts';
import { linesAcross, scaleOf } from './bands.ts';

/** A symbol's zone as the manifest has it: mm from the trim's top left corner, dots of the press. */
export interface PublishedZone extends Rect {
  readonly side: Side;
  readonly data: 'token' | 'pin' | 'card_id';
  /** Dots a module. */
  readonly dots: number;
  /** Dots by which bars are drawn narrower. */
  readonly less: number;
  readonly turn: Turn;
  /** Type on the same side says what it holds; also where it is not said. */
  readonly typed?: boolean;
}

export interface Published {
  readonly press: Press;
  readonly sides: readonly Side[];
  readonly slots: readonly SlotPlace[];
  readonly zones: readonly PublishedZone[];
  readonly sheets: number;
  /** The serial at a sheet and slot of this volume; undefined where there is no card. */
  readonly serialAt: (sheet: number, slot: number) => number | undefined;
}

export interface StrangersReport {
  readonly symbols: number;
  readonly decoded: number;
  readonly faults: readonly Fault[];
}

export async function readAsStranger(
  bytes: Uint8Array,
  what: string,
  published: Published,
): Promise<StrangersReport> {
  const { press, sides, slots, zones, sheets, serialAt } = published;
  const volume = await PrintedVolume.open(withoutSteps(bytes), what);
  const faults: Fault[] = [];
  let [symbols, decoded] = [0, 0];
  try {
    if (volume.pages !== sheets * sides.length)
      faults.push({
        ...nowhere(sides),
        why: `the file has ${volume.pages} pages, not ${sheets * sides.length}`,
      });
    for (let number = 1; number <= volume.pages; number += 1) {
      const sheet = Math.ceil(number / sides.length);
      const side = sides[(number - 1) % sides.length] ?? 'front';
      const here = slots.filter((slot) => slot.side === side);
      const page = volume.page(number);
      if (page === undefined) {
        faults.push({
          serial: null,
          side,
          sheet,
          slot: null,
          what: 'page',
          why: `page ${number} cannot be shown`,
        });
        continue;
      }
      const found: { readonly text: string; readonly slot: number; readonly fault: Omit<Fault, 'why'> }[] =
        [];
      for (const [index, slot] of here.entries()) {
        const serial = serialAt(sheet, slot.slot);
        for (const zone of serial === undefined ? [] : zones.filter((one) => one.side === side)) {
          const fault = { serial: serial ?? null, side, sheet, slot: slot.slot, what: zone.data } as const;
          const scale = scaleOf(press);
          const lines = linesAcross(page, { rect: zone, turn: zone.turn }, slot, press, PAPER);
          const verdict = judgeSymbol(lines, { scale, dots: zone.dots, less: zone.less });
          symbols += 1;
          if (verdict.why !== undefined) faults.push({ ...fault, why: verdict.why });
          else if (verdict.text !== undefined && zone.typed === false) decoded += 1;
          else if (verdict.text !== undefined) found.push({ text: verdict.text, slot: index, fault });
        }
      }
      const type = linesOf(volume, page, here, press);
      const { slots: texts } = found.length > 0 ? type.bySlot() : { slots: [] };
      for (const { text, slot, fault } of found) {
        if (texts[slot]?.includes(withoutSpaces(text)) === true) decoded += 1;
        else faults.push({ ...fault, why: 'does not say what the type beside it says' });
      }
      type.close();
      page.close();
    }
  } finally {
    volume.close();
  }
  return { symbols, decoded, faults };
}

const nowhere = (sides: readonly Side[]) =>
  ({ serial: null, side: sides[0] ?? 'front', sheet: 1, slot: null, what: 'page' }) as const;
