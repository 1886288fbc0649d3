// cardpress reprint: the same cards once more, from the vault.
import type { Call } from './call.ts';
import { type OrderCommandFlags, orderCommand } from './order.ts';

export function reprintCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'reprint', flags, call);
}
