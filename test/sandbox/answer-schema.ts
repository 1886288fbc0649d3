// The document's answer schemas (wallets.openapi.yaml), written again by hand so that nothing of the sandbox judges itself.
import { z } from 'zod';

const barcode = z.string().regex(/^(data:image\/png;base64,[A-Za-z0-9+/]+=*)?$/);
const code = z.object({ value: z.string().max(48), barcode_128: barcode.optional() });

const format = (shortest: number) =>
  z.object({
    length: z.int().min(shortest).optional(),
    prefix: z.string().max(12).optional(),
    symbols: z.boolean().optional(),
    numbers: z.boolean().optional(),
    characters: z.boolean().optional(),
    barcode: z.boolean().optional(),
  });

const pinGenerator = z.object({ format: format(4).optional(), pin: code.optional() });
const tokenGenerator = z.object({
  format: format(6).optional(),
  expires_after_transaction: z.boolean().optional(),
  expires_in: z.int().min(1),
  token: code.optional(),
});
const money = z.number().min(0).optional();

export const card = z.object({
  id: z.uuid(),
  created_at: z.iso.datetime(),
  created_by: z.string().optional(),
  originated_by: z.string().max(255).optional(),
  card_id: z.string().max(255),
  customer_id: z.string().max(255).optional(),
  name: z.string().optional(),
  type: z.enum(['gift_card', 'credit_note']).optional(),
  status: z.enum(['inactive', 'unused', 'used', 'partially_used', 'expired']).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  amount: z.int().min(0),
  currency: z.enum(['NOK', 'SEK', 'DKK', 'EUR', 'USD']),
  amount_balance: money,
  amount_available: money,
  active_from: z.iso.datetime({ offset: true }).optional(),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});

export const cardDetails = card.extend({
  pin: z.object({ format: format(4).optional(), pin: z.never().optional() }).optional(),
  tokens: z.array(
    z.object({
      expires_at: z.iso.datetime().optional(),
      masked_code: z.string().optional(),
      format: format(6).optional(),
      token: z.never().optional(),
    }),
  ),
});

export const cardWithSecrets = card.extend({
  pin: pinGenerator.optional(),
  card_token: tokenGenerator.optional(),
});

/** Stricter than the document in one point: what a batch is called for has to be there. */
export const batchAnswer = z.object({
  cards: z.array(
    cardWithSecrets.extend({
      status: z.literal('inactive'),
      card_token: tokenGenerator.extend({ token: code }),
    }),
  ),
});

export const cardList = z.object({ cards: z.array(card), starting_after: z.string().optional() });

export const pinAnswer = z.object({ pin: pinGenerator.extend({ pin: code }) });

export const tokenAnswer = tokenGenerator.extend({
  id: z.uuid(),
  created_at: z.iso.datetime(),
  created_by: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  ref_id: z.string(),
  token: code,
});

export const accessToken = z.object({
  access_token: z.string().min(1),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
});

export const errorAnswer = z.object({
  error: z.object({
    code: z.string().optional(),
    errors: z.array(z.record(z.string(), z.unknown())).optional(),
    message: z.string(),
  }),
});
