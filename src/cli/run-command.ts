// cardpress run: a job to its handoff.
import { relative } from 'node:path';
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { thisProcess } from '../base/lock.ts';
import { readOperatorKey } from '../pipeline/keys.ts';
import { type Ledger, LedgerReader } from '../pipeline/ledger.ts';
import { withRun } from '../pipeline/prepare.ts';
import type { Run } from '../pipeline/runs.ts';
import { layoutOf } from '../pipeline/tools.ts';
import { isRunOf, lastDue } from '../plan/cron.ts';
import { cardCount, volumesOf } from '../plan/plan.ts';
import { type Call, clockOf } from './call.ts';
import { apiUrl, outputPath, reader, signPassphrase } from './environment.ts';
import { accessOf, makeRun } from './make-run.ts';
import { Stages } from './stages.ts';
import { labelled } from './table.ts';
import { type Outcome, watched } from './watched.ts';

export interface RunOptions {
  readonly run?: string;
  readonly new?: boolean;
  readonly retry?: boolean;
  readonly output?: string;
  readonly metrics?: string | undefined;
  /** The name of the run that is due, where it is not the job's last. */
  readonly due?: string | undefined;
}

/** @returns how it went, where it did not fail */
export async function runCommand(jobPath: string, options: RunOptions, call: Call): Promise<Outcome> {
  const output = outputPath(call.env, options.output);
  return watched({ jobPath, output, metrics: options.metrics }, call, async (outcome, { name, schedule }) => {
    const { cron, timezone } = schedule ?? {};
    const due =
      options.due ??
      (cron === undefined ? undefined : lastDue(name, { cron, timezone }, clockOf(call)())?.run);
    do await continueOrMake(jobPath, { ...options, due }, call, outcome);
    while (
      // A night that failed was made up for; what is due since has its own run.
      due !== undefined &&
      outcome.isWell === true &&
      !isRunOf(due, outcome.run ?? due) &&
      options.run === undefined &&
      options.new !== true
    );
  });
}

async function continueOrMake(
  jobPath: string,
  options: RunOptions,
  call: Call,
  outcome: Outcome,
): Promise<void> {
  outcome.isWell = false;
  outcome.run = undefined;
  const { env, terminal } = call;
  const now = clockOf(call);
  const access = await accessOf(env);
  const self = await thisProcess(nodeDisk, process.pid, now());
  const ended = await withRun(
    {
      jobPath,
      output: outputPath(env, options.output),
      origin: apiUrl(env),
      fresh: options.new === true,
      due: options.due,
      ...(options.run !== undefined && { run: options.run }),
    },
    {
      reader,
      operator: await readOperatorKey(nodeDisk, access.key),
      self,
      now,
      passphrase: await signPassphrase(env),
      sftp: access.sftp,
      layoutOf,
    },
    async (open) => {
      const { folder, plan } = open.run;
      outcome.run = plan.run;
      const stages = new Stages();
      await makeRun(open, access, { self, stages, retry: options.retry === true }, call);
      const ledger = await new LedgerReader(folder, plan).read();
      outcome.isWell = true;
      const targets = open.targets.map(({ shown }) => shown);
      outcome.delivered = [...(outcome.delivered ?? []), { run: plan.run, targets }];
      terminal.out(summary(open.run, ledger, stages));
    },
  );
  outcome.run = ended.run.plan.run;
  if (ended.state === 'complete') {
    outcome.isWell = true;
    const { run, changed } = ended;
    terminal.out(`${run.plan.run} is complete: nothing to do\n`);
    if (changed.length > 0)
      terminal.out(`(the job has changed since: ${changed.join(', ')}; --new orders again)\n`);
  }
  if (ended.state === 'elsewhere') {
    const { holder, run } = ended;
    terminal.out(
      `${run.plan.run} is being made elsewhere: process ${holder.pid} on ${holder.host}, since ${holder.since}\n`,
    );
  }
}

function summary({ plan, folder }: Run, ledger: Ledger, stages: Stages): string {
  const passed = [...ledger.reports.values()].flat().filter((report) => report.passed);
  const sum = (key: 'symbols' | 'decoded') => passed.reduce((total, report) => total + report[key], 0);
  const volumes = volumesOf(plan);
  const sheets = volumes.reduce((sum, volume) => sum + volume.sheets, 0);
  const path = (name: string) => relative('.', `${folder.path}/handoff/${name}`);
  const rows = [
    ['cards', `${cardCount(plan)} (${plan.cards.ordered} ordered, ${plan.cards.overs} overs)`],
    ['volumes', `${volumes.length} on ${countText(sheets, 'sheet')}`],
    ['symbols', `${sum('decoded')} of ${sum('symbols')} read`],
    ['print', path('print/')],
    ['manifest', path('manifest.json')],
    ...stages.seconds.map(([name, seconds]) => [name, `${seconds.toFixed(1)} s`]),
  ];
  return `${plan.run} is complete\n\n${labelled(rows, 14)}\n`;
}
