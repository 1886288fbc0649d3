// What a failure says: what is wrong, where, and what would be right; and which exit code it gives.
import { expect, test } from 'vitest';
import { type FailureKind, Failure, asFailure, badInput, hasCode } from '../../src/base/failure.ts';

const place = { file: 'job.yaml', line: 12, column: 10, excerpt: '  count: 0' };

test('a complaint shows its place, the line with a caret under the mistake, and what would be right', () => {
  const failure = badInput('cards.count is 0: it must be at least 1', { place, hint: 'say how many cards' });
  expect(failure.message.split('\n')).toEqual([
    'job.yaml:12:10  cards.count is 0: it must be at least 1',
    '',
    '  12 |   count: 0',
    '     |          ^',
    '  say how many cards',
  ]);
});

test('a tab in the line counts one column, so that the caret stands under the mistake', () => {
  const failure = badInput('wrong', { place: { ...place, column: 4, excerpt: '\t\ta: x' } });
  const [, , line = '', caret = ''] = failure.message.split('\n');
  expect(line).not.toContain('\t');
  expect(line.charAt(caret.indexOf('^'))).toBe(':');
});

test('a complaint without a place is one line, its hint behind it', () => {
  expect(badInput('no key').message).toBe('no key');
  expect(badInput('no key', { hint: 'make one' }).message).toBe('no key\n(make one)');
});

test('an empty line has no excerpt', () => {
  const failure = badInput('the file is empty', { place: { ...place, line: 1, column: 1, excerpt: '' } });
  expect(failure.message).toBe('job.yaml:1:1  the file is empty');
});

test('several complaints are all said, in their order', () => {
  const failure = new Failure('input', [{ message: 'first' }, { message: 'second' }]);
  expect(failure.complaints.map(({ message }) => message)).toEqual(['first', 'second']);
  expect(failure.message).toBe('first\n\nsecond');
});

test.each<[FailureKind, number]>([
  ['input', 2],
  ['refused', 3],
  ['unavailable', 4],
  ['doubt', 5],
  ['unreadable', 6],
  ['mismatch', 7],
  ['bug', 70],
  ['interrupted', 130],
  ['terminated', 143],
])('%s ends with exit code %i', (kind, code) => {
  expect(new Failure(kind, 'so').exitCode).toBe(code);
});

test('an error of unknown origin is our bug and keeps its cause; a failure stays what it is', () => {
  const error = new TypeError('x is not a function');
  expect(asFailure(error)).toMatchObject({
    kind: 'bug',
    message: 'unexpected: x is not a function',
    cause: error,
  });
  expect(asFailure('thrown text').message).toBe('unexpected: thrown text');
  const failure = badInput('no');
  expect(asFailure(failure)).toBe(failure);
});

test('an error of the system is known by its code', () => {
  const error = Object.assign(new Error('gone'), { code: 'ENOENT' });
  expect(hasCode(error, 'EEXIST', 'ENOENT')).toBe(true);
  expect(hasCode(error, 'EEXIST')).toBe(false);
  expect(hasCode({ code: 'ENOENT' }, 'ENOENT')).toBe(false);
});
