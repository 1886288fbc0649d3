import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { batchAnswer } from './answer-schema.ts';
import { DIGITS, ids, open, openShop } from './rehearsal.ts';

const ZXING = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');

describe('a batch', () => {
  test('makes inactive cards without money, each with a token and a PIN', async () => {
    const sandbox = await open({ clock: () => Date.UTC(2026, 10, 21) });
    const shop = await openShop(sandbox);
    const options = {
      pin: { format: { ...DIGITS, length: 6 } },
      card_token: { format: { ...DIGITS, length: 16, prefix: 'GC' } },
    };
    const { status, body } = await shop.batch(ids(3), options);
    expect(status).toBe(200);
    const { cards } = batchAnswer.parse(body);
    expect(cards.map(({ card_id }) => card_id)).toEqual(ids(3));
    for (const card of cards) {
      expect(card).toMatchObject({
        type: 'gift_card',
        status: 'inactive',
        amount: 0,
        currency: 'NOK',
        amount_balance: 0,
        amount_available: 0,
        created_at: '2026-11-21T00:00:00.000Z',
        created_by: 'sandbox',
        pin: { format: options.pin.format },
        card_token: {
          format: options.card_token.format,
          expires_in: 315_360_000,
          expires_after_transaction: false,
        },
      });
      expect(card.pin?.pin?.value).toMatch(/^\d{6}$/);
      expect(card.card_token.token.value).toMatch(/^GC\d{16}$/);
      expect(card.pin?.pin).not.toHaveProperty('barcode_128');
    }
    expect(new Set(cards.map(({ id }) => id)).size).toBe(3);
  });

  test('gives a UUID behind DINCARD: and no PIN where nothing is asked for', async () => {
    const shop = await openShop(await open());
    const { cards } = batchAnswer.parse((await shop.batch(['one'])).body);
    expect(cards[0]!.pin).toBeUndefined();
    expect(cards[0]!.card_token.token.value).toMatch(/^DINCARD:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(cards[0]!.card_token.format).toMatchObject({ length: 36, prefix: 'DINCARD:' });
  });

  test('fills in the documented defaults of a format', async () => {
    const shop = await openShop(await open());
    const { cards } = batchAnswer.parse(
      (await shop.batch(['one'], { pin: { format: {} }, card_token: { format: {} } })).body,
    );
    const filled = { length: 36, symbols: true, numbers: true, characters: false, barcode: false };
    expect(cards[0]!.pin?.format).toEqual(filled);
    expect(cards[0]!.card_token.format).toEqual(filled);
    expect(cards[0]!.card_token.token.value).toHaveLength(36);
    expect(cards[0]!.card_token.token.value).not.toMatch(/[a-z ]/i);
  });

  test('takes credit notes, ids of 255 characters, and fields it does not know', async () => {
    const shop = await openShop(await open());
    const long = '🂡'.repeat(255);
    const { status, body } = await shop.call('POST', '/cards/batch', {
      cards: [{ card_id: long, type: 'credit_note', colour: 'red' }],
      note: 'unknown',
    });
    expect(status).toBe(200);
    expect(batchAnswer.parse(body).cards[0]).toMatchObject({ card_id: long, type: 'credit_note' });
  });

  test('draws Code 128 pictures that read as the values', async () => {
    const shop = await openShop(await open());
    const format = { length: 12, barcode: true, characters: true };
    const { body } = await shop.batch(ids(2), { pin: { format }, card_token: { format } });
    const codes = batchAnswer
      .parse(body)
      .cards.flatMap(({ pin, card_token }) => [pin!.pin!, card_token.token]);
    expect(codes).toHaveLength(4);
    prepareZXingModule({ overrides: { wasmBinary: readFileSync(ZXING).buffer } });
    for (const { value, barcode_128 } of codes) {
      const png = Buffer.from(barcode_128!.replace(/^.*,/, ''), 'base64');
      const [symbol] = await readBarcodes(png, { formats: ['Code128'] });
      expect(symbol?.text).toBe(value);
    }
  });

  test('leaves the picture empty where the text cannot be drawn', async () => {
    const shop = await openShop(await open());
    const { body } = await shop.batch(['one'], {
      card_token: { format: { prefix: '\ud800', barcode: true } },
    });
    expect(batchAnswer.parse(body).cards[0]!.card_token.token.barcode_128).toBe('');
  });

  test('with the same seed gives the same answer, with another seed another', async () => {
    const answers = await Promise.all(
      ['spring', 'spring', 'autumn'].map(async (seed) => {
        const shop = await openShop(await open({ seed, clock: () => 0 }));
        return (await shop.batch(ids(5), { pin: { format: {} } })).body;
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).not.toEqual(answers[0]);
  });

  test('is unpredictable without a seed', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => (await (await openShop(await open({ clock: () => 0 }))).batch(['one'])).body),
    );
    expect(answers[1]).not.toEqual(answers[0]);
  });

  test('keeps accounts apart', async () => {
    const sandbox = await open();
    const [test, production] = [await openShop(sandbox, 'T12345678'), await openShop(sandbox, 'P12345678')];
    expect((await test.batch(['one'])).status).toBe(200);
    expect((await production.call('GET', '/cards/one')).status).toBe(404);
    expect((await production.batch(['one'])).status).toBe(200);
  });
});

describe('tokens of a format', () => {
  const options = { card_token: { format: { ...DIGITS, numbers: false, symbols: true, length: 6 } } };

  test('are used to the last one, and then refused without making a card', async () => {
    const sandbox = await open({ behaviour: { symbolSet: '#$' } });
    const shop = await openShop(sandbox);
    const first = batchAnswer.parse((await shop.batch(ids(60), options)).body);
    const tooMany = await shop.batch(ids(5, 'more'), options);
    expect(tooMany.status).toBe(400);
    expect(tooMany.body).toMatchObject({ error: { errors: [{ field: 'options.card_token.format' }] } });
    const last = batchAnswer.parse((await shop.batch(ids(4, 'more'), options)).body);
    const values = [...first.cards, ...last.cards].map(({ card_token }) => card_token.token.value);
    expect(new Set(values).size).toBe(64);
    expect((await shop.batch(['none-left'], options)).status).toBe(400);
    expect(sandbox.books().accounts.T12345678!.cards).toHaveLength(64);
  });

  test('do not come back when their card is deleted', async () => {
    const shop = await openShop(await open({ behaviour: { symbolSet: '#$' } }));
    await shop.batch(ids(64), options);
    await shop.call('DELETE', '/cards/card-1');
    expect((await shop.batch(['new'], options)).status).toBe(400);
  });
});
