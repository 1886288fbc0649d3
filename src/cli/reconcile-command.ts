// cardpress reconcile: what became of the cards, by the manufacturer's return file.
import { countText } from '../base/count.ts';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { conclude, whyNotClosed } from '../pipeline/closing.ts';
import { membersOf } from '../pipeline/family.ts';
import { notedBy } from '../pipeline/orders.ts';
import { idOf } from '../plan/plan.ts';
import { count } from '../settle/reconcile.ts';
import { type ReturnRecord, nextNumber, writeRecord } from '../settle/records.ts';
import { mostBytes, parseColumns, parseReturn } from '../settle/return-file.ts';
import { booksText } from './books-text.ts';
import type { Call } from './call.ts';
import { type Desk, atDesk } from './desk.ts';

export interface ReconcileFlags {
  /** `serial=Number,result=Status` */
  readonly columns?: string;
  readonly partial?: boolean;
  readonly output?: string;
}

export async function reconcileCommand(
  name: string,
  path: string,
  flags: ReconcileFlags,
  call: Call,
): Promise<void> {
  const size = await nodeDisk.size(path);
  if (size === undefined) throw badInput(`${path}: there is no such file`);
  const renamed = flags.columns === undefined ? new Map() : parseColumns(flags.columns);
  await atDesk(name, flags, call, { platform: false, key: false }, async (desk) => {
    const { family } = desk;
    const member = membersOf(family).find(({ plan }) => plan.run === name);
    if (member === undefined) throw badInput(`there is no run ${name}`);
    const { plan } = member;
    if (!member.ledger.complete)
      throw badInput(`${name} is not complete: nothing of it can have come back`, {
        hint: 'cardpress status says what it waits for',
      });
    if (family.open !== undefined) throw badInput(whyNotClosed(family) ?? '');
    const file = basename(path);
    const bytes = await readReturn(path, size, family.cards.size);
    const rows = parseReturn(bytes, file, renamed, (serial) => idOf(plan, serial), family.cards.size);
    const { changes, ...counted } = count(rows, file, plan, family.cards, flags.partial === true);
    if (changes) await note({ ...counted, run: name, file }, bytes, desk);
    const after = await conclude(name, desk);
    call.terminal.out(`${changes ? '' : `${file} says nothing new\n`}${booksText(after)}`);
  });
}

/** The whole file, where it is of a size that a return file of so many cards can have. */
async function readReturn(path: string, size: number, cards: number): Promise<Uint8Array> {
  if (size > mostBytes(cards))
    throw badInput(
      `${path} has ${size} bytes: a return file of ${countText(cards, 'card')} has ${mostBytes(cards)} at most`,
    );
  const bytes = await nodeDisk.read(path);
  if (bytes === undefined) throw badInput(`${path}: there is no such file`);
  return bytes;
}

async function note(
  counted: Pick<ReturnRecord, 'run' | 'file' | 'good' | 'spoiled' | 'missing'>,
  bytes: Uint8Array,
  desk: Desk,
): Promise<void> {
  const { folder } = desk.family.root;
  const number = await nextNumber(folder);
  const record: ReturnRecord = {
    ...notedBy(number, desk),
    ...counted,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  await folder.makeExtra('books');
  await folder.replace(names.returnFile(number), bytes);
  await writeRecord(folder, names.book(number, 'return'), record);
  desk.log.emit({
    event: 'return.taken',
    number,
    good: record.good.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    spoiled: record.spoiled.length,
    missing: record.missing.length,
  });
}
