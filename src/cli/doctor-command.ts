// cardpress doctor: can everything that a job needs be reached and read now?
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { sessions } from '../deliver/session.ts';
import { Platform } from '../issue/platform.ts';
import { layoutOf } from '../pipeline/tools.ts';
import { type Finding, examine } from '../watch/doctor.ts';
import {
  apiUrl,
  credentials,
  keyPath,
  outputPath,
  reader,
  sftpAccess,
  signPassphrase,
} from './environment.ts';
import type { Call } from './run-command.ts';

/** A person waits for the answer: milliseconds until the platform is given up, and between attempts. */
const TIMEOUT = 10_000;
const PAUSE = 300;

export async function doctorCommand(
  jobPath: string,
  options: { readonly output?: string },
  { terminal, env }: Call,
): Promise<void> {
  const sftp = await sftpAccess(env);
  const now = () => new Date();
  const findings = await examine(jobPath, {
    reader,
    layoutOf,
    now,
    sftp,
    passphrase: await signPassphrase(env),
    keyPath: keyPath(env),
    output: outputPath(env, options.output),
    openSession: sessions(nodeDisk, sftp),
    openPlatform: async ({ account }) =>
      new Platform({
        url: apiUrl(env),
        account,
        ...(await credentials(env)),
        concurrency: 1,
        perSecond: 5,
        timeout: TIMEOUT,
        now,
        sleep: () => sleep(PAUSE),
      }),
  });
  const bad = findings.filter(({ state }) => state === 'bad').length;
  terminal.out(`${jobPath}\n\n${findings.map(row).join('')}`);
  if (bad > 0) throw badInput(`${bad} of ${findings.length} checks failed`);
}

const SIGNS: Record<Finding['state'], string> = { good: 'ok', bad: 'FAIL', 'left out': '-' };

function row({ what, state, says, hint }: Finding): string {
  const head = `  ${SIGNS[state].padEnd(6)}${what.padEnd(13)}`;
  return `${head}${says}\n${hint === undefined ? '' : `${' '.repeat(head.length)}(${hint})\n`}`;
}
