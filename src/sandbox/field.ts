// Text and numbers of a request as the platform's schema limits them, and how a complaint names a field.
import { z } from 'zod';

/** JSON Schema counts characters, not UTF-16 units. */
export function characterCount(value: string): number {
  return Array.from(value).length;
}

export function text(most: number) {
  return z.string().refine((value) => characterCount(value) <= most, `must be at most ${most} characters`);
}

/** Up to 255 characters with no space at either end; the schema says the latter only in words. */
export const reference = text(255).refine(
  (value) => value === value.trim(),
  'must not have leading or trailing spaces',
);

export const cardId = reference.refine((value) => value !== '', 'must not be empty');

export const cardType = z.enum(['gift_card', 'credit_note']);

/** Minor units. */
export const amount = z.int().min(0);

export const currency = z.enum(['NOK', 'SEK', 'DKK', 'EUR', 'USD']);

/** `['cards', 2, 'card_id']` is `cards[2].card_id`; the whole body is `body`. */
export function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').replace(/^\./, '');
}
