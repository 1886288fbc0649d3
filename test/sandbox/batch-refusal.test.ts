import { describe, expect, test } from 'vitest';
import { errorAnswer } from './answer-schema.ts';
import { ACCOUNT, bearerOf, ids, open, openShop, send } from './rehearsal.ts';

const card = (card_id: unknown, type: unknown = 'gift_card') => ({ card_id, type });
const withToken = (format: unknown) => ({ cards: [card('one')], options: { card_token: { format } } });
const withPin = (format: unknown) => ({ cards: [card('one')], options: { pin: { format } } });

describe('a batch is refused with 400 and nothing made:', () => {
  test.each<[string, unknown, string]>([
    ['not JSON', 'cards', 'body'],
    ['not an object', [], 'body'],
    ['no cards', {}, 'cards'],
    ['cards that are no list', { cards: {} }, 'cards'],
    ['an empty list', { cards: [] }, 'cards'],
    ['1001 cards', { cards: ids(1001).map((id) => card(id)) }, 'cards'],
    ['no card_id', { cards: [card('good'), { type: 'gift_card' }] }, 'cards[1].card_id'],
    ['a card_id that is a number', { cards: [card(7)] }, 'cards[0].card_id'],
    ['an empty card_id', { cards: [card('')] }, 'cards[0].card_id'],
    ['a card_id of 256', { cards: [card('x'.repeat(256))] }, 'cards[0].card_id'],
    ['a leading space', { cards: [card(' one')] }, 'cards[0].card_id'],
    ['a trailing space', { cards: [card('one ')] }, 'cards[0].card_id'],
    ['the same id twice', { cards: [card('one'), card('two'), card('one')] }, 'cards[2].card_id'],
    ['no type', { cards: [{ card_id: 'one' }] }, 'cards[0].type'],
    ['another type', { cards: [card('one', 'voucher')] }, 'cards[0].type'],
    ['options that are a list', { cards: [card('one')], options: [] }, 'options'],
    ['a pin without format', { cards: [card('one')], options: { pin: {} } }, 'options.pin.format'],
    [
      'a token without format',
      { cards: [card('one')], options: { card_token: {} } },
      'options.card_token.format',
    ],
    ['a PIN of 3', withPin({ length: 3 }), 'options.pin.format.length'],
    ['a token of 5', withToken({ length: 5 }), 'options.card_token.format.length'],
    ['a length of 6.5', withToken({ length: 6.5 }), 'options.card_token.format.length'],
    ['a length in words', withToken({ length: '16' }), 'options.card_token.format.length'],
    ['a prefix of 13', withToken({ prefix: 'x'.repeat(13) }), 'options.card_token.format.prefix'],
    ['a prefix that is a number', withToken({ prefix: 12 }), 'options.card_token.format.prefix'],
    ['a PIN prefix of 13', withPin({ length: 4, prefix: 'x'.repeat(13) }), 'options.pin.format.prefix'],
    [
      'more than 48 in all',
      withToken({ length: 40, prefix: 'DINCARD:x' }),
      'options.card_token.format.length',
    ],
    ['a switch that is a word', withPin({ symbols: 'yes' }), 'options.pin.format.symbols'],
    ['a switch that is null', withPin({ barcode: null }), 'options.pin.format.barcode'],
    [
      'no alphabet',
      withToken({ symbols: false, numbers: false, characters: false }),
      'options.card_token.format.characters',
    ],
    ['no alphabet by default', withPin({ symbols: false, numbers: false }), 'options.pin.format.characters'],
  ])('%s', async (_, request, field) => {
    const sandbox = await open();
    const shop = await openShop(sandbox);
    const { status, body } = await shop.call('POST', '/cards/batch', request);
    expect(status).toBe(400);
    const { error } = errorAnswer.parse(body);
    expect(error.errors).toEqual(expect.arrayContaining([{ field, message: expect.any(String) as string }]));
    expect(sandbox.books().accounts[ACCOUNT]?.cards).toEqual([]);
  });

  test.each(['X12345678', 'T1234567', 'T123456789', 't12345678', 'T1234567x'])(
    'account %s',
    async (account) => {
      const sandbox = await open();
      const reply = await send(`${sandbox.origin}/accounts/${account}/wallets/cards/batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await bearerOf(sandbox)}` },
        body: JSON.stringify({ cards: [card('one')] }),
      });
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ error: { errors: [{ field: 'aid' }] } });
    },
  );

  test('bytes that are not UTF-8', async () => {
    const sandbox = await open();
    const reply = await send(`${sandbox.origin}/accounts/${ACCOUNT}/wallets/cards/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await bearerOf(sandbox)}` },
      body: Buffer.from('{"cards":[{"card_id":"caf\xe9","type":"gift_card"}]}', 'latin1'),
    });
    expect(reply.status).toBe(400);
  });
});

test('formats at their limits are taken', async () => {
  const shop = await openShop(await open());
  const reply = await shop.call('POST', '/cards/batch', {
    cards: [card('one')],
    options: {
      pin: { format: { length: 4 } },
      card_token: { format: { length: 36, prefix: 'x'.repeat(12) } },
    },
  });
  expect(reply.status).toBe(200);
});

describe('an id that exists', () => {
  test('has the whole batch refused with 409', async () => {
    const sandbox = await open();
    const shop = await openShop(sandbox);
    await shop.batch(['two']);
    const { status, body } = await shop.batch(['one', 'two', 'three']);
    expect(status).toBe(409);
    expect(errorAnswer.parse(body).error).toEqual({ code: 'CONFLICT', message: 'two already exists' });
    expect(sandbox.books().accounts[ACCOUNT]!.cards.map(({ card_id }) => card_id)).toEqual(['two']);
  });

  test('is still taken after its card was deleted', async () => {
    const shop = await openShop(await open());
    await shop.batch(['one']);
    await shop.call('DELETE', '/cards/one');
    expect((await shop.batch(['one'])).status).toBe(409);
  });

  test('goes to one of two callers that ask at the same time', async () => {
    const shop = await openShop(await open());
    const replies = await Promise.all([shop.batch(ids(100)), shop.batch(ids(100))]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
