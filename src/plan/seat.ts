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
