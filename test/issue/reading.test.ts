// What an answer to a batch is taken to say: which cards may be printed, which must not, and why; and that
// no word of it gives a code away.
import { expect, test } from 'vitest';
import { reveal } from '../../src/base/secret.ts';
import type { Answer } from '../../src/issue/answer.ts';
import { type Expected, type Reading, readAnswer } from '../../src/issue/reading.ts';
import { ASKED, type CardBody, PINS, RECEIVED, TOKENS, answerOf, cardBodies } from './answers.ts';

/** Reads an answer, and checks that what is told of it holds no code. */
function read(answer: Answer, expected: Expected = ASKED): Reading {
  const reading = readAnswer(answer, expected);
  const told = JSON.stringify(reading);
  for (const code of [...TOKENS, ...PINS]) expect(told).not.toContain(code);
  return reading;
}

const readCards = (cards: readonly unknown[], expected?: Expected) => {
  const reading = read(answerOf(200, { cards }), expected);
  if (reading.outcome !== 'made') throw new Error(reading.outcome);
  return reading;
};

/** Serials that may be printed, and why others must not. */
const verdict = (cards: readonly unknown[], expected?: Expected) => {
  const { good, bad } = readCards(cards, expected);
  return {
    good: good.map(({ serial }) => serial),
    bad: bad.map(({ position, serial, why }) => {
      expect(position - 10).toBe(serial - 21);
      return `${serial}: ${why}`;
    }),
  };
};

const withToken = (card: CardBody, value: unknown) => ({
  ...card,
  card_token: { ...card.card_token, token: { value } },
});
const withPin = (card: CardBody, value: unknown) => ({ ...card, pin: { pin: { value } } });

test('cards that are as they were asked for are good, with their secrets', () => {
  const { good, bad, terms } = readCards(cardBodies());
  expect(good.map(({ position, serial, cardId }) => [position, serial, cardId])).toEqual([
    [10, 21, 'S-21'],
    [11, 22, 'S-22'],
    [12, 23, 'S-23'],
  ]);
  expect(good.map(({ token, pin }) => [reveal(token), reveal(pin!)])).toEqual(
    TOKENS.map((token, index) => [token, PINS[index]]),
  );
  expect(bad).toEqual([]);
  expect(terms).toEqual({ onePurchase: 0, ends: '2036-11-20T12:00:00.000Z', begins: null });
});

test('the order of an answer does not matter: a card is known by its id', () => {
  const [a, b, c] = cardBodies();
  const { good } = readCards([c, a, b]);
  expect(good.map(({ serial, token }) => [serial, reveal(token)])).toEqual([
    [21, TOKENS[0]],
    [22, TOKENS[1]],
    [23, TOKENS[2]],
  ]);
});

test('what is in an answer beside what was asked for is ignored', () => {
  const [a, b, c] = cardBodies();
  const stranger = { ...a, card_id: 'X-1' };
  expect(
    verdict([null, 'text', 7, [], {}, { card_id: 21 }, stranger, { ...a, colour: 'red' }, b, c]),
  ).toEqual({
    good: [21, 22, 23],
    bad: [],
  });
});

test.each<[string, (cards: [CardBody, CardBody, CardBody]) => unknown[], string]>([
  ['a card that is missing', ([a, , c]) => [a, c], 'it is not in the answer'],
  [
    'an id that comes twice',
    ([a, b, c]) => [a, b, c, withToken(b, '71000009')],
    'it is 2 times in the answer',
  ],
  ['the same card three times', ([a, b, c]) => [b, a, b, c, b], 'it is 3 times in the answer'],
  [
    'a token that is too short',
    ([a, b, c]) => [a, withToken(b, '7100002'), c],
    'its token has 7 characters, not 8',
  ],
  [
    'a token that is too long',
    ([a, b, c]) => [a, withToken(b, '710000022'), c],
    'its token has 9 characters, not 8',
  ],
  [
    'a token outside ASCII',
    ([a, b, c]) => [a, withToken(b, '7100000½'), c],
    'its token holds a character outside printable ASCII',
  ],
  [
    'a token with a line break',
    ([a, b, c]) => [a, withToken(b, '7100000\n'), c],
    'its token holds a character outside printable ASCII',
  ],
  ['a token that is a number', ([a, b, c]) => [a, withToken(b, 71000002), c], 'its token is missing'],
  ['a token of nothing', ([a, b, c]) => [a, withToken(b, ''), c], 'its token has 0 characters, not 8'],
  ['no token', ([a, b, c]) => [a, { ...b, card_token: undefined }, c], 'its token is missing'],
  ['no PIN', ([a, b, c]) => [a, { ...b, pin: undefined }, c], 'its PIN is missing'],
  ['a PIN that is a text alone', ([a, b, c]) => [a, { ...b, pin: '8102' }, c], 'its PIN is missing'],
  ['a PIN that is too short', ([a, b, c]) => [a, withPin(b, '810'), c], 'its PIN has 3 characters, not 4'],
  [
    'a PIN outside ASCII',
    ([a, b, c]) => [a, withPin(b, '810２'), c],
    'its PIN holds a character outside printable ASCII',
  ],
  [
    'a card that was used',
    ([a, b, c]) => [a, { ...b, status: 'used' }, c],
    'its status is not that of a new card',
  ],
  [
    'a card that was deleted',
    ([a, b, c]) => [a, { ...b, status: 'deleted' }, c],
    'its status is not that of a new card',
  ],
  ['a card with money on it', ([a, b, c]) => [a, { ...b, amount: 50_000 }, c], 'its balance is not zero'],
  ['a card with a balance', ([a, b, c]) => [a, { ...b, amount_balance: 1 }, c], 'its balance is not zero'],
  [
    'a card with a balance in text',
    ([a, b, c]) => [a, { ...b, amount_available: '0' }, c],
    'its balance is not zero',
  ],
])('%s is not printed, and the others are', (_, spoil, why) => {
  expect(verdict(spoil(cardBodies()))).toEqual({ good: [21, 23], bad: [`22: ${why}`] });
});

test('a code with characters that were not asked for is not printed', () => {
  // Only length, prefix and ASCII are looked at: letters in a token of digits pass here, and where their bars
  // need more room than digits, the run stops for good when it is rendered.
  const [a, b, c] = cardBodies();
  expect(verdict([a, withToken(b, 'ABCDEFGH'), c]).good).toEqual([21, 23]);
});

test('a token on two cards is on neither', () => {
  const [a, b, c] = cardBodies();
  expect(verdict([a, b, withToken(c, TOKENS[0])])).toEqual({
    good: [22],
    bad: ['21: its token is on another card too', '23: its token is on another card too'],
  });
});

test('a prefix that was asked for must be there', () => {
  const token = { ...ASKED.token, length: 6, prefix: '71' };
  const [a, b, c] = cardBodies();
  expect(verdict([a, withToken(b, '17000002'), c], { ...ASKED, token })).toEqual({
    good: [21, 23],
    bad: ['22: its token does not begin with the prefix'],
  });
});

test('where no PIN was asked for none is looked at or kept', () => {
  const { good } = readCards(
    cardBodies().map((card, index) => ({ ...card, pin: index === 0 ? undefined : card.pin })),
    { ...ASKED, pin: null },
  );
  expect(good).toHaveLength(3);
  expect(good.some(({ pin }) => pin !== undefined)).toBe(false);
});

test('amounts and status may be left out, as the documents have it for an inactive card', () => {
  const bare = cardBodies().map(({ card_id, card_token, pin }) => ({
    card_id,
    card_token,
    pin,
    amount: null,
  }));
  expect(verdict(bare).good).toEqual([21, 22, 23]);
});

const EMPTY_BOOK = [21, 22, 23].map((serial) => `${serial}: it is not in the answer`);
test('an answer without any card is one in which every card is missing', () => {
  expect(verdict([])).toEqual({ good: [], bad: EMPTY_BOOK });
});

test.each<[string, Answer, Partial<Reading>]>([
  [
    '400',
    answerOf(400, { error: { message: 'BAD_REQUEST' } }),
    { outcome: 'refused', message: 'status 400, BAD_REQUEST' },
  ],
  ['403', answerOf(403, ''), { outcome: 'refused', message: 'status 403' }],
  ['404', answerOf(404, '<html>'), { outcome: 'refused', message: 'status 404' }],
  ['413', answerOf(413, {}), { outcome: 'refused', message: 'status 413' }],
  [
    '401',
    answerOf(401, { error: { message: 'Unauthorized' } }),
    { outcome: 'signed-out', message: 'status 401, Unauthorized' },
  ],
  [
    '409',
    answerOf(409, { error: { code: 'CONFLICT', message: 'S-21 already exists' } }),
    { outcome: 'exists', message: 'status 409, CONFLICT: S-21 already exists' },
  ],
  ['429', answerOf(429, ''), { outcome: 'limited', wait: null }],
  [
    '429 with seconds',
    answerOf(429, '', { headers: { 'retry-after': '7' } }),
    { outcome: 'limited', wait: 7 },
  ],
  [
    '429 with a date',
    answerOf(429, '', { headers: { 'retry-after': 'Mon, 23 Nov 2026 12:01:30 GMT' } }),
    { outcome: 'limited', wait: 90 },
  ],
  ['408', answerOf(408, ''), { outcome: 'doubt', why: 'status 408' }],
  ['500', answerOf(500, { error: { message: 'oops' } }), { outcome: 'doubt', why: 'status 500, oops' }],
  ['502 of a proxy', answerOf(502, '<html>Bad gateway</html>'), { outcome: 'doubt', why: 'status 502' }],
  ['a redirection', answerOf(302, ''), { outcome: 'doubt', why: 'status 302' }],
  [
    'no answer',
    answerOf(0, '', { complete: false, broke: 'connection reset' }),
    { outcome: 'doubt', why: 'connection reset' },
  ],
  [
    'an answer that was cut off',
    answerOf(200, '{"cards":[{"card_id":"S-2', { complete: false, broke: null }),
    { outcome: 'doubt', why: 'the answer was cut off' },
  ],
  ['a whole answer that is not JSON', answerOf(200, '{"cards":[{"card_id":"S-2'), { outcome: 'doubt' }],
  ['a page with status 200', answerOf(200, '<html><h1>200 OK</h1></html>'), { outcome: 'doubt' }],
  ['JSON without cards', answerOf(200, { status: 'ok' }), { outcome: 'doubt' }],
  ['cards that are no list', answerOf(200, { cards: { card_id: 'S-21' } }), { outcome: 'doubt' }],
  ['a list', answerOf(200, [{ card_id: 'S-21' }]), { outcome: 'doubt' }],
  ['nothing', answerOf(204, ''), { outcome: 'doubt' }],
  [
    'bytes that are no text',
    answerOf(200, '', { body: Uint8Array.from([0x7b, 0xff, 0x7d]) }),
    { outcome: 'doubt' },
  ],
])('%s: what it means for the batch', (_, answer, expected) => {
  expect(read(answer)).toMatchObject(expected);
});

test('a whole answer that came cut off is in doubt, even where its cards can be read', () => {
  const answer = answerOf(200, { cards: cardBodies() }, { complete: false, broke: 'connection broken' });
  expect(read(answer)).toEqual({ outcome: 'doubt', why: 'connection broken' });
});

test('a refusal is told in the platform’s code and message alone', () => {
  const error = { code: 'C', message: 'no', errors: [{ field: 'token', message: TOKENS[0] }], pin: PINS[0] };
  expect(read(answerOf(400, { error, card_token: TOKENS[1] }))).toEqual({
    outcome: 'refused',
    message: 'status 400, C: no',
  });
  const long = read(answerOf(400, { error: { message: `ø\u001b[2J\n${'x'.repeat(500)}` } }));
  expect(long).toMatchObject({ outcome: 'refused' });
  const { message } = long as { message: string };
  expect(message).toMatch(/^status 400, \?\?\[2J\?x+$/);
  expect(message.length).toBeLessThan(230);
});

test.each<[string, Record<string, unknown>, Record<string, unknown>, object]>([
  ['a token for one purchase', {}, { expires_after_transaction: true }, { onePurchase: 1 }],
  [
    'a token that does not say: one purchase is the default',
    {},
    { expires_after_transaction: undefined },
    { onePurchase: 1 },
  ],
  ['a token that ends in an hour', {}, { expires_in: 3600 }, { ends: '2026-11-23T13:00:00.000Z' }],
  [
    'a card that ends before its token',
    { expires_at: '2027-01-01T00:00:00+01:00' },
    {},
    { ends: '2026-12-31T23:00:00.000Z' },
  ],
  [
    'a card that begins later',
    { active_from: '2027-02-01T00:00:00Z' },
    {},
    { begins: '2027-02-01T00:00:00.000Z' },
  ],
  [
    'moments that are none',
    { expires_at: 'never', active_from: 7 },
    {},
    { ends: '2036-11-20T12:00:00.000Z', begins: null },
  ],
  [
    'a token that outlives every calendar',
    {},
    { expires_in: Number.MAX_SAFE_INTEGER },
    { ends: '2036-11-20T12:00:00.000Z' },
  ],
])('terms: %s', (_, card, token, expected) => {
  const [a, b, c] = cardBodies();
  const changed = { ...b, ...card, card_token: { ...b.card_token, ...token } };
  expect(readCards([a, changed, c]).terms).toMatchObject(expected);
});

test('tokens that never end have no end, and the worst of all cards counts', () => {
  const bare = cardBodies().map((card) => ({
    ...card,
    card_token: { ...card.card_token, expires_in: undefined },
  }));
  expect(readCards(bare).terms.ends).toBeNull();
  const [a, b, c] = cardBodies().map((card, index) => ({
    ...card,
    active_from: `2027-0${index + 1}-01T00:00:00Z`,
    card_token: { ...card.card_token, expires_in: 3600 * (3 - index), expires_after_transaction: true },
  }));
  expect(readCards([b, a, c]).terms).toEqual({
    onePurchase: 3,
    ends: new Date(Date.parse(RECEIVED) + 3_600_000).toISOString(),
    begins: '2027-03-01T00:00:00.000Z',
  });
});

test('the terms of a card that is not printed do not count', () => {
  const [a, b, c] = cardBodies();
  const bad = {
    ...b,
    status: 'used',
    card_token: { ...b.card_token, expires_after_transaction: true, expires_in: 60 },
  };
  expect(readCards([a, bad, c]).terms).toEqual({
    onePurchase: 0,
    ends: '2036-11-20T12:00:00.000Z',
    begins: null,
  });
});
