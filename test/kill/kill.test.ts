// The built program is killed at random times, again and again, against a sandbox in another process that goes
// wrong in every tenth call. KILLS and CARDS make it longer: `npm run test:kill`.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Books } from '../../src/sandbox/books.ts';
import { rehearse } from '../support/rehearsal.ts';
import { difference, knownOf, runsIn } from '../program/books.ts';
import { start } from '../program/cli.ts';

const KILLS = Number(process.env.KILLS ?? 8);
const CARDS = Number(process.env.CARDS ?? 300);
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

const FAULTS = `
seed: ${SEED}
rules:
  - { operation: batch, probability: 0.02, fault: drop-before-commit }
  - { operation: batch, probability: 0.03, fault: drop-after-commit }
  - { operation: batch, probability: 0.02, fault: late-commit, delay: 300 }
  - { operation: batch, probability: 0.02, fault: truncate }
  - { operation: batch, probability: 0.01, fault: html }
  - { operation: batch, probability: 0.01, fault: status-after-commit }
  - { operation: batch, probability: 0.02, fault: status, status: 429, retryAfter: 0 }
  - { operation: batch, probability: 0.01, fault: missing-card }
  - { operation: batch, probability: 0.01, fault: repeat-token }
  - { operation: batch, probability: 0.01, fault: missing-pin }
  - { operation: get, probability: 0.05, fault: status, status: 503, retryAfter: 0 }
  - { operation: get, probability: 0.05, fault: drop-after-commit }
  - { operation: delete, probability: 0.1, fault: drop-after-commit }
  - { operation: auth, probability: 0.1, fault: status, status: 500, retryAfter: 0 }
`;

const job = (name: string) => `
name: ${name}
account: T00000001
cards: { count: ${CARDS}, overs: 2%, id: "${name.toUpperCase()}-{serial}" }
template: classic
sheet: sra3-21up
batch: { size: ${Math.max(20, Math.round(CARDS / 10))}, concurrency: 4, perSecond: 100 }
volume: { sheets: 5 }
handoff: { seal: none }
`;

test(`${KILLS} kills over runs of ${CARDS} cards lose nothing and print nothing twice (seed ${SEED})`, async () => {
  const shop = await rehearse('');
  await shop.write('faults.yaml', FAULTS);
  const sandbox = start(['sandbox', '--port', '0', '--faults', 'faults.yaml'], { cwd: shop.dir });
  try {
    const origin = await new Promise<string>((resolve) => {
      sandbox.child.stdout?.on('data', (text: string) => {
        const found = /listens on (\S+);/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const env = { ...shop.env, CARDPRESS_API_URL: origin, CARDPRESS_SETTLE: '1' };
    let kills = 0;
    for (let number = 1; kills < KILLS; number += 1) {
      const name = `k${number}`;
      await shop.write(`${name}.yaml`, job(name));
      let done = false;
      for (let calls = 0; !done; calls += 1) {
        expect(calls, 'a run that never ends').toBeLessThan(200);
        const running = start(['run', `${name}.yaml`], { cwd: shop.dir, env });
        // Most kills fall early, where most happens; some runs are left to end.
        const kill = kills < KILLS && Math.random() < 0.9;
        if (kill) {
          const killer = sleep(250 + Math.random() ** 2 * 4000).then(() => running.child.kill('SIGKILL'));
          const ended = await running.ended;
          if (ended.signal === 'SIGKILL') kills += 1;
          else done = ended.code === 0;
          await killer;
          if (ended.signal !== 'SIGKILL') expect([0, 4], ended.err).toContain(ended.code);
        } else {
          const { code, err } = await running.ended;
          expect([0, 4], err).toContain(code);
          done = code === 0;
        }
      }
      await fetch(`${new URL(origin).origin}/sandbox/settle`, { method: 'POST' });
      const books = (await (await fetch(`${new URL(origin).origin}/sandbox/books`)).json()) as Books;
      const known = knownOf(books.accounts.T00000001?.cards).filter(({ id }) =>
        id.startsWith(`${name.toUpperCase()}-`),
      );
      const run = runsIn(shop.output).find((candidate) => candidate.startsWith(`${name}-`)) ?? '';
      expect(await difference(shop, run, known)).toEqual([]);
    }
  } finally {
    sandbox.child.kill('SIGKILL');
    shop.remove();
  }
}, 3_600_000);
