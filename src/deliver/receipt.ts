// What a run folder notes of each delivery: begun, closing (just before `.done` gets its name), done.
import { type RunFolder, names } from '../base/run-folder.ts';

export type ReceiptKind = 'begun' | 'closing' | 'done';

export interface Receipt {
  readonly target: string;
  readonly shown: string;
  readonly delivery: number;
  readonly at: string;
  /** SHA-256 of SHA256SUMS: what was sent, in one number. */
  readonly sums: string;
  /** Sent by a person's word, though it had been sent or might have been. */
  readonly again: boolean;
  /** Noted as done by a person's word. */
  readonly received?: true;
  readonly files?: number;
  readonly bytes?: number;
  readonly readBack?: 'sha256' | 'none';
}

/** The last delivery to a target; a later one is only begun by a person's word. */
export interface DeliveryState {
  readonly delivery: number;
  readonly reached: ReceiptKind;
}

const NAME = /^(.+)\.(\d+)\.(begun|closing|done)\.json$/;
const ORDER: readonly ReceiptKind[] = ['begun', 'closing', 'done'];

/** Where each target stands, by its name, from the names in receipts/. */
export function deliveryStates(files: readonly string[]): ReadonlyMap<string, DeliveryState> {
  const states = new Map<string, DeliveryState>();
  for (const file of files) {
    const [, target = '', number = '', kind = ''] = NAME.exec(file) ?? [];
    if (target === '') continue;
    const found = { delivery: Number(number), reached: kind as ReceiptKind };
    const known = states.get(target);
    const isLater =
      known === undefined ||
      found.delivery > known.delivery ||
      (found.delivery === known.delivery && ORDER.indexOf(found.reached) > ORDER.indexOf(known.reached));
    if (isLater) states.set(target, found);
  }
  return states;
}

export async function readDeliveries(folder: RunFolder): Promise<ReadonlyMap<string, DeliveryState>> {
  return deliveryStates(await folder.list('receipts'));
}

export async function writeReceipt(folder: RunFolder, kind: ReceiptKind, receipt: Receipt): Promise<void> {
  const name = names.receipt(receipt.target, receipt.delivery, kind);
  await folder.write(name, `${JSON.stringify(receipt, null, 2)}\n`);
}

/** Notes that every target of the job has the handoff; from then on the run is complete. */
export async function writeComplete(folder: RunFolder, targets: readonly string[], now: Date): Promise<void> {
  await folder.write(names.complete, `${JSON.stringify({ at: now.toISOString(), targets }, null, 2)}\n`);
}
