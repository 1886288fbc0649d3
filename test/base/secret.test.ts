// A secret shows as [secret] wherever it is printed, logged, thrown or serialized.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reveal, secret } from '../../src/base/secret.ts';

const TEXT = '5901234123457-hush';
const hidden = secret(TEXT);
const nested = { card: { id: 'A-1', token: hidden }, list: [hidden], map: new Map([[hidden, hidden]]) };

test.each<[string, () => string]>([
  ['String()', () => String(hidden)],
  ['toString', () => hidden.toString()],
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- the very mistake that must be harmless
  ['template text', () => `${hidden}`],
  ['joined texts', () => ([hidden, hidden] as readonly unknown[]).join(' ')],
  ['JSON', () => JSON.stringify(hidden)],
  ['inspect', () => inspect(hidden)],
  ['%s', () => format('%s', hidden)],
  ['%o', () => format('%o', hidden)],
  ['%j', () => format('%j', hidden)],
  ['a further argument of a log line', () => format('token', hidden)],
  ['an error message', () => new Error(String(hidden)).message],
])('%s says [secret] and nothing else of it', (_, print) => {
  expect(print()).toContain('[secret]');
  expect(print()).not.toContain(TEXT);
});

test('a secret deep in other data stays one', () => {
  for (const text of [
    JSON.stringify(nested),
    inspect(nested, { depth: null, showHidden: true }),
    inspect(nested, { depth: null, customInspect: false, showHidden: true, getters: true }),
    inspect(new Error('failed', { cause: nested }), { depth: null }),
  ]) {
    expect(text).not.toContain(TEXT);
  }
});

test('a console prints none of it, by whatever method', () => {
  let printed = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      printed += chunk.toString();
      done();
    },
  });
  const out = new Console(stream, stream);
  out.log(hidden, nested);
  out.error('%s %d %i %f %j %o %O', hidden, hidden, hidden, hidden, hidden, hidden, hidden);
  out.dir(nested, { depth: null, showHidden: true });
  out.table([nested.card]);
  out.assert(false, String(hidden));
  expect(printed).toContain('[secret]');
  expect(printed).not.toContain(TEXT);
});

test('a clone, such as a thread is sent, has no text', () => {
  const clone = structuredClone(hidden);
  expect(inspect(clone, { showHidden: true })).not.toContain(TEXT);
  expect(() => reveal(clone)).toThrow('no text');
  expect(serialize(hidden).toString('latin1')).not.toContain(TEXT);
});

test('a secret has no property that could be read, copied or listed', () => {
  expect(Reflect.ownKeys(hidden)).toEqual([]);
  expect(Object.assign({}, hidden)).toEqual({});
});

test('reveal gives back the very text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => reveal(secret(text)) === text));
});
