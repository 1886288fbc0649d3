// Many runs through one schedule process: what it holds after them is what it held after fifty.
// `npm run test:thousand` makes a thousand of them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { start } from '../program/cli.ts';
import { rehearse } from '../support/rehearsal.ts';
import { runsIn } from '../program/books.ts';

const RUNS = Number(process.env.RUNS ?? 120);
const WARM = 50;

const JOB = `
name: small
account: T00000001
cards: { count: 1, id: "K-{serial}" }
template: classic
sheet: one-up
batch: { size: 1, concurrency: 1, perSecond: 100 }
handoff: { seal: none }
schedule: { cron: "0,30 * * * *", timezone: UTC }
`;

interface Held {
  readonly made: number;
  readonly memory: number;
  readonly rss: number;
  readonly files: number;
  readonly threads: number;
}

test.skipIf(!existsSync('/proc/self/fd'))(
  `${RUNS} runs leave nothing behind in the process`,
  async () => {
    const shop = await rehearse('');
    const sandbox = start(['sandbox', '--port', '0'], { cwd: shop.dir });
    try {
      await shop.write('job.yaml', JOB);
      const origin = await new Promise<string>((resolve) => {
        sandbox.child.stdout?.on('data', (piece: string) => {
          const found = /listens on (\S+);/.exec(piece)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      const script = fileURLToPath(new URL('./thousand.mjs', import.meta.url));
      const child = spawn(
        process.execPath,
        ['--expose-gc', script, join(shop.dir, 'job.yaml'), shop.output, String(RUNS), String(WARM)],
        {
          env: {
            PATH: process.env.PATH,
            ...shop.env,
            CARDPRESS_API_URL: origin,
            CARDPRESS_THREADS: '1',
          },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const lines = (await text(child.stdout)).trimEnd().split('\n');
      const held = lines.map((line) => JSON.parse(line) as Held);
      const [early] = held;
      const late = held.at(-1);
      process.stderr.write(`after ${early?.made} and ${late?.made} runs: ${JSON.stringify([early, late])}\n`);
      expect(early?.made).toBe(WARM);
      expect(late?.made).toBe(RUNS);
      for (const what of ['memory', 'files', 'threads'] as const)
        expect(late![what], what).toBeLessThanOrEqual(early![what] * 1.1);
      expect(runsIn(shop.output)).toHaveLength(RUNS);
    } finally {
      sandbox.child.kill('SIGKILL');
      shop.remove();
    }
  },
  7_200_000,
);
