// What a batch does next, from its attempts. The states, in order:
//
//   not asked ── ask ──> asked ── answer sealed ──> answered ── read ──> made, all good: done
//                          │                           │
//                          │ no answer was kept        ├─ too many requests, bearer ended: ask again
//                          │                           ├─ refused, or an id is somebody else's: a person decides
//                          ▼                           ▼
//                       in doubt <──────────── no sure answer, or cards that may not be printed
//                          │ look
//                          ├─ none of them exists: ask again for the same (bad cards: for fresh ones)
//                          ├─ one may be somebody else's: a person decides
//                          ├─ they exist: void them, then ask for fresh ones in their place (replace)
//                          └─ or get new secrets for them (reissue), or leave it to a person (hold)
import { countText } from '../base/count.ts';
import type { FailureKind } from '../base/failure.ts';
import { type CardRange, countOf, eachCard, toRanges } from '../issue/records.ts';
import type { Terms } from '../issue/reading.ts';
import type { Acceptable } from '../plan/job.ts';
import type { Batch, Plan } from '../plan/plan.ts';
import { type Attempt, goodOf } from './ledger.ts';
import type { Circumstances, Step, Stop } from './next.ts';

export interface BatchNext {
  readonly done?: boolean;
  readonly step?: Step;
  readonly stop?: Stop;
}

/** Asks of one batch in one call of the program after which it gives up until the next. */
const MOST_ASKS = 6;
const MOST_LIMITED = 12;

export function batchNext(
  plan: Plan,
  { batch, first, count }: Batch,
  attempts: readonly Attempt[],
  circumstances: Circumstances,
): BatchNext {
  const last = attempts.at(-1);
  const number = (last?.attempt ?? 0) + 1;
  const stop = (kind: FailureKind, message: string, hint?: string): BatchNext => ({
    stop: { kind, message: `batch ${batch}: ${message}`, ...(hint !== undefined && { hint }) },
  });
  const same = (cards: readonly CardRange[], wait = 0): BatchNext => ({
    step: { do: 'ask', batch, attempt: number, want: { cards }, wait },
  });
  const fresh = (cards: readonly CardRange[]): BatchNext => ({
    step: { do: 'ask', batch, attempt: number, want: { fresh: cards }, wait: 0 },
  });
  if (last === undefined) return same([{ position: first, serial: plan.cards.first + first, count }]);

  const clash = clashIn(attempts);
  if (clash !== undefined)
    return stop('mismatch', clash, 'nothing more is printed of it; keep the run folder');

  const { attempt, asked, cards: found, looked, reissued, voided } = last;
  const now = attempts.filter((one) => one.attempt > (circumstances.before.get(batch) ?? 0));
  const isOld = now.length === 0;
  const since = firstAskOf(asked.cards, attempts);

  /** What the job must accept before any of the batch's cards is printed, whichever answer they came in. */
  const termsFault = () =>
    attempts
      .flatMap(({ cards, reissued: again }) => [cards, again])
      .flatMap((record) =>
        record?.outcome === 'made' ? (termsStop(plan, record.terms, circumstances.accept) ?? []) : [],
      )
      .map(({ message, hint }) => stop('doubt', message, hint))
      .at(0);

  /** Whether these cards exist is not known, or they do and may not be printed. */
  const doubtful = (cards: readonly CardRange[], why: string, whole: boolean): BatchNext => {
    if (looked === undefined) return { step: { do: 'look', batch, attempt, since, cards } };
    const foreign = looked.found.find((card) => card.foreign !== null);
    if (foreign !== undefined) {
      return stop(
        'doubt',
        `serial ${foreign.serial} exists at the platform, but ${foreign.foreign ?? ''}: nothing was touched`,
        'find out whose card it is',
      );
    }
    const exist = looked.found.length;
    // Cards that have new codes are good, whatever the job says now.
    const recovery = reissued === undefined ? (last.resolved?.as ?? circumstances.recovery) : 'reissue';
    if (exist > 0 && recovery === 'hold' && voided === undefined) {
      return stop(
        'doubt',
        `${exist} of ${countText(countOf(cards), 'card exists', 'cards exist')} at the platform, and ${why}`,
        `cardpress resolve ${plan.run} --batch ${batch} --as replace (voids them and asks for others) or --as reissue (gets new codes for them)`,
      );
    }
    if (exist > 0 && recovery === 'reissue' && voided === undefined) {
      if (reissued === undefined) return { step: { do: 'reissue', batch, attempt } };
      const terms = termsFault();
      if (terms !== undefined) return terms;
      const refused = reissued.outcome === 'made' ? toRanges(reissued.bad) : [];
      const left = [...refused, ...looked.absent].sort((a, b) => a.position - b.position);
      if (left.length === 0) return { done: true };
      return refused.length > 0
        ? { step: { do: 'void', batch, attempt, since, cards: refused } }
        : fresh(left);
    }
    if (exist > 0 && voided === undefined)
      return { step: { do: 'void', batch, attempt, since, cards: toRanges(looked.found) } };
    const covered = new Set(
      reissued?.outcome === 'made' ? [...eachCard(reissued.good)].map(({ position }) => position) : [],
    );
    const wanted =
      covered.size === 0
        ? cards
        : toRanges([...eachCard(cards)].filter(({ position }) => !covered.has(position)));
    const asks = now.filter(
      (one) => one.cards?.outcome !== 'limited' && one.cards?.outcome !== 'signed-out',
    ).length;
    if (asks >= MOST_ASKS)
      return stop('unavailable', `no sure answer in ${asks} attempts; the last: ${why}`, 'run again later');
    return whole && exist === 0 ? same(cards) : fresh(wanted);
  };

  if (!last.answered && found !== undefined)
    return stop('mismatch', 'its sealed answer is missing from the run folder');
  if (!last.answered) return doubtful(asked.cards, 'no answer was kept', true);
  if (found === undefined) return { step: { do: 'read', batch, attempt } };
  switch (found.outcome) {
    case 'made': {
      const terms = termsFault();
      if (terms !== undefined) return terms;
      const [bad] = found.bad;
      if (bad === undefined) return { done: true };
      return doubtful(
        toRanges(found.bad),
        `${found.bad.length} of its cards may not be printed (serial ${bad.serial}: ${bad.why})`,
        false,
      );
    }
    case 'limited': {
      const times = now.length - 1 - now.findLastIndex(({ cards }) => cards?.outcome !== 'limited');
      if (times >= MOST_LIMITED) {
        return stop(
          'unavailable',
          `the platform said "too many requests" ${times} times in a row`,
          'run again later, or lower batch.perSecond',
        );
      }
      return same(asked.cards, isOld ? 0 : (found.wait ?? Math.min(60, 2 ** times)));
    }
    case 'signed-out':
      if (now.length >= 2 && now.at(-2)?.cards?.outcome === 'signed-out')
        return stop('refused', `the platform refuses: ${found.message}`);
      return same(asked.cards);
    case 'refused':
      // Some platforms say 400 where an id exists: asked for before, these ids may be there because of it.
      if (since < attempt && (looked === undefined || looked.found.length > 0)) {
        return doubtful(asked.cards, found.message, true);
      }
      if (isOld) return same(asked.cards);
      return stop('refused', `the platform refuses: ${found.message}`);
    case 'exists':
      // Asked for before, these ids may be there because of it.
      if (since < attempt) return doubtful(asked.cards, 'these ids were asked for before', true);
      return stop(
        'refused',
        `a card id is taken at the platform (${found.message}): nothing was made`,
        'choose other ids: cards.id or cards.first',
      );
    case 'doubt':
      return doubtful(asked.cards, found.why, true);
  }
}

/**
 * What cannot be: a card that was voided and is good all the same, two good cards in one place, or one in two. An
 * answer that was given up and came back into the folder looks like this, and a serial that was given twice.
 */
function clashIn(attempts: readonly Attempt[]): string | undefined {
  if (attempts.length < 2 && attempts[0]?.voided === undefined) return undefined;
  const gone = new Set(
    attempts.flatMap(({ voided }) => [...eachCard(voided?.voided ?? [])].map(({ serial }) => serial)),
  );
  const good = attempts.flatMap(goodOf);
  for (const { serial } of eachCard(good))
    if (gone.has(serial)) return `serial ${serial} is good by its answer, and was voided`;
  return doubledIn(good);
}

/** Two cards in one place, or one in two. */
export function doubledIn(good: readonly CardRange[]): string | undefined {
  const places = new Map<number, number>();
  const serials = new Set<number>();
  for (const { position, serial } of eachCard(good)) {
    if (serials.has(serial)) return `serial ${serial} is good twice`;
    const other = places.get(position);
    if (other !== undefined) return `serials ${other} and ${serial} are both good, for one place`;
    places.set(position, serial);
    serials.add(serial);
  }
  return undefined;
}

/** The attempt in which these cards were first asked for. */
function firstAskOf(cards: readonly CardRange[], attempts: readonly Attempt[]): number {
  const [{ serial } = { serial: -1 }] = cards;
  const holds = ({ asked }: Attempt) =>
    asked.cards.some((range) => serial >= range.serial && serial < range.serial + range.count);
  return attempts.find(holds)?.attempt ?? 1;
}

/** What the job must accept by name before such cards are printed: printed cards live for years. */
function termsStop(
  plan: Plan,
  terms: Terms,
  accept: readonly Acceptable[],
): { message: string; hint: string } | undefined {
  if (terms.onePurchase > 0 && !accept.includes('token-for-one-purchase')) {
    return {
      message: `${terms.onePurchase} of its tokens are good for one purchase only`,
      hint: 'if that is meant, write accept: [token-for-one-purchase] in the job',
    };
  }
  const until = plan.cards.validUntil;
  if (until === null || accept.includes('token-ends-early')) return undefined;
  if (terms.ends !== null && Date.parse(terms.ends) < Date.parse(until)) {
    return {
      message: `a token ends on ${terms.ends.slice(0, 10)}, before cards.validUntil ${until}`,
      hint: 'if that is meant, write accept: [token-ends-early] in the job',
    };
  }
  return undefined;
}
