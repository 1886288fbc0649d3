// The sandbox's books: every card it ever made with all its secrets, as plain JSON to compare a run against.
import { z } from 'zod';
import { cardType } from './field.ts';
import { pinFormat, tokenFormat } from './code-format.ts';
import { operations } from './operation.ts';

const bookedToken = z.object({
  id: z.string(),
  value: z.string(),
  format: tokenFormat,
  created_at: z.string(),
  /** The client's id. */
  created_by: z.string(),
  /** Seconds. */
  expires_in: z.int(),
  expires_at: z.string(),
  expires_after_transaction: z.boolean(),
  /** Absent on the token a card was made with. */
  ref_id: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()),
});

const bookedPin = z.object({ value: z.string(), format: pinFormat, created_at: z.string() });

const bookedCard = z.object({
  card_id: z.string(),
  uuid: z.string(),
  type: cardType,
  /** The sandbox itself lets nobody pay; books that are given to it may say that somebody did. */
  status: z.enum(['inactive', 'created', 'unused', 'partially_used', 'used']),
  created_at: z.string(),
  /** The client's id. */
  created_by: z.string(),
  deleted_at: z.string().optional(),
  /** Minor units; 0 until the card is activated, and the same however much of it is spent. */
  amount: z.int(),
  currency: z.string(),
  /** Oldest first; all of them stay alive until they expire. */
  tokens: z.array(bookedToken),
  /** Oldest first; only the last one is valid. */
  pins: z.array(bookedPin),
  /** What the caller said of the card (name, customer, metadata, dates), kept as it came. */
  details: z.record(z.string(), z.unknown()),
});

const counts = z.object({ calls: z.int(), faults: z.int() });

/** Checks a file that books were written to. */
export const books = z.object({
  /** By account id; cards in the order they were made, deleted ones included. */
  accounts: z.record(z.string(), z.object({ cards: z.array(bookedCard) })),
  /** How often each operation was called, refused calls included, and how often a fault met it. */
  operations: z.record(z.enum(operations), counts),
});

export type BookedToken = z.output<typeof bookedToken>;
export type BookedPin = z.output<typeof bookedPin>;
export type BookedCard = z.output<typeof bookedCard>;
export type Books = z.output<typeof books>;

export function emptyBooks(): Books {
  const none = operations.map((operation) => [operation, { calls: 0, faults: 0 }] as const);
  return { accounts: {}, operations: Object.fromEntries(none) as Books['operations'] };
}

/** Not activated yet; it may have been deleted all the same. */
export function isInactive(card: BookedCard): boolean {
  return card.status === 'inactive' || card.status === 'created';
}
