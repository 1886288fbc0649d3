// cardpress replace: lost or stolen cards: void them, and make as many under fresh ids.
import type { Call } from './call.ts';
import { type OrderCommandFlags, orderCommand } from './order.ts';

export function replaceCommand(name: string, flags: OrderCommandFlags, call: Call): Promise<void> {
  return orderCommand(name, 'replace', flags, call);
}
