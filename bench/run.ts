// npm run bench:run -- [--cards N] [--threads N] [--sheet NAME] [--sheets N]: a whole run of the command line against
// the sandbox, sealed and read back, stage by stage. The sandbox is a process of its own, and not in the figures.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    cards: { type: 'string', default: '20000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    sheet: { type: 'string', default: 'sra3-21up' },
    sheets: { type: 'string', default: '50' },
  },
});
const CLI = fileURLToPath(new URL('../../cli/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cardpress-bench-run-'));
const at = (name: string) => join(folder, name);
const env = {
  PATH: process.env.PATH,
  CI: 'true',
  CARDPRESS_KEY: at('operator.txt'),
  CARDPRESS_OUTPUT: at('output'),
  CARDPRESS_THREADS: options.threads,
  DINTERO_CLIENT_ID: 'sandbox',
  DINTERO_CLIENT_SECRET: 'sandbox',
};

const sandbox = spawn(process.execPath, [CLI, 'sandbox', '--port', '0'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const origin = await originOf(sandbox.stdout);
  const recipient = /age1[a-z0-9]+/.exec(cardpress(origin, 'keygen'))?.[0] ?? '';
  writeFileSync(at('job.yaml'), jobOf(recipient));
  const ended = cardpress(origin, 'run', at('job.yaml'));
  const [user = 0, system = 0, wall = 0, kilobytes = 0] = readFileSync(at('times'), 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  const cpu = user + system;
  console.log(ended);
  console.log(
    [
      `  in all        ${wall.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU: ${Math.round(Number(options.cards) / cpu)} cards a CPU-second`,
      `  peak memory   ${Math.round(kilobytes / 1024)} MB, on ${options.threads} threads`,
    ].join('\n'),
  );
} finally {
  sandbox.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** A job like a large shop's; the operator takes the place of the manufacturer. */
function jobOf(recipient: string): string {
  return `name: bench
account: T00000001
cards:
  count: ${options.cards}
  overs: 0
  id: "BENCH-{serial}"
  token: { length: 16, numbers: true }
  pin: { length: 6, numbers: true }
template: classic
sheet: ${options.sheet}
volume: { sheets: ${options.sheets} }
batch: { size: 1000, concurrency: 4, perSecond: 20 }
handoff: { seal: [${recipient}] }
`;
}

/** Where the sandbox listens, as it says. */
async function originOf(output: Readable): Promise<string> {
  for await (const line of createInterface(output)) {
    const origin = /http:\/\/\S+(?=;)/.exec(line)?.[0];
    if (origin !== undefined) return origin;
  }
  throw new Error('the sandbox did not start');
}

/** Runs the program under GNU time, and gives what it printed. */
function cardpress(origin: string, ...words: readonly string[]): string {
  const command = ['time', '-f', '%U %S %e %M', '-o', at('times'), process.execPath, CLI, ...words];
  const ended = spawnSync('env', command, {
    env: { ...env, CARDPRESS_API_URL: origin },
    encoding: 'utf8',
    cwd: folder,
    maxBuffer: 2 ** 30,
  });
  if (ended.status !== 0)
    throw new Error(`${words.join(' ')} ended with ${String(ended.status)}:\n${ended.stderr}`);
  return ended.stdout;
}
