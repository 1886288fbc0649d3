// Which card of a volume sits on which sheet in which slot. Pure, and one to one: no two cards share a seat.

export type Order = 'across' | 'cut-and-stack';

/**
 * The seat of a volume's card; both count from 1.
 * @param index from 0, in the order of positions
 * @param sheets of the volume: the height of a stack
 */
export function seatWithin(
  order: Order,
  index: number,
  slots: number,
  sheets: number,
): { readonly sheet: number; readonly slot: number } {
  return order === 'across'
    ? { sheet: Math.floor(index / slots) + 1, slot: (index % slots) + 1 }
    : { sheet: (index % sheets) + 1, slot: Math.floor(index / sheets) + 1 };
}

/** The index, from 0, that a seat of a volume is for; there is a card where it is less than their number. */
export function indexAt(
  order: Order,
  { sheet, slot }: { readonly sheet: number; readonly slot: number },
  slots: number,
  sheets: number,
): number {
  return order === 'across' ? (sheet - 1) * slots + slot - 1 : (slot - 1) * sheets + sheet - 1;
}

/**
 * Sheets that so many cards need. In stacks a bundle is some whole stacks or a stack is some whole bundles, so
 * that nobody counts cards out of a pile: the stacks may then be higher than the cards would need.
 */
export function sheetsFor(order: Order, count: number, slots: number, bundle = 1): number {
  const fewest = Math.ceil(count / slots);
  if (order === 'across') return fewest;
  let sheets = fewest;
  while (sheets % bundle !== 0 && bundle % sheets !== 0) sheets += 1;
  // A stack of its own for all there is needs no more sheets than it has cards.
  return Math.min(sheets, Math.max(fewest, count));
}

/**
 * Cards in the order of positions, sheet by sheet and slot by slot; undefined where a slot has none. Across, a
 * sheet is given as soon as it is full; in stacks every sheet has cards from all over, and the whole is held.
 */
export async function* bySheet<T>(
  cards: AsyncIterable<T>,
  { order, slots, sheets }: { readonly order: Order; readonly slots: number; readonly sheets: number },
): AsyncGenerator<readonly (T | undefined)[]> {
  if (order === 'cut-and-stack') {
    const all: T[] = [];
    for await (const card of cards) all.push(card);
    // More cards than there are seats make the stacks higher, so that whoever counts the sheets finds out.
    const height = Math.max(sheets, Math.ceil(all.length / slots));
    const stacked = Array.from({ length: Math.min(height, all.length) }, () =>
      Array<T | undefined>(slots).fill(undefined),
    );
    for (const [index, card] of all.entries()) {
      const seat = seatWithin(order, index, slots, height);
      const sheet = stacked[seat.sheet - 1];
      if (sheet !== undefined) sheet[seat.slot - 1] = card;
    }
    yield* stacked;
    return;
  }
  let row: T[] = [];
  const filled = () => Array.from({ length: slots }, (_, index) => row[index]);
  for await (const card of cards) {
    row.push(card);
    if (row.length < slots) continue;
    yield filled();
    row = [];
  }
  if (row.length > 0) yield filled();
}
