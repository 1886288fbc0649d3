// What people order after the handoff, carried out: noted first, so that a process that dies is gone on with by the
// same command; then done; then its outcome noted.
import { Failure, badInput } from '../base/failure.ts';
import { withLock } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import type { IssueTools } from '../issue/issue.ts';
import { type AskedRecord, eachCard } from '../issue/records.ts';
import type { Overrides } from '../plan/overrides.ts';
import { idOf } from '../plan/plan.ts';
import { activateCards, refuseStrange } from '../settle/activate.ts';
import type { CardStanding } from '../settle/cards.ts';
import { parseList } from '../settle/list.ts';
import {
  type ActivationTerms,
  type Noted,
  type OrderKind,
  type OrderRecord,
  type OutcomeRecord,
  eachSerial,
  nextNumber,
  toSpans,
  writeRecord,
} from '../settle/records.ts';
import { type OrderFlags, refuseOrder } from '../settle/rules.ts';
import { type OriginCards, lookAt, refuseForeign, voidLooked } from '../settle/void.ts';
import { type Family, type Member, membersOf, numberOf } from './family.ts';
import { type Bookkeeping, conclude, familyAt, isToBeClosed } from './closing.ts';
import { continued, resolveCards } from './continued.ts';
import { readLiveJob } from './live-job.ts';
import type { OpenRun } from './prepare.ts';
import { draftSupplement, openSupplement, planSupplement } from './supplement.ts';

/** What orders are carried out with. The caller holds the lock of the run that was ordered. */
export interface OrderDesk extends Bookkeeping {
  /** Tools to look up and delete cards of a run. */
  readonly issueTools: (run: Pick<Member, 'folder' | 'plan'>) => IssueTools;
  /** Brings a supplement to its end. */
  readonly make: (run: OpenRun) => Promise<void>;
}

export interface OrderRequest extends OrderFlags {
  readonly what: OrderKind;
  /** Undefined: go on with what is open. */
  readonly cards: string | undefined;
  readonly reason: string | undefined;
  readonly overrides: Overrides;
  readonly terms: ActivationTerms | undefined;
}

export interface CarriedOut {
  readonly order: OrderRecord;
  readonly outcome: OutcomeRecord | undefined;
  readonly family: Family;
}

/** Carries an order out, or goes on with the one that is open. */
export async function carryOut(name: string, request: OrderRequest, desk: OrderDesk): Promise<CarriedOut> {
  const family = await familyAt(name, desk);
  const order =
    family.open === undefined
      ? await begin(name, request, family, desk)
      : continued(family.open, request, name, family);
  return fulfil(order, family, desk);
}

/**
 * Carries an order out, and closes the run where that settles it. Where a process died between the last outcome and the
 * closing, the run is closed first; without cards, that is all.
 */
export async function settleOrder(
  name: string,
  request: OrderRequest,
  desk: OrderDesk,
): Promise<{ readonly carried: CarriedOut | undefined; readonly family: Family }> {
  if (isToBeClosed(await familyAt(name, desk))) {
    const family = await conclude(name, desk);
    if (request.cards === undefined) return { carried: undefined, family };
  }
  const carried = await carryOut(name, request, desk);
  return { carried, family: await conclude(name, desk) };
}

async function begin(
  name: string,
  request: OrderRequest,
  family: Family,
  desk: OrderDesk,
): Promise<OrderRecord> {
  const { what, reason, overrides, terms } = request;
  const { root } = family;
  const { folder, plan } = root;
  if (request.cards === undefined)
    throw badInput(`--cards is missing: nothing of ${plan.run} is open to go on with`);
  if (!root.ledger.complete && !(what === 'activate' && request.sample && root.ledger.packed))
    throw badInput(`${plan.run} is not complete: its cards are still being made and delivered`, {
      hint: 'cardpress run goes on with it',
    });
  const cards = resolveCards(name, parseList(request.cards), family);
  refuseOrder(what, cards, request);
  if (what === 'reprint' || what === 'reissue') {
    const purged = membersOf(family).find(
      ({ plan: { run }, book }) => book.purging && cards.some((card) => card.run === run),
    );
    if (purged !== undefined)
      throw badInput(`${purged.plan.run} was purged: its codes are gone; replace takes other cards`);
  }
  if ((what === 'void' || what === 'replace') && (reason ?? '').trim() === '')
    throw badInput('--reason is missing: an auditor will ask why these cards were voided');
  // Everything that can be refused is refused before anything is noted.
  if (what === 'void' || what === 'replace' || what === 'reissue') {
    const looked = await lookAt(originsOf(cards, family, desk));
    refuseForeign(looked);
    const [absent] = looked.flatMap((one) => one.absent);
    if (what === 'reissue' && absent !== undefined)
      throw new Failure('doubt', `serial ${absent} does not exist at the platform: it cannot get new codes`);
  }
  if (what === 'activate') {
    if (terms === undefined) throw new Failure('bug', 'activation without an amount');
    await refuseStrange(idsOf(cards, family), terms, desk.issueTools(root).platform);
  }
  if (what === 'replace' || what === 'reprint' || what === 'reissue')
    await draftSupplement(
      family,
      { name: nextName(family), kind: what, cards, overrides },
      await readLiveJob(root, overrides, desk.around),
      desk.around,
    );
  const number = await nextNumber(folder);
  const noted = {
    ...notedBy(number, desk),
    cards: toSpans(cards.map(({ serial }) => serial)),
    list: { run: name, text: request.cards },
    reason: (reason ?? '').trim(),
  };
  const order = orderOf(noted, request, nextName(family));
  await writeRecord(folder, names.book(number, what), order);
  desk.log.emit({ event: 'cards.ordered', number, what, cards: cards.length });
  return order;
}

function orderOf(
  noted: Noted & Pick<OrderRecord, 'cards' | 'list' | 'reason'>,
  { what, terms, sample, overrides }: OrderRequest,
  supplement: string,
): OrderRecord {
  if (what === 'void') return { ...noted, what };
  if (what !== 'activate') return { ...noted, what, supplement, overrides };
  if (terms === undefined) throw new Failure('bug', 'activation without an amount');
  return { ...noted, what, terms, sample };
}

async function fulfil(order: OrderRecord, family: Family, desk: OrderDesk): Promise<CarriedOut> {
  const { root } = family;
  let outcome = root.book.orders.find((one) => one.order.number === order.number)?.outcome;
  const cards = [...eachSerial(order.cards)].flatMap((serial) => family.cards.get(serial) ?? []);
  const note = async (done: readonly number[], left: OutcomeRecord['left']) => {
    outcome = { ...notedBy(order.number, desk), what: order.what, done: toSpans(done), left };
    await writeRecord(root.folder, names.book(order.number, 'done'), outcome);
    desk.log.emit({ event: 'cards.done', number: order.number, what: order.what, cards: done.length });
  };
  if ((order.what === 'void' || order.what === 'replace') && outcome === undefined) {
    const { done, left } = await voidLooked(await lookAt(originsOf(cards, family, desk)));
    await note(done, left);
  }
  if (order.what === 'activate' && outcome === undefined) {
    const { done, left } = await activateCards(
      idsOf(cards, family),
      order.terms,
      desk.issueTools(root).platform,
    );
    await note(done, left);
  }
  if (order.what === 'replace' || order.what === 'reprint' || order.what === 'reissue')
    await makeSupplement(order, family, desk);
  return { order, outcome, family: await familyAt(root.plan.run, desk) };
}

async function makeSupplement(
  order: Extract<OrderRecord, { supplement: string }>,
  family: Family,
  desk: OrderDesk,
): Promise<void> {
  const { around, log } = desk;
  const find = async () =>
    (await familyAt(family.root.plan.run, desk)).supplements.find(
      ({ plan }) => plan.run === order.supplement,
    );
  let found = await find();
  const live = await readLiveJob(family.root, order.overrides, around, found);
  if (found === undefined) {
    const cards = inOrder(
      [...eachSerial(order.cards)].flatMap((serial) => family.cards.get(serial) ?? []),
      family,
    );
    await planSupplement(
      family,
      { name: order.supplement, kind: order.what, cards, overrides: order.overrides },
      live,
      around,
    );
    log.emit({ event: 'supplement.planned', supplement: order.supplement, cards: cards.length });
    found = await find();
  }
  const supplement = found;
  if (supplement === undefined) throw new Failure('bug', `${order.supplement} was planned, and is not there`);
  if (supplement.ledger.complete) return;
  await withLock(
    around.reader.disk,
    supplement.folder.path,
    around.self,
    async (lock) => desk.make(await openSupplement(supplement, live, around, lock)),
    ({ holder: { pid, host } }) => {
      throw new Failure('unavailable', `${order.supplement} is being made by process ${pid} on ${host}`);
    },
  );
}

/** Cards by the run that printed them, each with the record of when it was first asked for. */
function originsOf(cards: readonly CardStanding[], family: Family, desk: OrderDesk): readonly OriginCards[] {
  const origins = new Map<AskedRecord, { member: Member; cards: CardStanding[] }>();
  const asks = new Map<string, ReadonlyMap<number, AskedRecord>>();
  for (const card of cards) {
    const member = membersOf(family).find(({ plan }) => plan.run === card.run);
    if (member === undefined) throw new Failure('bug', `no run ${card.run}`);
    const known = asks.get(card.run) ?? firstAsks(member);
    asks.set(card.run, known);
    const asked = known.get(card.serial);
    if (asked === undefined)
      throw new Failure('mismatch', `${card.run} has no record of asking for serial ${card.serial}`);
    const origin = origins.get(asked) ?? { member, cards: [] };
    origin.cards.push(card);
    origins.set(asked, origin);
  }
  return [...origins].map(([asked, { member, cards: own }]) => ({
    asked,
    cards: own.map(({ serial, position }) => ({ serial, position })),
    tools: desk.issueTools(member),
  }));
}

function firstAsks({ ledger }: Member): ReadonlyMap<number, AskedRecord> {
  const asks = new Map<number, AskedRecord>();
  for (const { asked } of [...ledger.attempts.values()].flat())
    for (const { serial } of eachCard(asked.cards)) if (!asks.has(serial)) asks.set(serial, asked);
  return asks;
}

function idsOf(cards: readonly CardStanding[], family: Family): readonly (readonly [number, string])[] {
  const plans = new Map(membersOf(family).map(({ plan }) => [plan.run, plan]));
  return cards.map(({ serial, run }) => [serial, idOf(plans.get(run) ?? family.root.plan, serial)]);
}

function inOrder(cards: readonly CardStanding[], family: Family): readonly CardStanding[] {
  const order = membersOf(family).map(({ plan }) => plan.run);
  return [...cards].sort((a, b) => order.indexOf(a.run) - order.indexOf(b.run) || a.position - b.position);
}

function nextName({ root, supplements }: Family): string {
  return `${root.plan.run}-s${Math.max(0, ...supplements.map(numberOf)) + 1}`;
}

export function notedBy(number: number, { around, by }: Pick<OrderDesk, 'around' | 'by'>): Noted {
  return { number, at: around.now().toISOString(), by };
}
