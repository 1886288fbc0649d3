// What status says of a run, and what its accounts.json says: the same numbers, also after cards were voided. And what
// the metrics say of its job.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { reconcileCommand } from '../../src/cli/reconcile-command.ts';
import { reader } from '../../src/cli/environment.ts';
import { replaceCommand } from '../../src/cli/replace-command.ts';
import { statusCommand } from '../../src/cli/status-command.ts';
import { voidCommand } from '../../src/cli/void-command.ts';
import { metricsText } from '../../src/watch/metrics.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const RUN = 'told-1';
const JOB = `
name: told
account: T00000001
cards: { count: 4, id: "TD-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ folder: . }]
`;

const { shop, close } = await openRehearsal();
afterAll(close);

/** The counts of the rows of `status`, by the first word of the row. */
async function told(run: string): Promise<Record<string, readonly number[]>> {
  const { out } = await outcomeOf((print) => statusCommand(run, { output: shop.output }, shop.call(print)));
  const rows = ['asked for', 'made', 'gone'].map((row) => {
    const [, text = ''] = new RegExp(`^ {2}${row} +(\\d.*)$`, 'm').exec(out) ?? [];
    return [row, (text.match(/\d+/g) ?? []).map(Number)] as const;
  });
  return Object.fromEntries(rows.filter(([, counts]) => counts.length > 0));
}

function filed(run: string): Record<string, readonly number[]> {
  const { asked, made, neverCreated, voided, orphaned, inDoubt, after } = JSON.parse(
    shop.read(`${run}/accounts.json`),
  ) as Record<string, number> & { after?: Record<string, number> };
  const rows = { 'asked for': [asked, made, neverCreated, voided, orphaned, inDoubt] };
  if (after === undefined) return rows as Record<string, readonly number[]>;
  const { good, spoiled, missing, unusedOvers, notYetReported } = after;
  const gone = [after.voided, after.orphaned];
  return {
    ...rows,
    made: [after.made, good, spoiled, missing, unusedOvers, notYetReported],
    ...(after.voided! + after.orphaned! > 0 && { gone }),
  } as Record<string, readonly number[]>;
}

/** The metrics of the job that speak of its last run, and of those that are complete. */
async function ofLastRun(): Promise<Record<string, number>> {
  const text = await metricsText(reader, shop.output, new Date());
  const lines = [...text.matchAll(/^cardpress_((?:last_success|runs?_)\w+)\{job="told"\} (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
}

test('status counts by the numbers of accounts.json', async () => {
  const options = { output: shop.output };
  await shop.run(JOB, { run: RUN });
  expect((await told(RUN))['asked for']).toEqual([4, 4, 0, 0, 0, 0]);
  await voidCommand(RUN, { ...options, cards: '1', reason: 'torn' }, shop.call());
  expect(await told(RUN)).toEqual({
    'asked for': [4, 3, 0, 1, 0, 0],
    made: [3, 0, 0, 0, 0, 3],
    gone: [1, 0],
  });
  expect(await told(RUN)).toEqual(filed(RUN));
  const before = await ofLastRun();
  expect(before.run_cards_made).toBe(4);
  await replaceCommand(RUN, { ...options, cards: '2', reason: 'lost' }, shop.call());
  // A supplement is no run that the job's schedule waits for.
  expect(await ofLastRun()).toEqual(before);
  // The replacement is a card of the run's that the supplement asked for.
  expect(await told(RUN)).toEqual({
    'asked for': [4, 2, 0, 2, 0, 0],
    made: [3, 0, 0, 0, 0, 3],
    gone: [2, 0],
  });
  expect(await told(RUN)).toEqual(filed(RUN));
  expect((await told(`${RUN}-s1`))['asked for']).toEqual(filed(`${RUN}-s1`)['asked for']);
  expect((await told(`${RUN}-s1`))['asked for']).toEqual([1, 1, 0, 0, 0, 0]);
  await shop.write('return.csv', 'serial,result\n3,good\n4,spoiled\n');
  await reconcileCommand(RUN, join(shop.dir, 'return.csv'), options, shop.call());
  expect(await told(RUN)).toEqual(filed(RUN));
});
