// The command line: a table of commands, one place where errors are printed, and the exit code.
import { text } from 'node:stream/consumers';
import { Command, CommanderError } from 'commander';
import { asFailure, hasCode } from '../base/failure.ts';
import { silent } from '../base/log.ts';
import { addAfterCommands } from './after.ts';
import type { Call } from './call.ts';
import { checkCommand } from './check-command.ts';
import { deliverCommand } from './deliver-command.ts';
import { demoCommand } from './demo-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { initCommand } from './init-command.ts';
import { jsonLog } from './json-log.ts';
import { keygenCommand } from './keygen-command.ts';
import { type PreviewFlags, previewCommand } from './preview-command.ts';
import { probeCommand } from './probe-command.ts';
import { proveCommand } from './prove-command.ts';
import { rekeyCommand } from './rekey-command.ts';
import { type ResolveFlags, resolveCommand } from './resolve-command.ts';
import { type RunOptions, runCommand } from './run-command.ts';
import { sandboxCommand } from './sandbox-command.ts';
import { type ScheduleOptions, scheduleCommand } from './schedule-command.ts';
import { schemaCommand } from './schema-command.ts';
import { statusCommand } from './status-command.ts';
import { type TendOptions, tendCommand } from './tend-command.ts';
import { verifyCommand } from './verify-command.ts';
import { version } from './version.ts';

const stop = new AbortController();
let signalled: 'SIGINT' | 'SIGTERM' | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal is a person who does not want to wait for the answer on its way.
    if (signalled !== undefined) process.exit(signal === 'SIGINT' ? 130 : 143);
    signalled = signal;
    stop.abort();
  });
}
// A terminal that hangs up stops it as SIGTERM does. It is no person, and comes with other signals: it never hurries.
process.on('SIGHUP', () => {
  stop.abort();
});
// Nobody reads any more what is said: that is no reason to drop an answer on its way.
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: unknown) => {
  // A result that a full disk did not take is no success.
  if (!hasCode(error, 'EPIPE', 'EIO')) process.exitCode ??= asFailure(error).exitCode;
});

const program = new Command('cardpress')
  .description('Prints gift cards: from the platform’s batch endpoint to what the card manufacturer prints.')
  .version(version)
  .option('--json', 'events as JSON lines on stdout')
  .option('--quiet', 'no progress')
  .exitOverride()
  .configureOutput({ writeErr: () => undefined });

const call = (): Call => {
  const { json, quiet } = program.opts<{ json?: boolean; quiet?: boolean }>();
  const bars = process.stderr.isTTY && quiet !== true && json !== true && process.env.CI === undefined;
  return {
    terminal: {
      out: (text) => void (json === true ? process.stderr : process.stdout).write(text),
      err: (text) => {
        if (quiet !== true) process.stderr.write(text);
      },
      bars: bars ? process.stderr : undefined,
    },
    env: process.env,
    log: json === true ? jsonLog() : silent,
    stopping: stop.signal,
  };
};

program
  .command('init <dir>')
  .description('a working folder to start from: job, template, artwork')
  .action((dir: string) => initCommand(dir, call()));
program
  .command('keygen')
  .description('make the key that seals the vault')
  .option('--backup <recipient...>', 'age recipients who can open the vault too')
  .action((options: { backup?: string[] }) => keygenCommand(options.backup ?? [], call()));
program
  .command('rekey <key>')
  .description('seal the keys of all runs to a new operator’s key')
  .option('--output <dir>', 'the output folder')
  .action((key: string, options: { output?: string }) => rekeyCommand(key, options, call()));
program
  .command('resolve <run>')
  .description('decide what becomes of a batch in doubt')
  .requiredOption('--batch <n>', 'its number')
  .requiredOption('--as <how>', 'replace or reissue')
  .option('--output <dir>', 'the output folder')
  .action((run: string, options: ResolveFlags) => resolveCommand(run, options, call()));
program
  .command('check <job|template>')
  .description('everything that can be known before a card exists')
  .action((path: string) => checkCommand(path, call()));
program
  .command('doctor <job>')
  .description('can everything that a job needs be reached and read now')
  .option('--output <dir>', 'the output folder')
  .action((job: string, options: { output?: string }) => doctorCommand(job, options, call()));
program
  .command('preview [template]')
  .description('specimen PDF and pictures of card and sheet')
  .option('--out <dir>', 'where to write them')
  .option('--sheet <sheet>', 'the sheet to show it on')
  .option('--dpi <n>', 'of the pictures, default 300')
  .option('--data <file>', 'a record to show: token, pin, card_id, serial')
  .option('--worst', 'show the longest texts and codes that may come')
  .option('--live', 'a page that redraws on save')
  .option('--port <n>', 'the page’s, default any that is free')
  .action((template: string | undefined, options: PreviewFlags) => previewCommand(template, options, call()));
program
  .command('run <job>')
  .description('continue the job’s open run, or make one')
  .option('--run <name>', 'the run to continue or make')
  .option('--new', 'make another run beside an open or complete one')
  .option('--retry', 'print volumes anew that did not read back')
  .option('--output <dir>', 'the output folder')
  .option('--metrics <file>', 'write a text file for Prometheus when it ends')
  .action(async (job: string, options: RunOptions) => {
    await runCommand(job, options, call());
  });
program
  .command('probe <job>')
  .description('find out on a T account what the platform’s documents leave open')
  .option('--output <dir>', 'the output folder')
  .action((job: string, options: { output?: string }) => probeCommand(job, options, call()));
program
  .command('status [run]')
  .description('runs, what each has done and will do next')
  .option('--output <dir>', 'the output folder')
  .action((run: string | undefined, options: { output?: string }) => statusCommand(run, options, call()));
program
  .command('verify <run|handoff>')
  .description('read the finished PDFs back and compare')
  .option('--output <dir>', 'the output folder')
  .action((what: string, options: { output?: string }) => verifyCommand(what, options, call()));
program
  .command('deliver <run>')
  .description('a packed handoff to the job’s targets')
  .option('--again', 'send it once more, though it was sent or may have been')
  .option('--received', 'the manufacturer has what may have been fetched: note it, and send nothing')
  .option('--job <file>', 'the job file, where it has been moved')
  .option('--output <dir>', 'the output folder')
  .action((run: string, options: { again?: boolean; received?: boolean; job?: string; output?: string }) =>
    deliverCommand(run, options, call()),
  );
program
  .command('prove <run>')
  .description('open one card’s commitment, or check a card in hand')
  .option('--card <serial>', 'the card')
  .option('--check', 'token and PIN of a card in hand come on standard input, a line each')
  .option('--output <dir>', 'the output folder')
  .action((run: string, options: { card?: string; check?: boolean; output?: string }) =>
    proveCommand(run, options, call(), () => text(process.stdin)),
  );
program
  .command('schema <name>')
  .description('a JSON Schema: job, template, sheet, press, manifest')
  .action((name: string) => {
    schemaCommand(name, call());
  });
program
  .command('schedule <job...>')
  .description('run jobs at their times, in one process that stays')
  .option('--list', 'show the next times, and run nothing')
  .option('--output <dir>', 'the output folder')
  .option('--metrics <file>', 'write a text file for Prometheus after each run')
  .action((jobs: string[], options: ScheduleOptions) => scheduleCommand(jobs, options, call()));
program
  .command('tend')
  .description('what is due across runs: deliveries, acknowledgements, purges, reminders')
  .option('--output <dir>', 'the output folder')
  .option('--metrics <file>', 'write a text file for Prometheus')
  .action((options: TendOptions) => tendCommand(options, call()));
program
  .command('sandbox')
  .description('a stand-in of the platform on this machine')
  .option('--port <n>', 'default 4010')
  .option('--faults <file>', 'YAML: what goes wrong, and when')
  .option('--books <file>', 'go on from these books, and keep them here')
  .option('--seed <text>', 'the same seed gives the same codes')
  .action((options: { port?: string; faults?: string; books?: string; seed?: string }) =>
    sandboxCommand(options, call()),
  );
program
  .command('demo')
  .description('a whole run against the sandbox')
  .option('--port <n>', 'the sandbox’s port; any free one, or that of the run which is continued')
  .action((options: { port?: string }) => demoCommand(options, call()));
addAfterCommands(program, call);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Called without a command: what there is. Commander's own printing of it is off, with that of its errors.
    if (error.code === 'commander.help') {
      console.error(program.helpInformation().trimEnd());
      return 2;
    }
    console.error(
      `cardpress: ${error.message.replace(/^error: /, '')}\n(cardpress --help lists the commands)`,
    );
    return 2;
  }
  const failure = asFailure(error);
  if (program.opts<{ json?: boolean }>().json === true) {
    jsonLog().emit({ event: 'failed', kind: failure.kind, message: failure.message });
  }
  console.error(`cardpress: ${failure.message}`);
  return failure.kind === 'interrupted' && signalled !== 'SIGINT' ? 143 : failure.exitCode;
}
