// Which card may be ordered to what, by where it stands. Pure: a card is never good in two places.
import { countText } from '../base/count.ts';
import { type Complaint, Failure, badInput } from '../base/failure.ts';
import { type Plan, packOf } from '../plan/plan.ts';
import { type CardStanding, type Settlement, isGone } from './cards.ts';
import type { ListPart } from './list.ts';
import { type OrderKind, eachSerial, spansText, someText, toSpans } from './records.ts';

export interface OrderFlags {
  /** A person certifies that the old cards are destroyed. */
  readonly destroyed: boolean;
  /** Cards for a test, before they are reported. */
  readonly sample: boolean;
}

/** @throws Failure of kind `input` that says for each kind of card what is missing */
export function refuseOrder(what: OrderKind, cards: readonly CardStanding[], flags: OrderFlags): void {
  if (what === 'reissue' && !flags.destroyed) {
    throw badInput(
      'the old token of a card stays good beside the new one: the platform knows no way to revoke it',
      {
        hint: 'destroy the old cards, then say --destroyed; cards that cannot be had are voided: cardpress replace',
      },
    );
  }
  const reasons = new Map<string, number[]>();
  for (const card of cards) {
    const why = whyNot(what, card, flags);
    if (why !== undefined) reasons.set(why, [...(reasons.get(why) ?? []), card.serial]);
  }
  const complaints: Complaint[] = [...reasons].map(([why, serials]) => ({
    message: `${serials.length === 1 ? 'serial' : 'serials'} ${someText(serials)}: ${why}`,
  }));
  if (complaints.length > 0) throw new Failure('input', complaints);
}

function whyNot(what: OrderKind, card: CardStanding, flags: OrderFlags): string | undefined {
  const { state, destroyed, active } = card;
  // Voiding is the first half of replacing.
  if (what === 'replace' && isGone(card)) return undefined;
  if (state === 'voided') return card.replaced ? 'void already, and replaced' : 'void already';
  if (state === 'orphaned') return 'to be void, though the platform would not delete it';
  if (what !== 'activate' && active)
    return 'active: it carries money, and a person blocks it at the platform';
  switch (what) {
    case 'void':
    case 'replace':
      return undefined;
    case 'reissue':
      return state === 'missing' ? 'missing: who has it cannot have destroyed it; replace it' : undefined;
    case 'reprint':
      if (state === 'spoiled')
        return destroyed ? undefined : 'spoiled, but not certified to be destroyed: it would be good twice';
      if (state === 'missing') return 'missing: who has it would have a good card; replace it';
      return state === 'good'
        ? 'counted good: it would be good twice'
        : 'not reported yet: reconcile the return file first';
    case 'activate':
      if (state === 'good') return undefined;
      if (state === 'unreported')
        return flags.sample
          ? undefined
          : 'not counted good yet: reconcile the return file first, or say --sample';
      return `${state}: only good cards are activated`;
  }
}

/**
 * The cards of a list, in printing order.
 * @param named the run that the command names: boxes are its own
 * @param order the runs of the family in their order
 */
export function cardsIn(
  list: readonly ListPart[],
  cards: ReadonlyMap<number, CardStanding>,
  settlement: Settlement,
  named: Plan,
  order: readonly string[],
): readonly CardStanding[] {
  const found = new Map<number, CardStanding>();
  const take = (serial: number) => {
    const card = cards.get(serial);
    if (card === undefined) throw badInput(`--cards: serial ${serial} is no card of ${order[0] ?? ''}`);
    found.set(serial, card);
  };
  for (const part of list) {
    if (part.kind === 'serials') for (let serial = part.first; serial <= part.last; serial += 1) take(serial);
    else if (part.kind === 'box') for (const serial of boxed(part.box, cards, named)) take(serial);
    else {
      const spans = settlement.cards[part.state === 'unused' ? 'unusedOvers' : part.state];
      if (spans.length === 0) throw badInput(`--cards: no card is ${part.state}`);
      for (const serial of eachSerial(spans)) take(serial);
    }
  }
  const rank = ({ run }: CardStanding) => order.indexOf(run);
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.position - b.position);
}

/** What lies in a box: cards that were spoiled before never went in. */
function boxed(box: number, cards: ReadonlyMap<number, CardStanding>, plan: Plan): readonly number[] {
  if (plan.packing === null) throw badInput(`--cards: ${plan.run} was planned without boxes (packing)`);
  const inside = [...cards.values()].filter(
    ({ run, position, state }) =>
      run === plan.run &&
      packOf(plan, position)?.box === box &&
      ['good', 'missing', 'unreported'].includes(state),
  );
  if (inside.length === 0)
    throw badInput(`--cards: box ${box} of ${plan.run} holds no card that could be meant`);
  return inside.map(({ serial }) => serial);
}

/** What to do about cards that the order lacks, as commands. */
export function offers(
  run: string,
  { short, cards }: Settlement,
  all: ReadonlyMap<number, CardStanding>,
): readonly string[] {
  const missing = [...eachSerial(cards.missing)];
  const gone = [...all.values()].filter(isGone).map(({ serial }) => serial);
  const replace = [...missing, ...gone].slice(0, short);
  const destroyed = [...eachSerial(cards.spoiled)].filter((serial) => all.get(serial)?.destroyed === true);
  const reprint = destroyed.slice(0, short - replace.length);
  const left = short - replace.length - reprint.length;
  const rest = [...eachSerial(cards.notDestroyed)].slice(0, left);
  const list = (serials: readonly number[]) => spansText(toSpans(serials));
  return [
    ...(replace.length > 0 ? [`cardpress replace ${run} --cards ${list(replace)} --reason TEXT`] : []),
    ...(reprint.length > 0 ? [`cardpress reprint ${run} --cards ${list(reprint)}`] : []),
    ...(rest.length > 0
      ? [`once serials ${someText(rest)} are certified to be destroyed: cardpress reprint`]
      : []),
  ];
}

/** Why a run is not closed yet, in words with what to do; undefined where it can be. */
export function whyOpen(
  run: string,
  { notYetReported, short, cards }: Settlement,
  unused: 'keep' | 'void',
): string | undefined {
  if (notYetReported > 0)
    return `${countText(notYetReported, 'card is', 'cards are')} not reported yet: cardpress reconcile`;
  if (short > 0) return `${countText(short, 'card is', 'cards are')} short`;
  if (cards.missing.length > 0)
    return `missing cards are alive at the platform: cardpress void ${run} --cards missing --reason TEXT`;
  const states = [
    ...(cards.unusedOvers.length > 0 ? ['unused'] : []),
    ...(cards.spoiled.length > 0 ? ['spoiled'] : []),
  ];
  if (unused === 'void' && states.length > 0)
    return `the job has unused cards voided: cardpress void ${run} --cards ${states.join(',')} --reason TEXT`;
  return undefined;
}
