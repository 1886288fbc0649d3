// What a run will make: which serials, asked for in which batches, printed in which volumes, and which card
// sits in which slot. A plan holds ranges, not lists, so that a million cards plan as fast as ten.
import { type Job, oversOf, pinOf, secondShareOf } from './job.ts';
import { cardId, firstOfEachLength } from './ids.ts';
import type { PressKeys } from './press.ts';
import { type Order, seatWithin, sheetsFor } from './seat.ts';
import type { CodeFormat } from './format.ts';
import { type HandoffPlan, type PlannedRecipient, type TargetKeys, dataFormatOf } from './handoff.ts';

/** A file that the run was planned with, kept in its `inputs` folder. */
export interface FrozenInput {
  readonly role: 'template' | 'sheet' | 'profile' | 'file' | 'recipient';
  /** How the job or the template names it. */
  readonly ref: string;
  /** Its name under inputs/. */
  readonly name: string;
  readonly sha256: string;
}

/** A run that makes up for cards of another one: a volume, a manifest and a delivery of its own. */
export interface SupplementPlan {
  /** The run that was ordered. */
  readonly of: string;
  /** The same cards again; the same ids with new codes; or others in their place. */
  readonly kind: 'reprint' | 'reissue' | 'replace';
  /** The serials that it stands for, by position. */
  readonly cards: readonly { readonly position: number; readonly serial: number; readonly count: number }[];
  /** Whom it goes to in place of those who had the cards first; null where it goes to the same. */
  readonly supersedes: { readonly recipients: readonly string[] } | null;
  /** Where it goes, if not where the job says. */
  readonly deliver: readonly TargetKeys[] | null;
}

export interface Plan {
  readonly format: 'cardpress-plan/1';
  readonly run: string;
  readonly job: string;
  readonly account: string;
  /** The platform's origin. A run that began against one is never continued against another. */
  readonly origin: string;
  readonly created: string;
  readonly cards: {
    readonly ordered: number;
    readonly overs: number;
    readonly type: 'gift_card' | 'credit_note';
    readonly id: string;
    /** Serial of position 0. */
    readonly first: number;
    readonly token: CodeFormat;
    readonly pin: CodeFormat | null;
    readonly validUntil: string | null;
  };
  readonly press: PressKeys;
  /** Who else than the operator can open the vault. */
  readonly recipients: readonly string[];
  readonly batchSize: number;
  readonly volumeSheets: number;
  readonly slots: number;
  readonly order: Order;
  readonly sides: 1 | 2;
  readonly packing: { readonly bundle: number; readonly box: number } | null;
  /** Share of each volume's sheets that a second engine reads too. */
  readonly second: number;
  readonly handoff: HandoffPlan;
  /** Where the job file lay: what is read live is read from there. */
  readonly jobFile: string;
  readonly template: string;
  readonly sheet: string;
  readonly inputs: readonly FrozenInput[];
  /** What the job file said of the keys that may not change while the run is open. */
  readonly frozen: Readonly<Record<string, unknown>>;
  readonly supplement?: SupplementPlan;
  /** Cards that nobody needs in the end are deleted; absent: kept. */
  readonly unused?: 'void';
}

/** Cards in a row: positions count from 0 over the whole run, ordered cards first, then overs. */
export interface Batch {
  readonly batch: number;
  readonly first: number;
  readonly count: number;
}

export interface Volume {
  readonly volume: number;
  readonly first: number;
  readonly count: number;
  readonly sheets: number;
  readonly overs: boolean;
}

/** Where a card is printed; all count from 1. */
export interface Seat {
  readonly volume: number;
  readonly sheet: number;
  readonly slot: number;
}

export interface PlanFacts {
  readonly run: string;
  readonly origin: string;
  readonly created: string;
  readonly first: number;
  readonly slots: number;
  /** `across` unless the sheet has stacks. */
  readonly order?: Order;
  readonly sides: 1 | 2;
  readonly template: string;
  readonly sheet: string;
  readonly inputs: readonly FrozenInput[];
  /** Who can open the handoff; none where it is not sealed. */
  readonly recipients?: readonly PlannedRecipient[];
  readonly sequence?: number;
  readonly jobFile?: string;
}

export function makePlan(job: Job, facts: PlanFacts): Plan {
  const { cards } = job;
  const recipients = facts.recipients ?? [];
  const isAge = recipients.some(({ input }) => input === null);
  return {
    format: 'cardpress-plan/1',
    run: facts.run,
    job: job.name,
    account: job.account,
    origin: facts.origin,
    created: facts.created,
    cards: {
      ordered: cards.count,
      overs: oversOf(job),
      type: cards.type,
      id: cards.id,
      first: facts.first,
      token: cards.token,
      pin: pinOf(job),
      validUntil: cards.validUntil ?? null,
    },
    press: job.press,
    recipients: job.vault.recipients,
    batchSize: job.batch.size,
    volumeSheets: job.volume.sheets,
    slots: facts.slots,
    order: facts.order ?? 'across',
    sides: facts.sides,
    packing: job.packing ?? null,
    second: secondShareOf(job),
    handoff: {
      seal: recipients.length === 0 ? 'none' : isAge ? 'age' : 'openpgp',
      recipients,
      data: dataFormatOf(job.handoff, pinOf(job) !== null),
      sequence: facts.sequence ?? 1,
    },
    jobFile: facts.jobFile ?? '',
    template: facts.template,
    sheet: facts.sheet,
    inputs: facts.inputs,
    frozen: frozenKeys(job),
    ...(job.unused === 'void' && { unused: job.unused }),
  };
}

/**
 * The keys of a job that an open run holds to. Delivery, contacts, the signing key, notification, retention and
 * `accept` are read live; on a P account another yes comes first.
 */
function frozenKeys(job: Job): Record<string, unknown> {
  const { account, template, sheet, cards, press } = job;
  return {
    account,
    template,
    sheet,
    ...prefixed('cards', cards),
    ...prefixed('press', press),
    'batch.size': job.batch.size,
    'volume.sheets': job.volume.sheets,
    packing: job.packing ?? null,
    'verify.second': job.verify.second,
    'handoff.seal': job.handoff?.seal ?? null,
    'handoff.data': job.handoff?.data ?? null,
    ...(job.unused === 'void' && { unused: job.unused }),
  };
}

/** Keys whose frozen value the job no longer has. */
export function changedKeys(plan: Plan, job: Job): readonly string[] {
  const now = frozenKeys(job);
  const keys = new Set([...Object.keys(plan.frozen), ...Object.keys(now)]);
  return [...keys].filter((key) => JSON.stringify(plan.frozen[key]) !== JSON.stringify(now[key]));
}

export function isTestRun(plan: Plan): boolean {
  return plan.account.startsWith('T');
}

/** Cards to be printed: ordered and overs. */
export function cardCount(plan: Plan): number {
  return plan.cards.ordered + plan.cards.overs;
}

export function idOf(plan: Plan, serial: number): string {
  return cardId(plan.cards.id, serial, plan.run);
}

/** The highest serial to reckon with: cards that take the place of lost ones go on after the planned. */
export function furthestSerial(plan: Plan): number {
  return plan.cards.first + 2 * cardCount(plan) - 1;
}

/** Cards among which is one of each length, of serial or id, that a run may print. */
export function cardsOfEachLength(
  plan: Plan,
): readonly { readonly serial: number; readonly cardId: string }[] {
  const { cards, supplement } = plan;
  const again = supplement === undefined || supplement.kind === 'replace' ? [] : supplement.cards;
  const serials = [
    ...again.flatMap(({ serial, count }) => firstOfEachLength(serial, serial + count - 1)),
    // Printed again, cards are those that there are.
    ...(supplement?.kind === 'reprint' ? [] : firstOfEachLength(cards.first, furthestSerial(plan))),
  ];
  return serials.map((serial) => ({ serial, cardId: idOf(plan, serial) }));
}

export function batchesOf(plan: Plan): readonly Batch[] {
  const total = cardCount(plan);
  return Array.from({ length: Math.ceil(total / plan.batchSize) }, (_, index) => {
    const first = index * plan.batchSize;
    return { batch: index + 1, first, count: Math.min(plan.batchSize, total - first) };
  });
}

/** Volumes of whole sheets; overs are a volume of their own at the end. */
export function volumesOf(plan: Plan): readonly Volume[] {
  const { ordered, overs } = plan.cards;
  const parts = [...cut(plan, 0, ordered, false), ...cut(plan, ordered, overs, true)];
  return parts.map((part, index) => ({ volume: index + 1, ...part }));
}

function cut(plan: Plan, from: number, count: number, overs: boolean): readonly Omit<Volume, 'volume'>[] {
  const perVolume = plan.volumeSheets * plan.slots;
  return Array.from({ length: Math.ceil(count / perVolume) }, (_, index) => {
    const first = from + index * perVolume;
    const cards = Math.min(perVolume, from + count - first);
    const sheets = sheetsFor(plan.order, cards, plan.slots, plan.packing?.bundle);
    return { first, count: cards, sheets, overs };
  });
}

/** The seat of a position within its volume. */
export function seatOf(plan: Plan, volume: Volume, position: number): Seat {
  return {
    volume: volume.volume,
    ...seatWithin(plan.order, position - volume.first, plan.slots, volume.sheets),
  };
}

/** Volumes of whole bundles, where cards are printed in stacks: what stands in the way of them, in words. */
export function stackFault({ order, packing, volumeSheets, slots }: Plan): string | undefined {
  if (order === 'across' || packing === null) return undefined;
  const { bundle } = packing;
  const whole = volumeSheets % bundle === 0 || bundle % volumeSheets === 0;
  if (whole && (volumeSheets * slots) % bundle === 0) return undefined;
  return `stacks of ${volumeSheets} sheets break bundles of ${bundle}`;
}

/** Bundle and box of a position, counting from 1; overs begin bundles and boxes of their own. */
export function packOf(
  plan: Plan,
  position: number,
): { readonly bundle: number; readonly box: number } | null {
  if (plan.packing === null) return null;
  const { bundle, box } = plan.packing;
  const { ordered } = plan.cards;
  if (position < ordered)
    return { bundle: Math.floor(position / bundle) + 1, box: Math.floor(position / box) + 1 };
  const over = position - ordered;
  return {
    bundle: Math.ceil(ordered / bundle) + Math.floor(over / bundle) + 1,
    box: Math.ceil(ordered / box) + Math.floor(over / box) + 1,
  };
}

function prefixed(prefix: string, map: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [`${prefix}.${key}`, value as unknown]),
  );
}
