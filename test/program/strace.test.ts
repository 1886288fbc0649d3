// What the system saw: for each batch the asked-file is durable before the request is sent, and the sealed
// answer is durable before anybody reads it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRehearsal } from '../support/rehearsal.ts';
import { cardpress } from './cli.ts';

const works = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const JOB = `
name: traced
account: T00000001
cards: { count: 6, id: "TR-{serial}" }
template: classic
sheet: a4-8up
batch: { size: 2, concurrency: 1 }
handoff: { seal: none }
`;

/** System calls in order, each on one line, its pieces put together where another thread came between. */
function callsOf(trace: string): readonly string[] {
  const open = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (call.endsWith('<unfinished ...>')) {
      open.set(pid, call.slice(0, -'<unfinished ...>'.length));
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    return resumed === null ? [call] : [(open.get(pid) ?? '') + (resumed[1] ?? '')];
  });
}

test.skipIf(!works)(
  'strace: asked durably, then sent; sealed durably, then read (needs strace)',
  async () => {
    const { shop, close } = await openRehearsal();
    try {
      await shop.write('job.yaml', JOB);
      const trace = join(shop.dir, 'trace.txt');
      const watched = 'trace=openat,fsync,link,linkat,write,writev,sendto';
      const through = ['strace', '-f', '-s', '200', '-e', watched, '-o', trace];
      await cardpress(['run', 'job.yaml'], { cwd: shop.dir, env: shop.env, through });
      const calls = callsOf(readFileSync(trace, 'utf8'));
      const find = (what: string, pattern: RegExp, after: number) => {
        const at = calls.findIndex((call, index) => index > after && pattern.test(call));
        expect(at, `${what} comes after line ${after}`).toBeGreaterThan(after);
        return at;
      };
      /** The next sync of a file or folder that is opened by this name. */
      const syncOf = (name: RegExp, after: number) => {
        const opened = find(
          `opening ${String(name)}`,
          new RegExp(`^openat\\(.*${name.source}.* = \\d+$`),
          after,
        );
        const fd = /= (\d+)$/.exec(calls[opened]!)?.[1] ?? '';
        return find(`syncing ${String(name)}`, new RegExp(`^fsync\\(${fd} *\\) += 0`), opened);
      };
      let sent = -1;
      for (const batch of ['0001', '0002', '0003']) {
        const asked = find(
          'the asked-file',
          new RegExp(`^link.*batches/${batch}\\.1\\.asked\\.json.* = 0`),
          sent,
        );
        const askedDurable = syncOf(/batches", O_RDONLY\|O_CLOEXEC/, asked);
        sent = find('the request', /POST \/v1\/accounts\/T00000001\/wallets\/cards\/batch/, sent);
        expect(askedDurable).toBeLessThan(sent);
        const sealed = find('the sealed answer', new RegExp(`^link.*batches/${batch}\\.1\\.age.* = 0`), sent);
        const sealedDurable = syncOf(/batches", O_RDONLY\|O_CLOEXEC/, sealed);
        const read = find(
          'the reading',
          new RegExp(`^openat\\(.*batches/${batch}\\.1\\.age", O_RDONLY`),
          sent,
        );
        expect(sealedDurable).toBeLessThan(read);
      }
    } finally {
      await close();
    }
  },
);
