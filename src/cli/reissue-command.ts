// cardpress reissue: the same ids with new codes.
import type { Call } from './call.ts';
import { type OrderCommandFlags, orderCommand } from './order.ts';

export function reissueCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'reissue', flags, call);
}
