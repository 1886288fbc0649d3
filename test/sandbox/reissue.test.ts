import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { cardDetails, errorAnswer, pinAnswer, tokenAnswer } from './answer-schema.ts';
import type { Shop } from './rehearsal.ts';
import { ACCOUNT, DIGITS, open, openShop } from './rehearsal.ts';

async function withOneCard(): Promise<{ sandbox: Sandbox; shop: Shop }> {
  const sandbox = await open();
  const shop = await openShop(sandbox);
  await shop.batch(['one'], { pin: { format: { ...DIGITS, length: 6 } } });
  return { sandbox, shop };
}

describe('rotate-pin', () => {
  test('makes another PIN at every call, and only the last is valid', async () => {
    const { sandbox, shop } = await withOneCard();
    const rotate = async (length: number) => {
      const reply = await shop.call('POST', '/cards/one/rotate-pin', {
        pin: { format: { ...DIGITS, length } },
      });
      expect(reply.status).toBe(200);
      return pinAnswer.parse(reply.body).pin;
    };
    const second = await rotate(8);
    const third = await rotate(9);
    expect(second.pin.value).toMatch(/^\d{8}$/);
    expect(third.format).toEqual({ ...DIGITS, length: 9 });
    const { pins, tokens } = sandbox.books().accounts[ACCOUNT]!.cards[0]!;
    expect(pins.map(({ value }) => value).slice(1)).toEqual([second.pin.value, third.pin.value]);
    const token = tokens[0]!.value;
    expect((await shop.call('POST', '/info', { token, pin: second.pin.value })).status).toBe(403);
    expect((await shop.call('POST', '/info', { token, pin: third.pin.value })).status).toBe(200);
  });

  test('takes the default format, and draws a picture where one is asked for', async () => {
    const { shop } = await withOneCard();
    const plain = await shop.call('POST', '/cards/one/rotate-pin', { pin: {} });
    expect(pinAnswer.parse(plain.body).pin.pin.value).toHaveLength(36);
    const drawn = await shop.call('POST', '/cards/one/rotate-pin', { pin: { format: { barcode: true } } });
    expect(pinAnswer.parse(drawn.body).pin.pin.barcode_128).toMatch(/^data:image\/png;base64,/);
  });

  test.each([
    ['pin', {}],
    ['pin.format.length', { pin: { format: { length: 3 } } }],
    ['pin.format.prefix', { pin: { format: { length: 4, prefix: 'x'.repeat(13) } } }],
  ])('refuses a wrong %s', async (field, order) => {
    const { shop } = await withOneCard();
    const { status, body } = await shop.call('POST', '/cards/one/rotate-pin', order);
    expect(status).toBe(400);
    expect(errorAnswer.parse(body).error.errors).toMatchObject([{ field }]);
  });

  test('knows no card that was never made', async () => {
    const { shop } = await withOneCard();
    expect((await shop.call('POST', '/cards/two/rotate-pin', { pin: {} })).status).toBe(404);
  });
});

describe('tokens', () => {
  const order = { ref_id: 'reissue-1', expires_in: 315_360_000, expires_after_transaction: false };

  test('adds a token, and the one before stays alive', async () => {
    const { sandbox, shop } = await withOneCard();
    const format = { ...DIGITS, length: 16, prefix: 'GC' };
    const { status, body } = await shop.call('POST', '/cards/one/tokens', {
      ...order,
      format,
      metadata: { a: 1 },
    });
    expect(status).toBe(200);
    const token = tokenAnswer.parse(body);
    expect(token).toMatchObject({ ...order, format, metadata: { a: 1 } });
    expect(token.token.value).toMatch(/^GC\d{16}$/);
    const booked = sandbox.books().accounts[ACCOUNT]!.cards[0]!.tokens;
    expect(booked).toMatchObject([{}, { id: token.id, value: token.token.value, ref_id: 'reissue-1' }]);
    expect(booked[0]).not.toHaveProperty('ref_id');
    for (const { value } of booked) {
      expect((await shop.call('POST', '/info', { token: value })).status).toBe(200);
    }
    expect(cardDetails.parse((await shop.call('GET', '/cards/one')).body).tokens).toHaveLength(2);
  });

  test('is for one purchase and a UUID unless told otherwise', async () => {
    const { shop } = await withOneCard();
    const { body } = await shop.call('POST', '/cards/one/tokens', { ref_id: 'a', expires_in: 1 });
    const token = tokenAnswer.parse(body);
    expect(token.expires_after_transaction).toBe(true);
    expect(token.token.value).toMatch(/^DINCARD:/);
  });

  test('gives the same token for the same ref_id of a card, and another for another', async () => {
    const { shop } = await withOneCard();
    await shop.batch(['two']);
    const issue = async (path: string, ref_id: string) =>
      tokenAnswer.parse((await shop.call('POST', `/cards/${path}/tokens`, { ...order, ref_id })).body);
    const first = await issue('one', 'a');
    expect(await issue('one', 'a')).toEqual(first);
    expect((await issue('one', 'b')).token.value).not.toBe(first.token.value);
    expect((await issue('two', 'a')).token.value).not.toBe(first.token.value);
  });

  test('takes a life without a maximum', async () => {
    const { sandbox, shop } = await withOneCard();
    const { status } = await shop.call('POST', '/cards/one/tokens', {
      ...order,
      expires_in: Number.MAX_SAFE_INTEGER,
    });
    expect(status).toBe(200);
    const expiry = sandbox.books().accounts[ACCOUNT]!.cards[0]!.tokens[1]!.expires_at;
    expect(Date.parse(expiry)).toBe(8.64e15);
  });

  test.each([
    ['ref_id', { expires_in: 1 }],
    ['ref_id', { ref_id: '', expires_in: 1 }],
    ['expires_in', { ref_id: 'a' }],
    ['expires_in', { ref_id: 'a', expires_in: 0 }],
    ['expires_in', { ref_id: 'a', expires_in: '60' }],
    ['format.length', { ...order, format: { length: 5 } }],
    ['format.characters', { ...order, format: { symbols: false, numbers: false } }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const { shop } = await withOneCard();
    const { status, body } = await shop.call('POST', '/cards/one/tokens', wrong);
    expect(status).toBe(400);
    expect(errorAnswer.parse(body).error.errors).toMatchObject([{ field }]);
  });

  test('knows no card that was never made', async () => {
    const { shop } = await withOneCard();
    expect((await shop.call('POST', '/cards/two/tokens', order)).status).toBe(404);
  });
});
