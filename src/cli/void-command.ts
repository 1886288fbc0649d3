// cardpress void: delete cards at the platform, confirmed by looking.
import { type OrderCommandFlags, orderCommand } from './order.ts';
import type { Call } from './run-command.ts';

export function voidCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'void', flags, call);
}
