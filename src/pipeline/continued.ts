// Which cards a list means, and whether a request is the order that is open.
import { isDeepStrictEqual } from 'node:util';
import { countText } from '../base/count.ts';
import { badInput } from '../base/failure.ts';
import type { CardStanding } from '../settle/cards.ts';
import { type ListPart, parseList } from '../settle/list.ts';
import { type OrderRecord, eachSerial, spansText, toSpans } from '../settle/records.ts';
import { cardsIn } from '../settle/rules.ts';
import { type Family, membersOf } from './family.ts';
import type { OrderRequest } from './orders.ts';

/** The cards that a list means. */
export function resolveCards(
  name: string,
  list: readonly ListPart[],
  family: Family,
): readonly CardStanding[] {
  const members = membersOf(family);
  const named = members.find(({ plan }) => plan.run === name) ?? family.root;
  return cardsIn(
    list,
    family.cards,
    family.settlement,
    named.plan,
    members.map(({ plan }) => plan.run),
  );
}

/**
 * The open order, where the request is the same one.
 * @throws Failure of kind `input` where it is for other cards
 */
export function continued(
  open: OrderRecord,
  { what, cards, terms }: Pick<OrderRequest, 'what' | 'cards' | 'terms'>,
  name: string,
  family: Family,
): OrderRecord {
  const { run } = family.root.plan;
  const isSame =
    open.what === what &&
    (cards === undefined || isSameList(open, cards, name, family)) &&
    (open.what !== 'activate' || terms === undefined || JSON.stringify(terms) === JSON.stringify(open.terms));
  if (!isSame)
    throw badInput(
      `order ${open.number} of ${run} is not carried out yet: ${open.what} of ${countText([...eachSerial(open.cards)].length, 'card')}`,
      { hint: `cardpress ${open.what} ${run} goes on with it` },
    );
  return open;
}

/** Whether a list means the cards of the open order. */
function isSameList(open: OrderRecord, text: string, name: string, family: Family): boolean {
  const list = parseList(text);
  // Half printed anew, cards are no longer where they were, nor missing: the same words are the same order.
  const isMoved = open.what !== 'void' && open.what !== 'activate';
  if (isMoved && open.list?.run === name && isDeepStrictEqual(parseList(open.list.text), list)) return true;
  const serials = resolveCards(name, list, family).map(({ serial }) => serial);
  return spansText(toSpans(serials)) === spansText(open.cards);
}
