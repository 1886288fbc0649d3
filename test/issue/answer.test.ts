// Answers kept byte for byte, and how long the platform asks to wait.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Answer,
  isPlatforms,
  jsonBody,
  packAnswer,
  retryAfter,
  unpackAnswer,
} from '../../src/issue/answer.ts';
import { RECEIVED, answerOf } from './answers.ts';

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  status: fc.integer({ min: 0, max: 599 }),
  headers: fc.dictionary(
    fc.constantFrom('date', 'etag', 'retry-after', 'content-type'),
    fc.string({ unit: 'binary' }),
  ),
  body: fc.uint8Array({ maxLength: 500 }),
  complete: fc.boolean(),
  broke: fc.option(fc.string({ unit: 'binary' })),
  received: fc.constant(RECEIVED),
});

test('whatever came comes out of its package as it went in, byte for byte', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const { body, ...head } = unpackAnswer(packAnswer(answer), 'it');
      expect(Buffer.from(body).equals(Buffer.from(answer.body))).toBe(true);
      expect(head).toEqual({ ...answer, body: undefined });
    }),
    { examples: [[answerOf(200, '\n{"a":1}\n\n')], [answerOf(200, '')]] },
  );
});

test.each(['', 'no line', 'no JSON\nbody', '{"status":200'])('%j is no package of ours', (text) => {
  const unpack = () => unpackAnswer(Buffer.from(text), 'batches/0001.1.age');
  expect(unpack).toThrow('batches/0001.1.age opens, but is not an answer that was sealed by cardpress');
});

test('a body that is no JSON in UTF-8 is none, and nothing of it is quoted', () => {
  expect(jsonBody(answerOf(200, '{"a":[1,2]}'))).toEqual({ a: [1, 2] });
  for (const body of ['', '{"token":"71000001"', '<html>'])
    expect(jsonBody(answerOf(200, body))).toBeUndefined();
  expect(jsonBody(answerOf(200, '', { body: Uint8Array.from([0x22, 0xff, 0x22]) }))).toBeUndefined();
});

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['0', 0],
  ['7', 7],
  ['3600', 3600],
  ['99999999', 3600],
  ['Mon, 23 Nov 2026 12:00:20 GMT', 20],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['Mon, 23 Nov 2099 11:00:00 GMT', 3600],
  ['soon', undefined],
  ['', undefined],
])('Retry-After %j is %s seconds', (value, seconds) => {
  const answer = answerOf(429, '', { headers: value === undefined ? {} : { 'retry-after': value } });
  expect(retryAfter(answer, new Date(RECEIVED))).toBe(seconds);
});

test('whatever Retry-After says, the wait is between nothing and an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.float().map(String)), (value) => {
      const seconds = retryAfter(
        answerOf(429, '', { headers: { 'retry-after': value } }),
        new Date(RECEIVED),
      );
      expect(seconds === undefined || (seconds >= 0 && seconds <= 3600)).toBe(true);
    }),
  );
});

test.each<[number, unknown, boolean]>([
  // The document's NotFound, and all that its schema demands.
  [404, { error: { code: 'NOT FOUND', message: 'Card not found' } }, true],
  [404, { error: { message: 'Card not found' } }, true],
  [404, { message: 'no Route matched with those values' }, false],
  [404, { error: 'Not Found' }, false],
  [404, {}, false],
  [404, '<html><h1>404 Not Found</h1></html>', false],
  [404, '', false],
  [200, { card_id: 'A-1' }, true],
  [200, '<html></html>', false],
  [200, [], false],
  [403, { error: { message: 'FORBIDDEN' } }, true],
  [403, 'Forbidden', false],
])('%i %j: the platform’s own words are %s', (status, body, expected) => {
  expect(isPlatforms(answerOf(status, body))).toBe(expected);
});
