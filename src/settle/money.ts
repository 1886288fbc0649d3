// Amounts as people write them, in the minor units that the platform counts in. Whole numbers throughout.
import { badInput } from '../base/failure.ts';
import { CURRENCIES } from '../plan/job.ts';

const DIGITS = 2;

/** `500.00` or `500` in major units -> 50000. */
export function parseAmount(text: string, what: string): number {
  const [, whole = '', fraction = ''] = /^(\d{1,11})(?:[.,](\d{2}))?$/.exec(text.trim()) ?? [];
  const minor = Number(whole + fraction.padEnd(DIGITS, '0'));
  if (whole === '' || minor === 0)
    throw badInput(`${what} is ${JSON.stringify(text)}: it must be an amount such as 500.00`);
  return minor;
}

export function amountText(minor: number): string {
  return `${Math.floor(minor / 100)}.${String(minor % 100).padStart(DIGITS, '0')}`;
}

export function parseCurrency(text: string): string {
  const found = CURRENCIES.find((currency) => currency === text);
  if (found === undefined)
    throw badInput(`--currency is ${JSON.stringify(text)}: it must be one of ${CURRENCIES.join(', ')}`);
  return found;
}
