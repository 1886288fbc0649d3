// Cards that are printed and must never be good: deleted at the platform, and believed when seen. The conditions
// are those of recovery: nothing is touched that is active, carries money or may be somebody else's.
import { countText } from '../base/count.ts';
import { Failure } from '../base/failure.ts';
import { lookUp, voidCards } from '../issue/doubt.ts';
import type { IssueTools } from '../issue/issue.ts';
import { type AskedRecord, type Found, eachCard, toRanges } from '../issue/records.ts';

/** Printed cards of one run, with the record of when they were asked for. */
export interface OriginCards {
  readonly asked: AskedRecord;
  readonly cards: readonly { readonly position: number; readonly serial: number }[];
  readonly tools: IssueTools;
}

export interface Looked {
  readonly origin: OriginCards;
  readonly found: readonly Found[];
  readonly absent: readonly number[];
}

export interface Voided {
  readonly done: readonly number[];
  readonly left: readonly { readonly serial: number; readonly why: string }[];
}

/** Looks every card up. */
export async function lookAt(origins: readonly OriginCards[]): Promise<readonly Looked[]> {
  const looked: Looked[] = [];
  for (const origin of origins) {
    const { found, absent } = await lookUp(toRanges(origin.cards), origin.asked, origin.tools);
    looked.push({ origin, found, absent: [...eachCard(absent)].map(({ serial }) => serial) });
  }
  return looked;
}

/** @throws Failure of kind `doubt` where one of them must not be deleted */
export function refuseForeign(looked: readonly Looked[]): void {
  const foreign = looked.flatMap(({ found }) => found.filter((card) => card.foreign !== null));
  const [first] = foreign;
  if (first === undefined) return;
  throw new Failure('doubt', {
    message: `serial ${first.serial}: ${first.foreign ?? ''}${foreign.length > 1 ? `, and ${countText(foreign.length - 1, 'more card')}` : ''}: nothing was touched`,
    hint: 'a card that is active or carries money is blocked at the platform, by a person',
  });
}

/** Deletes what was found and may be; one that may not be is left, with the reason. */
export async function voidLooked(looked: readonly Looked[]): Promise<Voided> {
  const done: number[] = [];
  const left: { serial: number; why: string }[] = [];
  for (const { origin, found, absent } of looked) {
    // What an earlier process deleted is gone.
    done.push(...absent);
    for (const { serial, foreign } of found) if (foreign !== null) left.push({ serial, why: foreign });
    const {
      voided,
      orphaned,
      foreign: since,
    } = await voidCards(
      found.filter((card) => card.foreign === null),
      origin.asked,
      origin.tools,
    );
    done.push(...[...eachCard(voided)].map(({ serial }) => serial));
    left.push(...since.map(({ serial, foreign }) => ({ serial, why: foreign ?? '' })));
    left.push(...orphaned.map(({ serial, why }) => ({ serial, why })));
  }
  return { done, left };
}
