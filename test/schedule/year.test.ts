// What is due when: the names of runs, and a year of a scheduled job in simulated time, with restarts, overruns and
// failures drawn at random. The runs themselves are a model; test/schedule/real-year.test.ts makes real ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure, type FailureKind } from '../../src/base/failure.ts';
import { type Due, cronComplaint, isRunOf, lastDue, nextDues } from '../../src/plan/cron.ts';
import { type Note, type Scheduled, agendaOf } from '../../src/schedule/agenda.ts';
import { type Ended, jobLoop } from '../../src/schedule/scheduler.ts';
import { simulatedClock } from './simulated-clock.ts';

const OSLO = { cron: '0 2 * * 1', timezone: 'Europe/Oslo' };
const HOUR = 3_600_000;

describe('when a job is due, and what its run is called', () => {
  const from = (times: { cron: string; timezone: string }, start: string, count: number) =>
    nextDues('spring', times, new Date(start), count).map(
      ({ at, run }) => `${at.toISOString().slice(0, 16)} ${run}`,
    );

  test('once a day or less: the day', () => {
    expect(from(OSLO, '2026-10-18T00:00:00Z', 2)).toEqual([
      '2026-10-19T00:00 spring-2026-10-19',
      '2026-10-26T01:00 spring-2026-10-26',
    ]);
  });

  test('the day is that of the time zone', () => {
    expect(from({ cron: '30 8 * * *', timezone: 'Pacific/Auckland' }, '2026-11-22T12:00:00Z', 1)).toEqual([
      '2026-11-22T19:30 spring-2026-11-23',
    ]);
  });

  test('more than once a day: the time too', () => {
    expect(from({ cron: '0 2,14 * * *', timezone: 'Europe/Oslo' }, '2026-11-23T00:00:00Z', 3)).toEqual([
      '2026-11-23T01:00 spring-2026-11-23-0200',
      '2026-11-23T13:00 spring-2026-11-23-1400',
      '2026-11-24T01:00 spring-2026-11-24-0200',
    ]);
  });

  test('an hour that the clock shows twice is due once, one that it leaves out a little later', () => {
    const hourly = { cron: '0 * * * *', timezone: 'Europe/Oslo' };
    expect(from(hourly, '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00 spring-2026-10-25-0200',
      '2026-10-25T02:00 spring-2026-10-25-0300',
      '2026-10-25T03:00 spring-2026-10-25-0400',
    ]);
    expect(from({ cron: '30 2 * * *', timezone: 'Europe/Oslo' }, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00 spring-2026-03-29',
      '2026-03-30T00:30 spring-2026-03-30',
    ]);
  });

  test('the last time that has come is the moment itself', () => {
    const at = new Date('2026-11-23T01:00:00Z');
    expect(lastDue('spring', OSLO, at)).toEqual({ at, run: 'spring-2026-11-23' });
    expect(lastDue('spring', OSLO, new Date(at.getTime() - 1))?.run).toBe('spring-2026-11-16');
  });

  test.each([
    ['0 2 * *', /five fields/],
    ['0 0 2 * * 1', /five fields/],
    ['0 2 * * 8', /dayOfWeek/],
    ['0 2 31 2 *', /never due/],
  ])('%s is refused', (cron, words) => {
    expect(cronComplaint({ cron })).toMatch(words);
  });
});

describe('the agenda', () => {
  const since: Note = { since: '2026-11-01T00:00:00.000Z', trying: null };
  const agenda = (
    now: string,
    runs: readonly [string, boolean][],
    more: Partial<Scheduled> = {},
    note = since,
  ) =>
    agendaOf(
      'spring',
      { ...OSLO, catchUp: 'once', ...more },
      runs.map(([run, complete]) => ({ run, complete })),
      note,
      new Date(now),
    );

  test('a time that has come is due, until its run is complete', () => {
    const now = '2026-11-23T01:00:00Z';
    expect(agenda(now, []).run).toBe('spring-2026-11-23');
    expect(agenda(now, [['spring-2026-11-23', true]]).run).toBeUndefined();
    expect(agenda(now, [['spring-2026-11-23', true]]).until).toEqual(new Date('2026-11-30T01:00:00Z'));
  });

  test('an open run comes first', () => {
    expect(agenda('2026-11-23T01:00:00Z', [['spring-2026-11-16', false]]).run).toBe('spring-2026-11-16');
  });

  test('a run that took the place of one that was given up is the one of its time', () => {
    const now = '2026-11-23T01:00:00Z';
    expect(agenda(now, [['spring-2026-11-23-2', true]]).run).toBeUndefined();
    expect(isRunOf('spring-2026-11-23', 'spring-2026-11-23-0200')).toBe(false);
  });

  test('times before the job was scheduled are not its own', () => {
    expect(agenda('2026-11-01T12:00:00Z', []).run).toBeUndefined();
  });

  test('missed times: made up for once, or let go', () => {
    const now = '2026-11-25T12:00:00Z';
    expect(agenda(now, []).run).toBe('spring-2026-11-23');
    const skipped = agenda(now, [], { catchUp: 'skip' });
    expect(skipped.run).toBeUndefined();
    expect(skipped.note.since).toBe('2026-11-23T01:00:00.000Z');
  });

  test('what was begun and came to no folder is no missed time', () => {
    const begun = agenda('2026-11-23T01:00:00Z', [], { catchUp: 'skip' });
    expect(begun.note.trying).toBe('spring-2026-11-23');
    expect(agenda('2026-11-25T12:00:00Z', [], { catchUp: 'skip' }, begun.note).run).toBe('spring-2026-11-23');
    expect(agenda('2026-12-02T12:00:00Z', [], {}, begun.note).run).toBe('spring-2026-11-23');
  });
});

/** What may happen to an attempt. */
type Happening =
  | { readonly what: 'done'; readonly hours: number }
  | { readonly what: 'fails'; readonly kind: FailureKind; readonly folder: boolean; readonly hours: number }
  | { readonly what: 'killed'; readonly folder: boolean; readonly away: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('done' as const),
      hours: fc.double({ min: 0, max: 40, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('fails' as const),
      kind: fc.constantFrom<FailureKind>('unavailable', 'refused', 'doubt', 'input', 'bug'),
      folder: fc.boolean(),
      hours: fc.double({ min: 0, max: 5, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('killed' as const),
      folder: fc.boolean(),
      away: fc.double({ min: 0, max: 24 * 12, noNaN: true }),
    }),
  },
);

interface World {
  /** Runs by name: complete or not. */
  readonly runs: Map<string, boolean>;
  readonly begun: { readonly run: string; readonly at: Date }[];
  readonly idle: { readonly at: Date; readonly runs: ReadonlyMap<string, boolean> }[];
}

/** Lives through a year. */
async function live(schedule: Scheduled, happenings: readonly Happening[]): Promise<World> {
  const clock = simulatedClock('2026-01-01T09:00:00Z');
  const end = new Date('2026-12-31T23:00:00Z');
  const runs = new Map<string, boolean>();
  const begun: World['begun'] = [];
  const idle: World['idle'] = [];
  let note: Note = { since: clock.now().toISOString(), trying: null };
  let next = 0;
  let working = 0;
  while (clock.now() < end) {
    const process = new AbortController();
    let away = 0;
    let lastEnd: Ended = 'done';
    const perform = async (run: string): Promise<Ended> => {
      expect((working += 1), 'a job beside itself').toBe(1);
      await Promise.resolve();
      const open = [...runs].find(([, complete]) => !complete)?.[0];
      const target = open ?? run;
      expect(target).toBe(run);
      expect(runs.get(run), 'a run that is complete').not.toBe(true);
      if (!runs.has(run)) begun.push({ run, at: clock.now() });
      const happens: Happening = happenings[next++] ?? { what: 'done', hours: 1 };
      if (happens.what === 'done' || happens.folder) runs.set(run, happens.what === 'done');
      if (happens.what === 'killed') {
        away = happens.away;
        process.abort();
      } else clock.spend(happens.hours * HOUR);
      working -= 1;
      lastEnd =
        happens.what === 'done'
          ? 'done'
          : new Failure(happens.what === 'fails' ? happens.kind : 'interrupted', '');
      return lastEnd;
    };
    const loop = jobLoop({
      clock: {
        now: clock.now,
        until: (at, stopping) => {
          if (lastEnd === 'done' && at > clock.now()) idle.push({ at: clock.now(), runs: new Map(runs) });
          return clock.until(at, stopping);
        },
      },
      stopping: process.signal,
      readJob: () => Promise.resolve({ name: 'spring', schedule }),
      runs: () => Promise.resolve([...runs].map(([run, complete]) => ({ run, complete }))),
      readNote: () => Promise.resolve(note),
      writeNote: (_job, _schedule, written) => Promise.resolve(void (note = written)),
      perform,
      tend: () => Promise.resolve(),
      onTrouble: (error) => {
        throw error;
      },
    });
    while (!process.signal.aborted && clock.now() < end) await Promise.race([clock.step(1, end), loop]);
    process.abort();
    await loop;
    clock.spend(away * HOUR);
  }
  return { runs, begun, idle };
}

const YEAR: readonly Due[] = nextDues('spring', OSLO, new Date('2026-01-01T09:00:00Z'), 60).filter(
  ({ at }) => at < new Date('2026-12-31T23:00:00Z'),
);

test('a year without trouble: 52 runs, each at its time, through both changes of the clock', async () => {
  const { runs, begun } = await live({ ...OSLO, catchUp: 'once' }, []);
  expect(YEAR).toHaveLength(52);
  expect([...runs.keys()]).toEqual(YEAR.map(({ run }) => run));
  expect(begun.map(({ at }) => at)).toEqual(YEAR.map(({ at }) => at));
});

test('any year: no run twice, none of another time, none forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 10, maxLength: 60 }),
      fc.constantFrom('once' as const, 'skip' as const),
      async (happenings, catchUp) => {
        const { begun, idle } = await live({ ...OSLO, catchUp }, happenings);
        const times = new Map(YEAR.map(({ run, at }) => [run, at]));
        const names = begun.map(({ run }) => run);
        expect(names.every((run) => times.has(run))).toBe(true);
        for (const { run, at } of begun)
          expect(at.getTime()).toBeGreaterThanOrEqual(times.get(run)!.getTime());
        if (catchUp === 'skip') return;
        // Whoever waits, and did not just fail, has nothing open and the last time's run behind him.
        for (const { at, runs } of idle) {
          expect([...runs.values()]).not.toContain(false);
          const last = YEAR.findLast((due) => due.at <= at);
          if (last !== undefined) expect(runs.get(last.run)).toBe(true);
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});

test('let go: a time that nobody was there for is not made up for', async () => {
  const { begun } = await live({ ...OSLO, catchUp: 'skip' }, [
    { what: 'done', hours: 1 },
    { what: 'killed', folder: false, away: 24 * 8 },
  ]);
  const [first, second, third] = YEAR;
  // The second was begun before the process died, the third passed while it was away.
  expect(begun.map(({ run }) => run).slice(0, 3)).toEqual([first?.run, second?.run, second?.run]);
  expect(begun.map(({ run }) => run)).not.toContain(third?.run);
  expect(begun.map(({ run }) => run)).toContain(YEAR[3]?.run);
});
