// Orders of a thousand cards with 2 % overs: a few spoiled and missing are met from the overs, more are made up for,
// counted again, closed and purged.
import { afterEach, expect, test } from 'vitest';
import { type Shop, openShop, rowsFor } from '../shop.ts';

const JOB = `
name: thousand
account: T00000001
cards: { count: 1000, overs: 2%, id: "TH-{serial}" }
template: classic
sheet: sra3-21up
batch: { perSecond: 100 }
handoff: { seal: none }
deliver: [{ folder: ./outbox }]
unused: void
retention: 1d
`;

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
});

const range = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

test('7 spoiled and 3 missing: met from the overs, and no reprint', async () => {
  shop = await openShop(JOB);
  await shop.ok('run', 'job.yaml');
  const [run = ''] = shop.runs();
  shop.returned(run, 'r.csv', {
    ...rowsFor(range(11, 7), 'spoiled/ink/yes'),
    ...rowsFor(range(500, 3), 'missing'),
  });
  const said = await shop.ok('reconcile', run, 'r.csv');
  expect(said).toMatch(/1020 = 1000 good \+ 7 spoiled \+ 3 missing \+ 10 unused overs \+ 0 not yet reported/);
  expect(said).toMatch(/1000 of 1000 good\n/);
  expect(said).not.toMatch(/reprint|offered/);
  expect(said).toMatch(/open: missing cards are alive at the platform: cardpress void \S+ --cards missing/);
  expect(await shop.no(2, 'purge', run)).toMatch(/is not closed: missing cards are alive/);
  await shop.ok('void', run, '--cards', 'missing', '--reason', 'never found');
  expect(shop.card('TH-000501')?.deleted_at).toBeDefined();
  expect(await shop.no(2, 'purge', run)).toMatch(
    /the job has unused cards voided: cardpress void \S+ --cards unused,spoiled/,
  );
  expect(await shop.ok('void', run, '--cards', 'unused,spoiled', '--reason', 'not needed')).toMatch(
    /state +closed/,
  );
  expect(shop.accounts(run)).toMatchObject({ asked: 1020, made: 1000, voided: 20, balanced: true });
  // Closed today: its retention of a day is not over.
  expect(await shop.ok('purge')).toMatch(/no closed run is past its retention/);
}, 300_000);

test('30 spoiled and 5 missing: reprint and replace, a second return, closed, purged', async () => {
  shop = await openShop(JOB);
  await shop.ok('run', 'job.yaml');
  const [run = ''] = shop.runs();
  shop.returned(run, 'r.csv', {
    ...rowsFor(range(11, 30), 'spoiled/ink/yes'),
    ...rowsFor(range(500, 5), 'missing'),
  });
  const said = await shop.ok('reconcile', run, 'r.csv');
  expect(said).toMatch(/985 good \+ 30 spoiled \+ 5 missing \+ 0 unused overs/);
  expect(said).toMatch(/985 of 1000 good, 15 short/);
  const offered = [...said.matchAll(/cardpress ((?:replace|reprint) .*)/g)].map(([, words = '']) => words);
  expect(offered).toEqual([`replace ${run} --cards 500-504 --reason TEXT`, `reprint ${run} --cards 11-20`]);
  for (const words of offered) await shop.ok(...words.split(' '));
  await shop.ok('reconcile', `${run}-s1`, shop.returned(`${run}-s1`, 's1.csv'));
  const short = await shop.ok(
    'reconcile',
    `${run}-s2`,
    shop.returned(`${run}-s2`, 's2.csv', { 11: 'spoiled/ink/yes' }),
  );
  expect(short).toMatch(/999 of 1000 good, 1 short[\s\S]*reprint \S+ --cards 11\n/);
  await shop.ok('reprint', run, '--cards', '11');
  await shop.ok('reconcile', `${run}-s3`, shop.returned(`${run}-s3`, 's3.csv'));
  expect(await shop.ok('void', run, '--cards', 'spoiled', '--reason', 'not needed')).toMatch(/state +closed/);
  expect(shop.accounts(run)).toMatchObject({
    asked: 1020,
    made: 995,
    voided: 25,
    balanced: true,
    after: { made: 1000, good: 1000 },
  });
  expect(await shop.ok('audit', run, '--platform')).toMatch(/1025 cards looked up: all as the books say/);
  await shop.ok('purge', run, '--proofs');
  expect(await shop.ok('audit', run)).toMatch(/agree/);
}, 300_000);
