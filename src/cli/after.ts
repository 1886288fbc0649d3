// The commands that come after the handoff, as the command line knows them.
import type { Command } from 'commander';
import { acknowledgeCommand } from './acknowledge-command.ts';
import { type ActivateFlags, activateCommand } from './activate-command.ts';
import type { Call } from './call.ts';
import type { OrderCommandFlags } from './order.ts';
import { type ArchiveFlags, archiveCommand } from './archive-command.ts';
import { type AuditFlags, auditCommand } from './audit-command.ts';
import { type ApproveFlags, approveCommand } from './approve-command.ts';
import { type PurgeFlags, purgeCommand } from './purge-command.ts';
import { type ReconcileFlags, reconcileCommand } from './reconcile-command.ts';
import { reissueCommand } from './reissue-command.ts';
import { replaceCommand } from './replace-command.ts';
import { reprintCommand } from './reprint-command.ts';
import { voidCommand } from './void-command.ts';

const LIST = 'serials, ranges, boxes: 17,20-25,box:3; or missing, spoiled, unused';

export function addAfterCommands(program: Command, call: () => Call): void {
  program
    .command('approve <job>')
    .description('show what would be made, and keep a person’s yes to exactly that')
    .option('--yes', 'where the job names no approvers')
    .option('--key <file>', 'an approver’s secret key, minisign or OpenPGP')
    .option('--signature <file>', 'an approver’s signature over the statement')
    .option('--sheet <sheet>', 'as a supplement for another manufacturer would be made')
    .option('--press <profile>', 'another press')
    .option('--seal <key...>', 'another manufacturer’s keys')
    .option('--to <target>', 'another place')
    .option('--output <dir>', 'the output folder')
    .action((job: string, options: ApproveFlags) => approveCommand(job, options, call()));
  program
    .command('audit <run>')
    .description('hold a run’s records against themselves, as a page to file')
    .option('--platform', 'look every card up, too')
    .option('--output <dir>', 'the output folder')
    .action((run: string, options: AuditFlags) => auditCommand(run, options, call()));
  program
    .command('purge [run]')
    .description('destroy the secrets of a closed run, or of all that are past their retention')
    .option('--proofs', 'the key of the commitments, too')
    .option('--force', 'though it is not closed; with a --reason')
    .option('--reason <text>', 'why, for the certificate')
    .option('--output <dir>', 'the output folder')
    .action((run: string | undefined, options: PurgeFlags) => purgeCommand(run, options, call()));
  program
    .command('archive <run>')
    .description('a closed and purged run as one file')
    .option('--to <file>', 'default: .archive/RUN.tar.gz in the output folder')
    .option('--output <dir>', 'the output folder')
    .action((run: string, options: ArchiveFlags) => archiveCommand(run, options, call()));
  program
    .command('acknowledge <run> [target]')
    .description('the manufacturer has it')
    .option('--job <file>', 'the job file, where it has been moved')
    .option('--output <dir>', 'the output folder')
    .action((run: string, target: string | undefined, options: { job?: string; output?: string }) =>
      acknowledgeCommand(run, target, options, call()),
    );
  program
    .command('reconcile <run> <file>')
    .description('take the manufacturer’s return file into the books')
    .option('--columns <map>', 'what the file calls the columns: serial=Number,result=Status')
    .option('--partial', 'cards that the file leaves out are reported later')
    .option('--output <dir>', 'the output folder')
    .action((run: string, file: string, options: ReconcileFlags) =>
      reconcileCommand(run, file, options, call()),
    );
  program
    .command('void <run>')
    .description('delete cards at the platform, confirmed by looking')
    .option('--cards <list>', LIST)
    .option('--reason <text>', 'why, for the books')
    .option('--output <dir>', 'the output folder')
    .action((run: string, options: OrderCommandFlags) => voidCommand(run, options, call()));
  printing(
    program.command('reprint <run>'),
    'the same cards once more, from the vault: spoiled and destroyed ones',
  ).action((run: string, options: OrderCommandFlags) => reprintCommand(run, options, call()));
  printing(
    program.command('replace <run>'),
    'lost or stolen cards: void them, and make as many under fresh ids',
  ).action((run: string, options: OrderCommandFlags) => replaceCommand(run, options, call()));
  printing(program.command('reissue <run>'), 'the same ids with new codes')
    .option('--destroyed', 'the old cards are destroyed: their tokens cannot be revoked')
    .action((run: string, options: OrderCommandFlags) => reissueCommand(run, options, call()));
  program
    .command('activate <run>')
    .description('make good cards good for money')
    .option('--cards <list>', LIST)
    .requiredOption('--amount <amount>', 'for each card, in major units: 500.00')
    .requiredOption('--currency <code>', 'NOK, SEK, DKK, EUR, USD')
    .option('--sample', 'cards for a test, before they are reported')
    .option('--confirm <sum>', 'P accounts: count and total, 500x25000.00')
    .option('--customer-id <id>', 'told to the platform, as are the following')
    .option('--name <name>')
    .option('--originated-by <who>')
    .option('--active-from <moment>')
    .option('--expires-at <moment>')
    .option('--metadata <json>')
    .option('--output <dir>', 'the output folder')
    .action((run: string, options: ActivateFlags) => activateCommand(run, options, call()));

  function printing(command: Command, description: string): Command {
    return command
      .description(description)
      .option('--cards <list>', LIST)
      .option('--reason <text>', 'why, for the books')
      .option('--sheet <sheet>', 'another sheet, for another manufacturer')
      .option('--press <profile>', 'another press')
      .option('--seal <key...>', 'another manufacturer’s keys')
      .option('--to <target>', 'another place: a folder, or a YAML file of targets')
      .option('--output <dir>', 'the output folder');
  }
}
