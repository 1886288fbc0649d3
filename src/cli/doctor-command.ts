// cardpress doctor: can everything that a job needs be reached and read now?
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { sessions } from '../deliver/session.ts';
import { Platform } from '../issue/platform.ts';
import { layoutOf } from '../pipeline/tools.ts';
import type { Job } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';
import { isScheduled, scheduledOf } from '../schedule/scheduled.ts';
import { type Finding, examine } from '../watch/doctor.ts';
import type { Call } from './call.ts';
import {
  apiUrl,
  credentials,
  keyPath,
  outputPath,
  reader,
  sftpAccess,
  signPassphrase,
} from './environment.ts';
import { webhookKey } from './watched.ts';

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
    more: (job) => [
      ...(isScheduled(job) ? [{ what: 'schedule', check: () => dueText(job) }] : []),
      ...(job.value.notify.webhook === undefined
        ? []
        : [{ what: 'webhook', check: () => keyText(job, env) }]),
    ],
  });
  const bad = findings.filter(({ state }) => state === 'bad').length;
  terminal.out(`${jobPath}\n\n${findings.map(row).join('')}`);
  if (bad > 0) throw badInput(`${bad} of ${findings.length} checks failed`);
}

// eslint-disable-next-line @typescript-eslint/require-await -- what it throws is what the check found
const dueText = async (job: Checked<Job>) =>
  `${scheduledOf(job).schedule.cron}: the ids of its runs do not repeat`;

async function keyText({ value }: Checked<Job>, env: Call['env']): Promise<string> {
  await webhookKey(value, { env });
  return 'there is a secret to sign notices with';
}

const SIGNS: Record<Finding['state'], string> = { good: 'ok', bad: 'FAIL', 'left out': '-' };

function row({ what, state, says, hint }: Finding): string {
  const head = `  ${SIGNS[state].padEnd(6)}${what.padEnd(13)}`;
  return `${head}${says}\n${hint === undefined ? '' : `${' '.repeat(head.length)}(${hint})\n`}`;
}
