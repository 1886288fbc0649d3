// cardpress void: delete cards at the platform, confirmed by looking.
import type { Call } from './call.ts';
import { type OrderCommandFlags, orderCommand } from './order.ts';

export function voidCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'void', flags, call);
}
