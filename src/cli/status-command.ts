// cardpress status: the runs of the output folder, what each has done and what it will do next.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { holderOf, thisProcess } from '../base/lock.ts';
import { names } from '../base/run-folder.ts';
import { accountsOf } from '../pipeline/accounts.ts';
import { type Family, familyAccounts, readFamily } from '../pipeline/family.ts';
import { LedgerReader } from '../pipeline/ledger.ts';
import { type Step, nextSteps } from '../pipeline/next.ts';
import { progressOf } from '../pipeline/progress.ts';
import { type Run, findRun, isAbandoned, listRuns } from '../pipeline/runs.ts';
import { readJob } from '../plan/read-job.ts';
import { booksText } from './books-text.ts';
import type { Call } from './call.ts';
import { outputPath, reader } from './environment.ts';
import { labelled } from './table.ts';

export async function statusCommand(
  name: string | undefined,
  options: { readonly output?: string },
  { terminal, env }: Call,
): Promise<void> {
  const output = outputPath(env, options.output);
  if (name !== undefined) {
    const run = await findRun(nodeDisk, output, name);
    const family = await readFamily(nodeDisk, output, run.plan.run);
    terminal.out((await statusPage(run, family)) + afterPage(family));
    return;
  }
  await refuseNoFolder(options.output);
  const lines = [];
  for (const run of await listRuns(nodeDisk, output)) lines.push(await statusLine(run));
  terminal.out(lines.length === 0 ? `no runs in ${output}\n` : lines.join(''));
}

/** A folder that was named and is none: a slip, and not an output folder without runs. */
async function refuseNoFolder(named: string | undefined): Promise<void> {
  if (named === undefined) return;
  if ((await nodeDisk.size(named)) === undefined)
    throw badInput(`--output is ${named}: there is no such folder`);
  if ((await nodeDisk.size(`${named}/.`)) === undefined)
    throw badInput(`--output is ${named}: that is no folder`);
}

/** Where the cards stand, once they are with the manufacturer. */
function afterPage(family: Family): string {
  return family.root.ledger.complete ? `\n${booksText(family)}` : '';
}

type Status = Awaited<ReturnType<typeof statusOf>>;

async function statusOf(run: Run) {
  const ledger = await new LedgerReader(run.folder, run.plan).read();
  const before = new Map([...ledger.attempts].map(([batch, attempts]) => [batch, attempts.length]));
  // Where the job file is gone, a stop that it would lift is shown as one.
  const job = await readJob(reader, run.plan.jobFile).catch(() => undefined);
  const maker = await holderOf(
    nodeDisk,
    run.folder.path,
    await thisProcess(nodeDisk, process.pid, new Date()),
  );
  return {
    maker,
    abandoned: await isAbandoned(run),
    purge: await purgeOf(run),
    ledger,
    progress: progressOf(run.plan, ledger),
    next: nextSteps(run.plan, ledger, {
      accept: job?.value.accept ?? [],
      recovery: job?.value.recovery ?? 'replace',
      before,
      retry: new Map(),
      inFlight: new Set(),
    }),
  };
}

/** How far the secrets of a run are destroyed. */
async function purgeOf({ folder }: Run): Promise<'none' | 'begun' | 'done'> {
  if (await folder.has(names.purged)) return 'done';
  return (await folder.has(names.purging)) ? 'begun' : 'none';
}

async function statusLine(run: Run): Promise<string> {
  const status = await statusOf(run);
  const { progress } = status;
  const cards = `${progress.cards.good}/${progress.cards.of} cards`;
  const volumes = `${progress.volumes.rendered}/${progress.volumes.of} volumes`;
  return `${run.plan.run.padEnd(28)}  ${cards.padEnd(20)}  ${volumes.padEnd(16)}  ${nextText(status)}\n`;
}

async function statusPage(run: Run, family: Family): Promise<string> {
  const { plan } = run;
  const status = await statusOf(run);
  const { ledger, progress, maker } = status;
  // The very numbers of the run's accounts.json.
  const isRoot = family.root.plan.run === plan.run;
  const accounts = isRoot ? familyAccounts(family) : accountsOf(plan, ledger);
  const rows = [
    ['job', plan.job],
    ['account', plan.account],
    ['platform', plan.origin],
    ['planned', plan.created],
    [
      'cards',
      `${progress.cards.good} of ${progress.cards.of} (${plan.cards.ordered} ordered, ${plan.cards.overs} overs)`,
    ],
    [
      'asked for',
      `${accounts.asked} = ${accounts.made} made + ${accounts.neverCreated} never created + ${accounts.voided} voided + ${accounts.orphaned} orphaned + ${accounts.inDoubt} in doubt`,
    ],
    ['volumes', `${progress.volumes.rendered} of ${progress.volumes.of} rendered`],
    ['read back', `${progress.read} of ${countText(progress.volumes.of, 'volume')}`],
    ...(maker === undefined
      ? []
      : [['made by', `process ${maker.pid} on ${maker.host}, since ${maker.since}`]]),
    ['next', nextText(status)],
    // What a purged run lacks was destroyed.
    ...(status.purge === 'none' ? status.next.stops.slice(1) : []).map((stop) => [
      '',
      `stopped: ${stop.message}`,
    ]),
  ];
  return `${plan.run}\n\n${labelled(rows, 10)}\n`;
}

function nextText({ next, ledger, abandoned, maker, purge }: Status): string {
  const { steps, stops } = next;
  if (abandoned) return 'given up: it made no card, and its job or platform was changed';
  if (purge === 'done') return 'purged';
  // What is in flight looks like doubt from outside.
  if (maker !== undefined) return purge === 'begun' ? 'being purged' : 'being made';
  if (purge === 'begun') return 'half purged: cardpress purge goes on';
  const [stop] = stops;
  if (stop !== undefined) return `stopped: ${stop.message}`;
  if (ledger.complete) return 'complete';
  const count = (what: Step['do'], one: string, many: string) => {
    const number = steps.filter((step) => step.do === what).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const parts = [
    ...count('ask', 'batch to ask for', 'batches to ask for'),
    ...count('read', 'answer to read', 'answers to read'),
    ...count('look', 'batch in doubt to look up', 'batches in doubt to look up'),
    ...count('reissue', 'batch to get new codes for', 'batches to get new codes for'),
    ...count('void', 'batch to void', 'batches to void'),
    ...count('sweep', 'last look for given-up cards', 'last looks'),
    ...count('render', 'volume to render', 'volumes to render'),
    ...count('verify', 'volume to read back', 'volumes to read back'),
    ...count('pack', 'handoff to pack', 'handoffs to pack'),
    // Which targets the job has now is not known here.
    ...(steps.some((step) => step.do === 'complete') ? ['the handoff to deliver'] : []),
  ];
  return parts.join(', ');
}
