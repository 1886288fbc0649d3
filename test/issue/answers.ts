// Answers of the batch endpoint for tests: what was asked for, and bodies as the platform documents them.
import type { Answer } from '../../src/issue/answer.ts';
import type { Expected } from '../../src/issue/reading.ts';
import { digits } from '../plan/plans.ts';

export const RECEIVED = '2026-11-23T12:00:00.000Z';

export function answerOf(status: number, body: unknown, changes: Partial<Answer> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: {},
    body: Buffer.from(text),
    complete: true,
    broke: null,
    received: RECEIVED,
    ...changes,
  };
}

export type CardBody = Record<string, unknown> & {
  readonly card_id: string;
  readonly card_token: Record<string, unknown> & { readonly token: { readonly value: string } };
  readonly pin: { readonly pin: { readonly value: string } };
};

/** Three cards at positions 10 to 12 with serials 21 to 23, tokens of 8 digits and PINs of 4. */
export const ASKED: Expected = {
  cards: [0, 1, 2].map((index) => ({ position: 10 + index, serial: 21 + index, cardId: `S-${21 + index}` })),
  token: digits(8),
  pin: digits(4),
};

export const TOKENS = ['71000001', '71000002', '71000003'] as const;
export const PINS = ['8101', '8102', '8103'] as const;

/** The three cards as they should come. */
export function cardBodies(): [CardBody, CardBody, CardBody] {
  const [a, b, c] = ASKED.cards.map(({ cardId }, index) => ({
    id: '0d9d6a4c-4d0e-4c7e-8f6a-3f1f5c1f1a01',
    card_id: cardId,
    type: 'gift_card',
    status: 'inactive',
    amount: 0,
    amount_balance: 0,
    amount_available: 0,
    currency: 'NOK',
    card_token: {
      expires_in: 315_360_000,
      expires_after_transaction: false,
      token: { value: TOKENS[index] ?? '' },
    },
    pin: { pin: { value: PINS[index] ?? '' } },
  }));
  return [a!, b!, c!];
}
