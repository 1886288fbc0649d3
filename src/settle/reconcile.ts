// A return file held against the books: what it changes, or everything that is wrong with it. Pure.
import { countText } from '../base/count.ts';
import type { Complaint } from '../base/failure.ts';
import { type Plan, cardCount, packOf } from '../plan/plan.ts';
import type { CardStanding } from './cards.ts';
import { type Missing, type ReturnRecord, type Spoiled, someText, toSpans } from './records.ts';
import { type ReturnRow, refuse } from './return-file.ts';

export type Counted = Pick<ReturnRecord, 'good' | 'spoiled' | 'missing'> & {
  /** Whether it says anything that was not known. */
  readonly changes: boolean;
};

/**
 * @param cards every card of the run and its supplements
 * @param partial cards that the file leaves out are reported later
 * @throws Failure of kind `input` with every complaint; nothing was changed
 */
export function count(
  rows: readonly ReturnRow[],
  file: string,
  plan: Plan,
  cards: ReadonlyMap<number, CardStanding>,
  partial: boolean,
): Counted {
  const complaints: Complaint[] = [];
  const good: number[] = [];
  const spoiled: Spoiled[] = [];
  const missing: Missing[] = [];
  const named = new Set<number>();
  for (const row of rows) {
    const { serial, result, reason, destroyed } = row;
    const card = cards.get(serial);
    const wrong = whyNot(row, card, plan.run);
    if (wrong !== undefined) complaints.push({ message: `${file}:${row.line}  ${wrong}` });
    if (wrong !== undefined || card === undefined || result === null) continue;
    named.add(serial);
    if (card.state === result && card.destroyed === (destroyed || card.destroyed)) continue;
    if (result === 'good') good.push(serial);
    else if (result === 'spoiled') spoiled.push({ serial, reason, destroyed });
    else missing.push({ serial, reason });
  }
  complaints.push(...overfull(rows, plan).map((message) => ({ message: `${file}: ${message}` })));
  if (!partial) {
    const left = [...cards.values()].filter(
      ({ run, state, serial }) => run === plan.run && state === 'unreported' && !named.has(serial),
    );
    if (left.length > 0)
      complaints.push({
        message: `${file} does not add up: ${left.length} of ${countText(cardCount(plan), 'card')} ${left.length === 1 ? 'is' : 'are'} neither good, spoiled nor missing (serials ${someText(left.map(({ serial }) => serial))})`,
        hint: 'ask for the rest; --partial counts what is there and waits for it',
      });
  }
  refuse(complaints);
  return {
    good: toSpans(good),
    spoiled,
    missing,
    changes: good.length + spoiled.length + missing.length > 0,
  };
}

/** Why a row cannot be true. */
function whyNot(
  { serial, result, destroyed }: ReturnRow,
  card: CardStanding | undefined,
  run: string,
): string | undefined {
  if (card === undefined) return `serial ${serial} is no card of ${run}`;
  if (result === null) return undefined;
  if (card.run !== run)
    return card.run.startsWith(`${run}-`)
      ? `serial ${serial} was printed anew in ${card.run}: it is reported there`
      : `serial ${serial} is no card of ${run}: it is one of ${card.run}`;
  const { state } = card;
  if (state === result) {
    if (state === 'spoiled' && card.destroyed && !destroyed)
      return `serial ${serial} was certified to be destroyed before, and is not here`;
    return undefined;
  }
  if (state === 'voided' || state === 'orphaned')
    return result === 'good'
      ? `serial ${serial} is void: a card that turns up is to be destroyed`
      : undefined;
  if (state === 'good' || state === 'spoiled')
    return `serial ${serial} was reported ${state} before, and is ${result} here`;
  return undefined;
}

/** Bundles and boxes that would hold more cards than go in, or that there are not. */
function overfull(rows: readonly ReturnRow[], plan: Plan): readonly string[] {
  if (plan.packing === null) return [];
  const last = packOf(plan, cardCount(plan) - 1);
  return (['bundle', 'box'] as const).flatMap((what) => {
    const most = plan.packing?.[what] ?? 0;
    const counts = new Map<number, number>();
    for (const row of rows) {
      const at = row[what];
      if (at !== null && row.result === 'good') counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    return [...counts].flatMap(([number, count]) => {
      if (number < 1 || number > (last?.[what] ?? 0)) return [`there is no ${what} ${number}`];
      return count > most ? [`${what} ${number} has ${count} good cards: it holds ${most}`] : [];
    });
  });
}
