// Makes cards good for money. The platform knows no key that makes a repeated call harmless, so the card's own
// state does: each is looked at before and after, and one that is active with this amount is done, also where
// somebody has paid with it since.
import { Failure } from '../base/failure.ts';
import { refusalText } from '../issue/answer.ts';
import type { Platform } from '../issue/platform.ts';
import { amountText } from './money.ts';
import type { ActivationTerms, OutcomeRecord } from './records.ts';

/** What is to be activated, and how much that would be in all, in minor units. */
export interface Sum {
  readonly cards: number;
  readonly total: number;
}

/** `500x25000.00`: the count and the total, as a person repeats them. */
export function sumText({ cards, total }: Sum): string {
  return `${cards}x${amountText(total)}`;
}

/**
 * A card that stands as it must not: nothing is activated before every card was looked at. One that was paid with
 * before this was ordered is nobody's to sell.
 */
export async function refuseStrange(
  ids: readonly (readonly [serial: number, id: string])[],
  terms: ActivationTerms,
  platform: Pick<Platform, 'look'>,
): Promise<void> {
  const strange = (
    await Promise.all(
      ids.map(async ([serial, id]) => {
        const why = strangeness(await platform.look(id), terms, UNSPENT);
        return why === undefined ? [] : [`serial ${serial} ${why}`];
      }),
    )
  ).flat();
  const [first] = strange;
  if (first === undefined) return;
  const more = strange.length > 1 ? `, and ${strange.length - 1} more` : '';
  throw new Failure('doubt', `${first}${more}: nothing was activated`);
}

/** Activates one card after another as the platform's rate allows, and says what became of each. */
export async function activateCards(
  ids: readonly (readonly [serial: number, id: string])[],
  terms: ActivationTerms,
  platform: Pick<Platform, 'look' | 'activate'>,
): Promise<Pick<OutcomeRecord, 'left'> & { readonly done: readonly number[] }> {
  const done: number[] = [];
  const left: { serial: number; why: string }[] = [];
  await Promise.all(
    ids.map(async ([serial, id]) => {
      const why = await activateCard(id, terms, platform);
      if (why === undefined) done.push(serial);
      else left.push({ serial, why });
    }),
  );
  return { done, left: left.sort((a, b) => a.serial - b.serial) };
}

async function activateCard(
  id: string,
  terms: ActivationTerms,
  platform: Pick<Platform, 'look' | 'activate'>,
): Promise<string | undefined> {
  const before = await platform.look(id);
  const strange = strangeness(before, terms, ACTIVE);
  if (strange !== undefined) return strange;
  if (before !== undefined && isActive(before)) return undefined;
  const answer = await platform.activate(id, terms);
  // Whatever it answered: a call whose answer was lost and that was repeated is refused, and the card is active.
  const after = await platform.look(id);
  if (after !== undefined && isActive(after)) return strangeness(after, terms, ACTIVE);
  return answer.status >= 200 && answer.status < 300
    ? 'is not active though the platform said so'
    : `is not active: ${refusalText(answer)}`;
}

const UNSPENT: readonly unknown[] = ['unused'];
const ACTIVE: readonly unknown[] = [...UNSPENT, 'partially_used', 'used'];

/** Why a card is neither to be activated nor active as it should be, which it is in these states. */
function strangeness(
  card: Record<string, unknown> | undefined,
  terms: ActivationTerms,
  states: readonly unknown[],
): string | undefined {
  if (card === undefined) return 'does not exist at the platform';
  if (isInactive(card)) return undefined;
  if (!states.includes(card.status)) return `is ${String(card.status)} at the platform`;
  if (card.amount !== terms.amount || card.currency !== terms.currency)
    return `is active with ${typeof card.amount === 'number' ? amountText(card.amount) : '?'} ${String(card.currency)}`;
  return undefined;
}

export const isInactive = ({ status }: Record<string, unknown>) =>
  status === 'inactive' || status === 'created';
const isActive = (card: Record<string, unknown>) => !isInactive(card);
