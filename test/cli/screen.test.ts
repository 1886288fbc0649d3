// What people see while a run is made: a ledger grows, a clock runs, and the text on stderr is held.
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openScreen } from '../../src/cli/screen.ts';
import type { Ledger } from '../../src/pipeline/ledger.ts';
import { durationText, rateText } from '../../src/watch/pace.ts';
import { planOf } from '../plan/plans.ts';

/** 10000 cards in one batch, 100 volumes. */
const PLAN = planOf({ cards: { ordered: 10_000, overs: 0 }, batchSize: 10_000, slots: 100 });
const AT = '2026-11-23T12:00:00.000Z';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function ledgerOf(cards: number, volumes: number, read = 0, delivered = 0): Ledger {
  const range = [{ position: 0, serial: 1, count: cards }];
  const report = {
    attempt: 1,
    passed: true,
    sha256: '',
    symbols: 6,
    decoded: 6,
    faults: 0,
    fault: undefined,
  };
  const counted = <T>(count: number, value: T) =>
    new Map(Array.from({ length: count }, (_, index) => [index + 1, value] as const));
  return {
    attempts: new Map([
      [
        1,
        [
          {
            attempt: 1,
            asked: { batch: 1, attempt: 1, at: AT, platform: AT, cards: range },
            answered: true,
            cards: {
              outcome: 'made',
              good: range,
              bad: [],
              terms: { onePurchase: 0, ends: null, begins: null },
              prints: '',
            },
            looked: undefined,
            resolved: undefined,
            reissued: undefined,
            voided: undefined,
          },
        ],
      ],
    ]),
    volumes: counted(volumes, [1]),
    reports: counted(read, [report]),
    swept: undefined,
    packed: false,
    deliveries: new Map(
      Array.from({ length: delivered }, (_, index) => [`t${index}`, { delivery: 1, reached: 'done' }]),
    ),
    complete: false,
  };
}

function plain(targets = 0) {
  const lines: string[] = [];
  const err = (text: string) => void lines.push(...text.trimEnd().split('\n'));
  const screen = openScreen({ out: err, err, bars: undefined }, PLAN, targets);
  return { screen, lines: () => lines.splice(0).map((line) => line.replace('spring-2026-11-23: ', '')) };
}

test('without a terminal: one plain line per stage per half minute', () => {
  const { screen, lines } = plain(1);
  screen.onLedger(ledgerOf(0, 0));
  vi.advanceTimersByTime(29_000);
  expect(lines()).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(lines()).toEqual(['cards      0 of 10000']);
  screen.onLedger(ledgerOf(6000, 1));
  vi.advanceTimersByTime(30_000);
  expect(lines()).toEqual([
    'cards      6000 of 10000, 200 a second, 20 s left',
    'volumes    1 of 100, 2 a minute, 50 min left',
  ]);
  screen.onLedger(ledgerOf(10_000, 50, 20));
  vi.advanceTimersByTime(30_000);
  expect(lines()).toEqual([
    'cards      10000 of 10000, 167 a second',
    'volumes    50 of 100, 50 a minute, 60 s left',
    'read back  20 of 100, 40 a minute, 2 min left',
  ]);
  screen.onLedger(ledgerOf(10_000, 100, 100, 1));
  vi.advanceTimersByTime(30_000);
  expect(lines().map((line) => line.split(',')[0])).toEqual([
    'volumes    100 of 100',
    'read back  100 of 100',
    'delivered  1 of 1',
  ]);
  vi.advanceTimersByTime(300_000);
  expect(lines()).toEqual([]);
  screen.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('what an earlier call has done is no news', () => {
  const { screen, lines } = plain();
  screen.onLedger(ledgerOf(10_000, 40));
  vi.advanceTimersByTime(30_000);
  expect(lines()).toEqual(['volumes    40 of 100']);
  screen.close();
});

test('on a terminal: a bar per stage with count, rate and time left, and nothing left behind', () => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 120,
    rows: 40,
    cursorTo: (x: number) => stream.write(`<${x}>`),
    moveCursor: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
  });
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const print = () => undefined;
  const bars = stream as unknown as NodeJS.WriteStream;
  const screen = openScreen({ out: print, err: print, bars }, PLAN, 2);
  screen.onLedger(ledgerOf(0, 0));
  vi.advanceTimersByTime(10_000);
  screen.onLedger(ledgerOf(5000, 0));
  vi.advanceTimersByTime(1000);
  const rows = text.split(/[\r\n]/);
  const last = (stage: string) => rows.findLast((row) => row.includes(stage));
  expect(last('cards')).toContain('━━━━━━━━━━━━━━━━────────────────');
  expect(last('cards')).toContain('5000 of 10000  500 a second, 10 s left');
  expect(last('volumes')).toContain('0 of 100');
  expect(last('delivered')).toContain('0 of 2');
  screen.close();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  [400.4, '400 a second'],
  [2.55, '2.5 a second'],
  [1, '1 a second'],
  [0.5, '30 a minute'],
  [0.002, '7.2 an hour'],
])('%d a second is said as %s', (rate, text) => {
  expect(rateText(rate)).toBe(text);
});

test.each([
  [0.2, '1 s'],
  [89, '89 s'],
  [91, '2 min'],
  [5400, '1 h 30 min'],
])('%d seconds are said as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
