// The probe against a sandbox whose open answers are varied: it writes down what it meets, and leaves nothing.
import { expect, onTestFinished, test } from 'vitest';
import type { ProbeReport } from '../../src/issue/probe.ts';
import type { Behaviour } from '../../src/sandbox/behaviour.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { cardpress } from './cli.ts';

const JOB = `
name: probe
account: T00000001
cards: { count: 1, id: "P-{serial}" }
template: classic
sheet: one-up
batch: { perSecond: 100 }
handoff: { seal: none }
`;

async function probed(behaviour: Partial<Behaviour>, job = JOB) {
  const { sandbox, shop, close } = await openRehearsal({ behaviour });
  onTestFinished(close);
  await shop.write('job.yaml', job);
  const env = {
    CARDPRESS_API_URL: sandbox.origin,
    DINTERO_CLIENT_ID: 'sandbox',
    DINTERO_CLIENT_SECRET: 'sandbox',
  };
  const ended = await cardpress(['probe', 'job.yaml'], { cwd: shop.dir, env });
  const alive = Object.values(sandbox.books().accounts).flatMap(({ cards }) =>
    cards.filter((card) => card.deleted_at === undefined),
  );
  const secrets = Object.values(sandbox.books().accounts).flatMap(({ cards }) =>
    cards.flatMap(({ tokens, pins }) => [...tokens, ...pins].map(({ value }) => value)),
  );
  const report =
    ended.code === 0 ? (JSON.parse(shop.read('.probe/T00000001.json')) as ProbeReport) : undefined;
  return { shop, ended, alive, secrets, report, text: ended.out + ended.err + JSON.stringify(report) };
}

test.each([
  [
    'a platform as the sandbox is',
    {},
    {
      existingId: 'status 409',
      newToken: 'yes',
      sameReference: 'the same',
      deletedIdAgain: 'status 409',
      dateHeader: 'yes',
    },
  ],
  [
    'one that says 400 and forgets references',
    { existingId: 'refuse-400', repeatedRef: 'new' },
    { existingId: 'status 400', sameReference: 'another' },
  ],
  [
    'one that makes what it can',
    { existingId: 'skip' },
    { existingId: 'yes', partialSuccess: 'the other was made' },
  ],
  [
    'one that reissues for active cards only',
    { reissueInactive: false },
    { newToken: 'status 409', newPin: 'status 409' },
  ],
  ['one that takes deleted ids again', { reuseDeletedId: true }, { deletedIdAgain: 'yes' }],
  [
    'one that still shows what was deleted',
    { lookUpShowsDeleted: true },
    { delete: 'yes, but it is still shown' },
  ],
  ['one without a Date header', { dateHeader: false }, { dateHeader: 'no' }],
  [
    'one with tokens for one purchase',
    { expiresAfterTransaction: true, expiresIn: 3600 },
    { tokenLife: '3600 s; ends with the first purchase: true' },
  ],
] satisfies readonly (readonly [string, Partial<Behaviour>, Record<string, string>])[])(
  '%s',
  async (_, behaviour, expected) => {
    const { ended, alive, secrets, report, text } = await probed(behaviour);
    expect(ended).toMatchObject({ code: 0, err: '' });
    for (const [name, words] of Object.entries(expected)) {
      expect(report?.findings[name as keyof ProbeReport['findings']].answer, name).toContain(words);
    }
    expect(alive).toEqual([]);
    expect(report?.left).toEqual([]);
    expect(secrets.filter((value) => text.includes(value))).toEqual([]);
  },
);

test('cards that cannot be deleted are named', async () => {
  const { report, alive } = await probed({ delete: 'never' });
  expect(report?.left).toEqual(alive.map(({ card_id: id }) => id));
  expect(report?.left.length).toBeGreaterThan(0);
});

test('what it found is heeded: a recovery that cannot work is refused', async () => {
  const { shop } = await probed({ reissueInactive: false });
  await expect(shop.run(`${JOB}recovery: reissue\n`)).rejects.toThrow(
    /recovery is reissue, but the probe of T00000001 found: status 409/,
  );
  await shop.run(`${JOB}recovery: replace\n`);
});

test('not on a P account', async () => {
  const { ended } = await probed({}, JOB.replace('T00000001', 'P00000001').replace('none', '[age1]'));
  expect(ended.code).toBe(2);
});
