// The books of a run as people read them.
import { countText } from '../base/count.ts';
import { isToBeClosed, whyNotClosed } from '../pipeline/closing.ts';
import type { Family } from '../pipeline/family.ts';
import { offers } from '../settle/rules.ts';
import { labelled } from './table.ts';

/** Where the cards stand, and what is to be done next. */
export function booksText(family: Family): string {
  const { root, supplements, settlement, cards } = family;
  const { made, good, spoiled, missing, unusedOvers, notYetReported, ordered, short, voided, orphaned } =
    settlement;
  const rows = [
    [
      'made',
      `${made} = ${good} good + ${spoiled} spoiled + ${missing} missing + ${unusedOvers} unused overs + ${notYetReported} not yet reported`,
    ],
    ...(voided + orphaned > 0
      ? [['gone', `${voided} voided, ${orphaned} that the platform would not delete`]]
      : []),
    ['order', `${good} of ${ordered} good${short > 0 ? `, ${short} short` : ''}`],
    ...supplements.map((one, index) => [
      index === 0 ? 'also' : '',
      `${one.plan.run}: ${one.plan.supplement?.kind ?? ''} of ${countText(one.plan.cards.ordered, 'card')}`,
    ]),
    ...(family.open === undefined ? offers(root.plan.run, settlement, cards) : []).map((line, index) => [
      index === 0 ? 'offered' : '',
      line,
    ]),
    ['state', stateText(family)],
  ];
  return `${root.plan.run}\n\n${labelled(rows, 10)}\n`;
}

function stateText(family: Family): string {
  if (family.root.book.purged) return 'closed, and purged';
  if (isToBeClosed(family)) return 'open: its closing was cut off; cardpress tend notes it';
  const why = whyNotClosed(family);
  return why === undefined ? 'closed' : `open: ${why}`;
}
