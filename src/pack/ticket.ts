// The job ticket: all that a press operator must know, as data. Pure, and without a secret.
import type { CardRange } from '../issue/records.ts';
import { within } from '../issue/vaulted.ts';
import type { Contacts } from '../plan/handoff.ts';
import { type Plan, cardCount, isTestRun, packOf } from '../plan/plan.ts';
import type { Order } from '../plan/seat.ts';
import { slotCount } from '../plan/sheet.ts';
import { dotsToMm, growthDots } from '../render/grid.ts';
import { isUpright } from '../render/symbol.ts';
import type { Layout } from '../render/preflight.ts';
import { columnWidths, dataFilesOf } from './data-file.ts';
import { type PackedStep, type PackedVolume, type SerialRange, spanOf } from './manifest.ts';
import type { PlacedFile } from './place.ts';
import type { Signer } from './signer.ts';
import { printedSpots, ticketSteps } from './steps.ts';

export interface TicketFacts {
  readonly plan: Plan;
  readonly good: readonly CardRange[];
  readonly layout: Layout;
  readonly volumes: readonly PackedVolume[];
  readonly steps: readonly PackedStep[];
  readonly data: readonly PlacedFile[];
  readonly contacts: Contacts;
  readonly signer: Signer | undefined;
}

const ORDERS: Readonly<Record<Order, string>> = {
  across:
    'Serial order: slot 1, 2, 3 … along the rows of a sheet, sheet after sheet, file after file. Overs are the last file.',
  'cut-and-stack':
    'Cut and stack: within a file each slot is a pile of serials in a row, the lowest on top. Put pile 2 under pile 1, and so on along the rows; file after file. Overs are the last file.',
};

export type Ticket = ReturnType<typeof ticketOf>;

export function ticketOf({ plan, good, layout, volumes, steps, data, contacts, signer }: TicketFacts) {
  const { template, sheet, profile } = layout;
  const total = cardCount(plan);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    format: 'cardpress-ticket/1' as const,
    run: plan.run,
    test: isTestRun(plan),
    sequence: plan.handoff.sequence,
    /** What it makes up for, where it is no order of its own. */
    supplement: plan.supplement === undefined ? null : { of: plan.supplement.of, kind: plan.supplement.kind },
    created: plan.created,
    quantity: { ordered: plan.cards.ordered, overs: plan.cards.overs, total },
    card: { ...template.card, bleed: template.bleed, safe: template.safe, sides: layout.sides },
    template: plan.template,
    sheet: {
      name: sheet.name,
      width: sheet.page.width,
      height: sheet.page.height,
      cards: slotCount(sheet),
      columns: sheet.grid.columns,
      rows: sheet.grid.rows,
      turn: layout.sides.length === 2 ? sheet.turn : null,
      sheets: volumes.reduce((sum, { volume }) => sum + volume.sheets, 0),
    },
    press: {
      dpi: plan.press.dpi,
      profile: profile.description,
      condition: profile.condition,
      // A press that takes its own growth off again would take it off twice.
      barsNarrowerBy: dotsToMm(growthDots(plan.press), plan.press) * 1000,
    },
    inks: { process: ['cyan', 'magenta', 'yellow', 'black'], spots: printedSpots(layout) },
    steps: ticketSteps(layout, steps),
    barcodes: layout.symbols.map(({ side, data: holds, x, y, width, height, fit, part }) => ({
      side,
      holds,
      symbology: 'Code 128' as const,
      x: round(x),
      y: round(y),
      width: round(width),
      height: round(height),
      turn: part.turn,
      barHeight: round(isUpright(part) ? height : width),
      module: round(fit.module),
      idealModule: round(fit.ideal),
      dotsPerModule: fit.dots,
      quietZone: round(fit.quiet),
    })),
    packing:
      plan.packing === null
        ? null
        : {
            ...plan.packing,
            bundles: packOf(plan, total - 1)?.bundle ?? 0,
            boxes: boxesOf(plan, good).length,
          },
    order: ORDERS[plan.order],
    volumes: volumes.map(({ volume, file, serials }) => ({
      file,
      cards: volume.count,
      sheets: volume.sheets,
      pages: volume.sheets * plan.sides,
      overs: volume.overs,
      serials,
    })),
    data: dataOf(plan, data),
    waivers: acceptedIn(layout),
    sealed: { kind: plan.handoff.seal, to: plan.handoff.recipients.map(({ fingerprint }) => fingerprint) },
    signed: signer === undefined ? null : { kind: signer.kind, by: signer.fingerprint },
    contacts,
  };
}

/** What is known to be less than ideal, and why it was let pass where a rule was waived. */
function acceptedIn({ advice, findings }: Layout): readonly string[] {
  const waived = findings.flatMap(({ verdict, complaint, reason }) =>
    verdict === 'waived' && complaint !== undefined ? [`${complaint.message} (${reason ?? ''})`] : [],
  );
  return [...advice.map(({ message }) => message), ...waived];
}

function dataOf(plan: Plan, placed: readonly PlacedFile[]) {
  const { data } = plan.handoff;
  if (data === null) return [];
  return dataFilesOf(data).map((one, index) => ({
    file: placed[index]?.file ?? one.file,
    format: data.format,
    encoding: 'UTF-8, no byte order mark, CRLF',
    records: cardCount(plan),
    header: data.header,
    match: data.match,
    columns: one.columns.map(({ name, field }, at) => ({
      name,
      field,
      ...(data.format === 'fixed' && { width: columnWidths(one, plan)[at] ?? 0 }),
    })),
  }));
}

export interface Box {
  readonly box: number;
  readonly count: number;
  readonly serials: SerialRange;
  readonly bundles: SerialRange;
  readonly overs: boolean;
}

/** The boxes that the cards are packed in. */
export function boxesOf(plan: Plan, good: readonly CardRange[]): readonly Box[] {
  if (plan.packing === null) return [];
  const { box } = plan.packing;
  const { ordered, overs } = plan.cards;
  const boxes: Box[] = [];
  for (const [from, count, isOvers] of [
    [0, ordered, false],
    [ordered, overs, true],
  ] as const) {
    for (let first = from; first < from + count; first += box) {
      const end = Math.min(first + box, from + count);
      boxes.push({
        box: packOf(plan, first)?.box ?? 0,
        count: end - first,
        serials: spanOf(within(good, first, end)),
        bundles: {
          first: packOf(plan, first)?.bundle ?? 0,
          last: packOf(plan, end - 1)?.bundle ?? 0,
        },
        overs: isOvers,
      });
    }
  }
  return boxes;
}
