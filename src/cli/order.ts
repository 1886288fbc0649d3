// What void, reprint, replace and reissue share: the flags, and what is printed at the end.
import { countText } from '../base/count.ts';
import { type CarriedOut, type OrderRequest, settleOrder } from '../pipeline/orders.ts';
import { Failure } from '../base/failure.ts';
import { readOverrides } from '../plan/overrides.ts';
import { eachSerial, someText } from '../settle/records.ts';
import { booksText } from './books-text.ts';
import type { Call } from './call.ts';
import { atDesk } from './desk.ts';
import { reader } from './environment.ts';

export interface OrderCommandFlags {
  readonly cards?: string;
  readonly reason?: string;
  readonly destroyed?: boolean;
  readonly sheet?: string;
  readonly press?: string;
  readonly seal?: readonly string[];
  readonly to?: string;
  readonly output?: string;
}

/** Carries an order out and says what stands then. */
export async function orderCommand(
  name: string,
  what: Exclude<OrderRequest['what'], 'activate'>,
  flags: OrderCommandFlags,
  call: Call,
): Promise<void> {
  const overrides = await readOverrides(reader, flags);
  await atDesk(name, flags, call, { platform: what !== 'reprint', key: what !== 'void' }, async (desk) => {
    const { carried, family } = await settleOrder(
      name,
      {
        what,
        cards: flags.cards,
        reason: flags.reason,
        destroyed: flags.destroyed === true,
        sample: false,
        overrides,
        terms: undefined,
      },
      desk,
    );
    call.terminal.out(`${carried === undefined ? '' : `${doneText(carried)}\n\n`}${booksText(family)}`);
    if (carried !== undefined) refuseLeft(carried);
  });
}

function doneText({ order, outcome }: CarriedOut): string {
  const cards = [...eachSerial(order.cards)].length;
  const voided =
    outcome === undefined
      ? ''
      : `${[...eachSerial(outcome.done)].length} of ${countText(cards, 'card is', 'cards are')} void`;
  if (order.what === 'void' || order.what === 'activate') return voided;
  return `${voided === '' ? '' : `${voided}; `}${order.supplement} is complete: ${order.what} of ${countText(cards, 'card')}`;
}

/** A card that the platform would not delete may still be in somebody's hands. */
function refuseLeft({ order, outcome }: CarriedOut): void {
  const left = outcome?.left ?? [];
  const [first] = left;
  if (first === undefined) return;
  throw new Failure('refused', {
    message: `order ${order.number}: ${countText(left.length, 'card')} could not be voided (serials ${someText(left.map(({ serial }) => serial))}): ${first.why}`,
    hint: 'accounts.json names them; have them blocked at the platform',
  });
}
