// cardpress prove: opens the commitment of one card, so that anyone who holds the card can check that it is
// the one that was printed. Neither token nor PIN is shown, nor taken from the command line.
import { nodeDisk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { secret } from '../base/secret.ts';
import { commitmentOf, saltOf } from '../pack/commitment.ts';
import { openProofKey, readOperatorKey } from '../pipeline/keys.ts';
import { findRun } from '../pipeline/runs.ts';
import { idOf } from '../plan/plan.ts';
import { refuseDestroyed } from '../settle/purge.ts';
import type { Call } from './call.ts';
import { keyPath, outputPath } from './environment.ts';
import { labelled } from './table.ts';

export interface ProveFlags {
  /** The serial. */
  readonly card?: string;
  /** Reads token and PIN of a card in hand, a line each. */
  readonly check?: boolean;
  readonly output?: string;
}

export async function proveCommand(
  name: string,
  flags: ProveFlags,
  { env, terminal }: Call,
  standardInput: () => Promise<string>,
): Promise<void> {
  const { plan, folder } = await findRun(nodeDisk, outputPath(env, flags.output), name);
  if (flags.card === undefined) throw badInput('--card is missing: it names the serial of one card');
  const serial = Number(flags.card);
  if (!/^\d+$/.test(flags.card))
    throw badInput(`--card is ${JSON.stringify(flags.card)}: it must be the serial of one card`);
  const commitment = await committedTo(folder, serial);
  await refuseDestroyed(folder, names.proofKey, 'the key of its commitments is');
  const proof = await openProofKey(folder, await readOperatorKey(nodeDisk, keyPath(env)));
  const cardId = idOf(plan, serial);
  const salt = saltOf(cardId, proof);
  if (flags.check === true) {
    const [token = '', pin = ''] = (await standardInput()).split(/\r?\n/);
    if (token === '')
      throw badInput(
        'nothing came on standard input: --check reads the token and, where there is one, the PIN',
        {
          hint: `printf '%s\\n%s\\n' TOKEN PIN | cardpress prove ${plan.run} --card ${serial} --check`,
        },
      );
    const inHand = { serial, cardId, token: secret(token), ...(pin !== '' && { pin: secret(pin) }) };
    if (commitmentOf(inHand, salt) !== commitment)
      throw new Failure('mismatch', `this is not the token and PIN that card ${serial} was printed with`);
    terminal.out(`card ${serial} of ${plan.run} was printed with this token and PIN\n`);
    return;
  }
  const rows = [
    ['card', cardId],
    ['salt', Buffer.from(salt).toString('hex')],
    ['commitment', commitment],
  ];
  terminal.out(
    [
      `card ${serial} of ${plan.run}`,
      '',
      labelled(rows, 12),
      '',
      'The commitment is SHA-256 over the salt, then card id, token and PIN, each after its length in bytes',
      '(four bytes, the highest first; a card without a PIN has one of length 0). It stands in manifest.csv, which',
      'SHA256SUMS covers. To check a card in hand:',
      '',
      `  printf '%s\\n%s\\n' TOKEN PIN | cardpress prove ${plan.run} --card ${serial} --check`,
      '',
    ].join('\n'),
  );
}

/** The commitment of a serial, from the handoff's own manifest. */
async function committedTo(
  folder: Awaited<ReturnType<typeof findRun>>['folder'],
  serial: number,
): Promise<string> {
  const rows = new TextDecoder().decode(await folder.read(names.handoff('manifest.csv'))).split('\r\n');
  const row = rows.find((line) => line.startsWith(`${serial},`));
  const commitment = row?.slice(row.lastIndexOf(',') + 1);
  if (commitment === undefined) throw badInput(`run ${folder.name} printed no card with serial ${serial}`);
  return commitment;
}
