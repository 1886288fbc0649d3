// cardpress reissue: the same ids with new codes.
import { type OrderCommandFlags, orderCommand } from './order.ts';
import type { Call } from './run-command.ts';

export function reissueCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'reissue', flags, call);
}
