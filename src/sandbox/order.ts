// The request bodies, as the platform's schemas and words demand them.
import { z } from 'zod';
import { badRequest, problem, Refusal } from './answer.ts';
import { amount, cardId, cardType, currency, fieldName, reference } from './field.ts';
import { pinFormat, tokenFormat } from './code-format.ts';

const MOST_CARDS = 1000;
const MOST_LISTED = 100;

const metadata = z.record(z.string(), z.unknown());
const seconds = z.int().min(1);
const moment = z.iso.datetime({ offset: true });

/** What a caller may say of a card besides its id and its money. */
const details = {
  customer_id: reference.optional(),
  name: z.string().optional(),
  originated_by: reference.optional(),
  metadata: metadata.optional(),
  active_from: moment.optional(),
  expires_at: moment.optional(),
};

export const grantOrder = z.object({
  grant_type: z.literal('client_credentials'),
  audience: z.string().min(1),
});

const pinGenerator = z.object({ format: pinFormat.prefault({}) });

const tokenGenerator = z.object({
  format: tokenFormat.optional(),
  expires_in: seconds,
  expires_after_transaction: z.boolean().default(true),
});

const batchCards = z
  .array(z.object({ card_id: cardId, type: cardType }))
  .min(1)
  .max(MOST_CARDS)
  .superRefine((cards, check) => {
    const seen = new Set<string>();
    for (const [index, { card_id }] of cards.entries()) {
      if (seen.has(card_id)) {
        check.addIssue({ code: 'custom', path: [index, 'card_id'], message: 'comes twice in this request' });
      }
      seen.add(card_id);
    }
  });

export const batchOrder = z.object({
  cards: batchCards,
  options: z
    .object({
      pin: z.object({ format: pinFormat }).optional(),
      card_token: z.object({ format: tokenFormat }).optional(),
    })
    .default({}),
});

export const createOrder = z.object({
  card_id: cardId,
  type: cardType.default('gift_card'),
  amount,
  currency,
  ...details,
  pin: pinGenerator.optional(),
  card_token: tokenGenerator.optional(),
});

export const activateOrder = z.object({
  amount,
  currency,
  ...details,
  card_token: tokenGenerator
    .pick({ expires_after_transaction: true })
    .extend({ expires_in: seconds.optional() })
    .optional(),
});

export const pinOrder = z.object({ pin: pinGenerator });

export const tokenOrder = tokenGenerator.extend({
  ref_id: z.string().min(1),
  metadata: metadata.default({}),
});

export const infoOrder = z.object({ token: z.string(), pin: z.string().optional() });

const listQuery = z.object({
  limit: z.coerce.number().pipe(z.int().min(1).max(MOST_LISTED)).default(10),
  starting_after: z.string().optional(),
  include_deleted: z.enum(['true', 'false']).default('false'),
});

/** The query of a list. `amount_available` is ignored: its grammar is not documented. Throws a 400. */
export function readListQuery(query: URLSearchParams): z.output<typeof listQuery> {
  return check(listQuery, Object.fromEntries(query));
}

/** The body as the schema reads it, defaults filled in. Throws a 413, or a 400 that names every wrong field. */
export function readOrder<T>(schema: z.ZodType<T>, body: Buffer | undefined): T {
  if (body === undefined) throw new Refusal(problem(413, 'Payload too large'));
  return check(schema, parseJson(body));
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw badRequest(read.error.issues.map(({ path, message }) => ({ field: fieldName(path), message })));
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw badRequest([{ field: fieldName([]), message: 'must be JSON in UTF-8' }]);
  }
}
