// Which cards a list means, and whether a request is the order that is open: who goes on with one means the same cards
// and the same manufacturer.
import { isDeepStrictEqual } from 'node:util';
import { countText } from '../base/count.ts';
import { badInput } from '../base/failure.ts';
import type { Overrides } from '../plan/overrides.ts';
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
 * @throws Failure of kind `input` where it is for other cards, or another manufacturer
 */
export function continued(
  open: OrderRecord,
  { what, cards, terms, overrides }: Pick<OrderRequest, 'what' | 'cards' | 'terms' | 'overrides'>,
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
  const other = otherFlags('overrides' in open ? open.overrides : {}, overrides);
  if (other.length > 0)
    throw badInput(
      `order ${open.number} of ${run} is not carried out yet, and was given without this ${other.join(', ')}`,
      {
        hint: `cardpress ${open.what} ${run} goes on with it as it was ordered; where it cannot be delivered, mend deliver in the job. What goes to another manufacturer is ordered after it`,
      },
    );
  return open;
}

/** The flags by which a manufacturer is another than the one that the order was given for; none where none is named. */
function otherFlags(given: Overrides, now: Overrides): readonly string[] {
  if (Object.keys(now).length === 0) return [];
  const flags = [
    ['sheet', '--sheet'],
    ['press', '--press'],
    ['seal', '--seal'],
    ['deliver', '--to'],
  ] as const;
  return flags.flatMap(([key, flag]) =>
    JSON.stringify(given[key]) === JSON.stringify(now[key]) ? [] : [flag],
  );
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
