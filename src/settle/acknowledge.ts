// The manufacturer has it: by a file .ack that it put beside .done, or by a person's word. Noted once for each
// delivery.
import { basename } from 'node:path';
import { Failure, badInput } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { type DeliverTools, folderAtTarget } from '../deliver/deliver.ts';
import { type Receipt, deliveryStates, readDeliveries } from '../deliver/receipt.ts';
import type { Target } from '../deliver/target.ts';

/** By the file `.ack` beside `.done`, or by a person's word. */
type How = 'file' | 'word';

export interface Acknowledgement {
  readonly target: string;
  readonly shown: string;
  readonly delivery: number;
  readonly at: string;
  readonly by: string;
  readonly how: How;
  /** SHA-256 of the SHA256SUMS that was delivered. */
  readonly sums: string;
  /** What the file says. */
  readonly said: string;
}

export type AckTools = DeliverTools & { readonly by: string };

const MOST_BYTES = 4096;

/**
 * Looks for the manufacturer's word at a target and notes it. A file that was noted stands; a person's word does not
 * keep a file from being looked at.
 * @returns how this delivery is acknowledged now, as it was first noted; undefined where it is not
 * @throws Failure of kind `mismatch` where the file names other checksums than those that were sent
 */
export async function fetchAcknowledgement(target: Target, tools: AckTools): Promise<How | undefined> {
  const { plan, folder, openSession } = tools;
  const receipt = await doneReceipt(target, tools);
  if (receipt === undefined) return undefined;
  const noted = await notedHow(receipt, folder);
  if (noted === 'file') return noted;
  const session = await openSession(target);
  let text: string;
  try {
    const path = `${folderAtTarget(plan)}/.ack`;
    const bytes = await session.peek(path, MOST_BYTES + 1);
    if (bytes === undefined) return noted;
    if (bytes.length > MOST_BYTES)
      throw new Failure(
        'mismatch',
        `${target.shown}: ${path} has more than ${MOST_BYTES} bytes: it is no acknowledgement`,
      );
    text = new TextDecoder().decode(bytes);
  } finally {
    await session.close();
  }
  const named = /\b[0-9a-f]{64}\b/i.exec(text)?.[0].toLowerCase();
  if (named !== undefined && named !== receipt.sums)
    throw new Failure(
      'mismatch',
      `${target.shown}: .ack names the checksum ${named}, SHA256SUMS that was sent has ${receipt.sums}`,
    );
  await write(receipt, 'file', text, tools);
  return noted ?? 'file';
}

async function notedHow(receipt: Receipt, folder: RunFolder): Promise<How | undefined> {
  if (!(await folder.has(nameOf(receipt)))) return undefined;
  return ((await folder.readJson(nameOf(receipt))) as Acknowledgement).how;
}

/** What is said of a target. */
export function acknowledgedText(how: How): string {
  return how === 'file' ? 'acknowledged, by its own file' : 'acknowledged, by a person’s word';
}

/** Deliveries that reached their target, the last to each, and that nobody has acknowledged. */
export async function unacknowledged(folder: RunFolder): Promise<readonly Receipt[]> {
  const files = await folder.list('receipts');
  const receipts: Receipt[] = [];
  for (const [target, { reached, delivery }] of deliveryStates(files)) {
    const acknowledged = names.receipt(target, delivery, 'acknowledged');
    if (reached === 'done' && !files.includes(basename(acknowledged)))
      receipts.push((await folder.readJson(names.receipt(target, delivery, 'done'))) as Receipt);
  }
  return receipts;
}

/** Notes a person's word. */
export async function acknowledge(target: Target, tools: AckTools): Promise<void> {
  const receipt = await doneReceipt(target, tools);
  if (receipt === undefined)
    throw badInput(`${tools.plan.run} is not delivered to ${target.shown} yet`, {
      hint: `cardpress deliver ${tools.plan.run} does`,
    });
  await write(receipt, 'word', '', tools);
}

async function doneReceipt({ name }: Target, { folder }: AckTools): Promise<Receipt | undefined> {
  const state = (await readDeliveries(folder)).get(name);
  if (state?.reached !== 'done') return undefined;
  return (await folder.readJson(names.receipt(name, state.delivery, 'done'))) as Receipt;
}

async function write(
  receipt: Receipt,
  how: How,
  text: string,
  { folder, now, by, log }: AckTools,
): Promise<void> {
  const { target, shown, delivery, sums } = receipt;
  const said = text
    .replaceAll(/[^\x20-\x7e\u00a0-\u024f]+/g, ' ')
    .trim()
    .slice(0, 200);
  const record: Acknowledgement = { target, shown, delivery, at: now().toISOString(), by, how, sums, said };
  if (await folder.write(nameOf(receipt), `${JSON.stringify(record, null, 2)}\n`))
    log.emit({ event: 'delivery.acknowledged', target, how });
}

const nameOf = ({ target, delivery }: Receipt) => names.receipt(target, delivery, 'acknowledged');
