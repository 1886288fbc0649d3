// cardpress reconcile: what became of the cards, by the manufacturer's return file.
import { countText } from '../base/count.ts';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { type Family, membersOf } from '../pipeline/family.ts';
import { conclude, familyAt, isToBeClosed, notedBy, whyNotClosed } from '../pipeline/orders.ts';
import { idOf } from '../plan/plan.ts';
import { count } from '../settle/reconcile.ts';
import { type ReturnRecord, nextNumber, writeRecord } from '../settle/records.ts';
import { mostBytes, parseColumns, parseReturn } from '../settle/return-file.ts';
import { offers } from '../settle/rules.ts';
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
  const { folder } = (await familyAt(desk.family.root.plan.run, desk)).root;
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

function stateText(family: Family): string {
  if (family.root.book.purged) return 'closed, and purged';
  if (isToBeClosed(family)) return 'open: its closing was cut off; cardpress tend notes it';
  const why = whyNotClosed(family);
  return why === undefined ? 'closed' : `open: ${why}`;
}

/** The books of a run as people read them, with what is to be done next. */
export function booksText(family: Family): string {
  const { root, supplements, settlement, cards } = family;
  const { made, good, spoiled, missing, unusedOvers, notYetReported, ordered, short, voided, orphaned } =
    settlement;
  const rows = [
    [
      'made',
      `${made} = ${good} good + ${spoiled} spoiled + ${missing} missing + ${unusedOvers} unused overs + ${notYetReported} not yet reported`,
    ],
    ...(voided + orphaned > 0
      ? [['gone', `${voided} voided, ${orphaned} that the platform would not delete`]]
      : []),
    ['order', `${good} of ${ordered} good${short > 0 ? `, ${short} short` : ''}`],
    ...supplements.map((one, index) => [
      index === 0 ? 'also' : '',
      `${one.plan.run}: ${one.plan.supplement?.kind ?? ''} of ${countText(one.plan.cards.ordered, 'card')}`,
    ]),
    ...(family.open === undefined ? offers(root.plan.run, settlement, cards) : []).map((line, index) => [
      index === 0 ? 'offered' : '',
      line,
    ]),
    ['state', stateText(family)],
  ];
  return `${root.plan.run}\n\n${rows.map(([key = '', value = '']) => `  ${key.padEnd(10)}${value}`).join('\n')}\n`;
}
