// Whether everything that a job needs can be reached and read now. Each check stands alone, so that one visit
// finds all that is wrong; nothing is made but a file on each target, which is taken away again.
import { randomBytes } from 'node:crypto';
import { freeSpace, makeFolders } from '../base/disk.ts';
import { Failure, asFailure, badInput } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import { seal, unseal } from '../base/vault.ts';
import type { DeliverTools } from '../deliver/deliver.ts';
import { type Target, targetsOf } from '../deliver/target.ts';
import type { Platform } from '../issue/platform.ts';
import { groupedFingerprint } from '../pack/recipients.ts';
import { readJob } from '../plan/read-job.ts';
import { type Job, isTest } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';
import { approvalOf } from '../pipeline/approved.ts';
import { openRunKeys, readOperatorKey } from '../pipeline/keys.ts';
import { type CheckedJob, type Surroundings, checkJob } from '../pipeline/check-job.ts';
import { isAbandoned, isComplete, listRuns } from '../pipeline/runs.ts';
import { DAY_MS } from '../settle/retention.ts';
import { estimateBytes } from './estimate.ts';
import { sentenceOf } from './notice.ts';

/** What one check found. */
export interface Finding {
  readonly what: string;
  readonly state: 'good' | 'bad' | 'left out';
  readonly says: string;
  readonly hint?: string;
}

export interface DoctorTools extends Pick<
  Surroundings,
  'reader' | 'now' | 'passphrase' | 'sftp' | 'layoutOf'
> {
  /** The operator's key file. */
  readonly keyPath: string;
  readonly output: string;
  /** Throws where the environment lacks the credentials. */
  readonly openPlatform: (job: Job) => Promise<Platform>;
  readonly openSession: DeliverTools['openSession'];
  /** Checks that only some jobs have, by name. */
  readonly more?: (
    job: Checked<Job>,
  ) => readonly { readonly what: string; readonly check: () => Promise<string> }[];
}

/** Seconds that our clock may be off the platform's. */
const SKEW = 60;

/** Days before its end in which a key is complained about. */
const RENEW_DAYS = 14;

export async function examine(jobPath: string, tools: DoctorTools): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  /** Runs a check; what it returns is what it found good. */
  const check = async <T>(what: string, work: () => Promise<T>, says: (found: T) => string) => {
    try {
      const found = await work();
      findings.push({ what, state: 'good', says: says(found) });
      return found;
    } catch (error) {
      findings.push({ what, state: 'bad', ...sentenceOf(asFailure(error)) });
      return undefined;
    }
  };
  const leaveOut = (what: string, says: string) => findings.push({ what, state: 'left out', says });
  const { reader, now } = tools;

  const job = await check(
    'job',
    () => readJob(reader, jobPath),
    ({ value }) => `${value.name}, account ${value.account}`,
  );
  const checked =
    job &&
    (await check(
      'files',
      () => checkJob(tools, jobPath),
      ({ design }) => filesText(design),
    ));
  if (checked) {
    await checkKeys(checked);
    await checkApproval(checked);
  }
  const operator = await check(
    'key',
    async () => {
      const key = await readOperatorKey(reader.disk, tools.keyPath);
      const sent = randomBytes(32);
      const back = await unseal(await seal(sent, [key.recipient]), key, 'a trial');
      if (!sent.equals(back)) throw new Failure('mismatch', 'what it seals does not open again');
      return key;
    },
    () => `${tools.keyPath} seals and opens`,
  );
  if (job && operator) {
    for (const run of await listRuns(reader.disk, tools.output)) {
      if (run.plan.job !== job.value.name || (await isComplete(run)) || (await isAbandoned(run))) continue;
      await check(
        'open run',
        () => openRunKeys(run.folder, operator),
        () => `${run.plan.run} opens with this key`,
      );
    }
  }
  if (job) await checkPlatform(job.value);
  else leaveOut('credentials', 'no job to say which account');
  await checkOutput();
  for (const target of job === undefined ? [] : targetsOf(job))
    await check(
      'target',
      () => tryTarget(target),
      (left) => `${target.shown} takes a file${left}`,
    );
  for (const { what, check: work } of job === undefined ? [] : (tools.more?.(job) ?? []))
    await check(what, work, (says) => says);
  return findings;

  async function checkKeys({ recipients, signer }: CheckedJob): Promise<void> {
    for (const { name, fingerprint, about, expires } of recipients) {
      const works = async () => {
        if (expires !== null && expires.getTime() - now().getTime() < RENEW_DAYS * DAY_MS) {
          throw badInput(`${name} ends on ${expires.toISOString().slice(0, 10)}`, {
            hint: 'ask the manufacturer for the key with a later expiry: the same key, so that open runs go on',
          });
        }
        return Promise.resolve();
      };
      await check('sealed to', works, () => `${groupedFingerprint(fingerprint)}  ${about}`);
    }
    if (signer === undefined) return;
    await check(
      'signed by',
      () => signer.sign(new TextEncoder().encode('a trial'), 'trial', now()),
      () => groupedFingerprint(signer.fingerprint),
    );
  }

  /** Of a job that does not run without: whether the next run would be let through. */
  async function checkApproval(checkedJob: CheckedJob): Promise<void> {
    const { job: of, approvers } = checkedJob;
    if (isTest(of.value) && approvers.length === 0) return;
    await check(
      'approval',
      async () => {
        const approval = await approvalOf(checkedJob, tools.output, reader.disk);
        if (approval !== undefined) return approval;
        throw badInput(`${of.file} is not approved as it is now`, {
          hint: `cardpress approve ${of.file} shows what would be made`,
        });
      },
      ({ at, by, signatures }) => {
        const who = signatures.map(({ fingerprint }) => groupedFingerprint(fingerprint)).join(', ') || by;
        return `as it is now, on ${at.slice(0, 10)} by ${who}`;
      },
    );
  }

  async function checkPlatform(wanted: Job): Promise<void> {
    const opened: Platform[] = [];
    await check(
      'credentials',
      async () => {
        const platform = await tools.openPlatform(wanted);
        opened.push(platform);
        await platform.signIn();
      },
      () => `the platform lets us into ${wanted.account}`,
    );
    const [platform] = opened;
    if (platform === undefined) return;
    try {
      const theirs = platform.time();
      if (theirs === undefined) {
        leaveOut('clock', 'the platform did not say what time it is');
        return;
      }
      const off = Math.round((now().getTime() - theirs.getTime()) / 1000);
      const says = `${Math.abs(off)} s ${off < 0 ? 'behind' : 'before'} the platform’s`;
      const works = () =>
        Math.abs(off) <= SKEW
          ? Promise.resolve()
          : Promise.reject(
              badInput(says, { hint: 'set this computer’s clock; runs are named after its day' }),
            );
      await check('clock', works, () => (Math.abs(off) <= 1 ? 'as the platform’s' : says));
    } finally {
      await platform.close();
    }
  }

  async function checkOutput(): Promise<void> {
    const trial = `.trial-${randomBytes(4).toString('hex')}`;
    const works = await check(
      'output',
      async () => {
        await makeFolders(reader.disk, tools.output);
        const folder = new RunFolder(reader.disk, tools.output);
        await folder.write(trial, 'trial');
        await folder.remove(trial);
        return true;
      },
      () => `${tools.output} can be written`,
    );
    if (works !== true || checked === undefined) {
      leaveOut('disk', 'cannot be judged while the checks above fail');
      return;
    }
    await check(
      'disk',
      async () => {
        const needed = await estimateBytes(checked.job.value, checked.design, checked.layout);
        const free = await freeSpace(tools.output);
        if (free < needed)
          throw badInput(`a run takes about ${sizeText(needed)}, ${sizeText(free)} are free`, {
            hint: `make room where ${tools.output} lies`,
          });
        return { needed, free };
      },
      ({ needed, free }) => `a run takes about ${sizeText(needed)}, ${sizeText(free)} are free`,
    );
  }

  /** Writes, renames and removes a file. Empty, or what stays there. */
  async function tryTarget(target: Target): Promise<string> {
    const session = await tools.openSession(target);
    const name = `.cardpress-trial-${randomBytes(4).toString('hex')}`;
    try {
      // eslint-disable-next-line @typescript-eslint/require-await -- a session takes pieces as they come
      async function* trial() {
        yield new TextEncoder().encode('trial\n');
      }
      await session.write(`${name}.part`, 0, trial());
      await session.rename(`${name}.part`, name);
      try {
        await session.remove(name);
      } catch {
        return ` (${name} stays: it may not be removed there)`;
      }
      return '';
    } finally {
      await session.close();
    }
  }
}

function filesText({ template, sheet, assets }: CheckedJob['design']): string {
  const others = `${assets.size} font${assets.size === 1 ? '' : 's'} and images`;
  return `template ${template.value.name} with ${others}, sheet ${sheet.value.name}, profile`;
}

/** Bytes for people. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? ''}`;
}
