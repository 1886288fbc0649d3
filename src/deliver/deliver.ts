// One handoff to one target: whole or not at all, and never a second time by itself. Files arrive under
// temporary names; `.done` gets its name last, and the receipt `closing` is written just before, so that a
// crash in between can be told from one before and from one after.
import { createHash } from 'node:crypto';
import { dirname, posix } from 'node:path';
import { Failure, asFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { parseSums } from '../pack/check-handoff.ts';
import { digest } from '../pack/place.ts';
import { type Plan, isTestRun } from '../plan/plan.ts';
import { type Receipt, readDeliveries, writeReceipt } from './receipt.ts';
import type { Session, Target } from './target.ts';

export interface DeliverTools {
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly log: Log;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly openSession: (target: Target) => Promise<Session>;
}

/** The folder that a run gets at each target. */
export function folderAtTarget(plan: Plan): string {
  return `${plan.run}${isTestRun(plan) ? '_TEST' : ''}`;
}

/** Connections that are tried; between them 1, 2, 4 … seconds. */
const TRIES = 6;

/** Requests run side by side: what lies this far before the end of a broken upload may have holes. */
const GO_BACK = 4 * 1024 * 1024;

/**
 * Brings a packed handoff to a target, or finds that it is there.
 * @param again sends it once more though it was sent, or may have been
 * @throws Failure of kind `doubt` where the manufacturer may have it already
 */
export async function deliver(target: Target, again: boolean, tools: DeliverTools): Promise<void> {
  const { plan, folder, log, now } = tools;
  const state = (await readDeliveries(folder)).get(target.name);
  if (state?.reached === 'done' && !again) return;
  const isNew = state === undefined || (again && state.reached !== 'begun');
  const sums = await folder.read(names.handoff('SHA256SUMS'));
  const files = await filesOf(folder, sums);
  const delivery = (state?.delivery ?? 0) + (isNew ? 1 : 0);
  const receipt: Receipt = {
    target: target.name,
    shown: target.shown,
    delivery,
    at: now().toISOString(),
    sums: createHash('sha256').update(sums).digest('hex'),
    again: again || delivery > 1,
  };
  if (isNew) await writeReceipt(folder, 'begun', receipt);
  log.emit({ event: 'delivery.begun', target: target.name, delivery });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sendOnce();
      return;
    } catch (error) {
      const failure = asFailure(error);
      if (failure.kind !== 'unavailable' || attempt === TRIES) throw error;
      const seconds = 2 ** (attempt - 1);
      log.emit({ event: 'waiting', what: failure.message, seconds });
      await tools.sleep(seconds * 1000);
    }
  }

  async function sendOnce(): Promise<void> {
    const session = await tools.openSession(target);
    try {
      const root = folderAtTarget(plan);
      // Also after a connection that broke between `closing` and `.done`: that is as a crash there.
      if ((await readDeliveries(folder)).get(target.name)?.reached === 'closing')
        await settleClosing(session, root, target);
      else {
        await openRoot(session, root, files, receipt, target);
        for (const file of files) await sendFile(session, root, file, target, tools);
        await sendFile(session, root, doneFile(plan.run), target, tools, 'stay');
        await writeReceipt(folder, 'closing', { ...receipt, at: now().toISOString() });
        await session.rename(`${root}/${partOf('.done')}`, `${root}/.done`);
      }
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const sent = { files: files.length, bytes };
      const { readBack } = target;
      await writeReceipt(folder, 'done', { ...receipt, at: now().toISOString(), ...sent, readBack });
      log.emit({ event: 'delivery.done', target: target.name, ...sent });
    } finally {
      await session.close();
    }
  }
}

/**
 * Notes by a person's word that the manufacturer has what was being closed when the program was cut off.
 * Silent where the target is not in that doubt.
 */
export async function noteReceived(target: Target, { folder, now, log }: DeliverTools): Promise<void> {
  const state = (await readDeliveries(folder)).get(target.name);
  if (state?.reached !== 'closing') return;
  const begun = (await folder.readJson(names.receipt(target.name, state.delivery, 'begun'))) as Receipt;
  await writeReceipt(folder, 'done', { ...begun, at: now().toISOString(), received: true });
  log.emit({ event: 'delivery.received', target: target.name });
}

/** Where a run goes that was cut off while closing: only what lies there can tell. */
async function settleClosing(session: Session, root: string, { shown }: Target): Promise<void> {
  if ((await session.size(`${root}/.done`)) !== undefined) return;
  // Its bytes were there before `closing` was noted: still there, it never got its name.
  if ((await session.size(`${root}/${partOf('.done')}`)) !== undefined) {
    await session.rename(`${root}/${partOf('.done')}`, `${root}/.done`);
    return;
  }
  throw new Failure('doubt', {
    message: `${shown}: ${root} was being closed when the program was cut off, and .done is not there: it may have been fetched`,
    hint: 'ask the manufacturer; if they have it: cardpress deliver RUN --received; if not: --again',
  });
}

async function openRoot(
  session: Session,
  root: string,
  files: readonly HandoffFile[],
  { again }: Receipt,
  { shown }: Target,
): Promise<void> {
  if ((await session.size(`${root}/.done`)) !== undefined) {
    if (!again) {
      throw new Failure('doubt', {
        message: `${shown} holds a finished ${root} that this run has no receipt for: nothing was sent`,
        hint: 'was the run folder restored from a copy? to send it once more: cardpress deliver RUN --again',
      });
    }
    // Sent again: nobody may take the folder while it is being written.
    await session.remove(`${root}/.done`);
  }
  // What was said of an earlier sending is not said of this one. Before there is a .done, nobody acknowledges.
  if ((await session.size(`${root}/.ack`)) !== undefined) await session.remove(`${root}/.ack`);
  const folders = new Set(files.map(({ file }) => dirname(file)).filter((folder) => folder !== '.'));
  await session.makeFolder(root);
  for (const folder of folders) await session.makeFolder(`${root}/${folder}`);
}

interface HandoffFile {
  /** Relative to the handoff folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Undefined: read from the handoff. */
  readonly content?: Uint8Array;
}

/** The files of a handoff in the order of sending: the list of checksums and what signs it come last. */
async function filesOf(folder: RunFolder, sums: Uint8Array): Promise<readonly HandoffFile[]> {
  const listed = parseSums(new TextDecoder().decode(sums));
  if (listed === undefined) throw new Failure('mismatch', `${folder.name}/handoff/SHA256SUMS is damaged`);
  const files: HandoffFile[] = [];
  for (const [file, sha256] of listed) {
    const bytes = await folder.size(names.handoff(file));
    if (bytes === undefined) throw new Failure('mismatch', `${folder.name}/handoff/${file} is missing`);
    files.push({ file, sha256, bytes });
  }
  const signatures = (await folder.list('handoff')).filter((name) => /\.(asc|minisig)$/.test(name));
  for (const file of [...signatures.filter((name) => !listed.has(name)), 'SHA256SUMS']) {
    const content = await folder.read(names.handoff(file));
    files.push(inMemory(file, content));
  }
  return files;
}

const doneFile = (run: string) => inMemory('.done', new TextEncoder().encode(`${run}\n`));

function inMemory(file: string, content: Uint8Array): HandoffFile {
  return {
    file,
    content,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}

/** `stay` leaves the file under its temporary name. */
async function sendFile(
  session: Session,
  root: string,
  { file, bytes, sha256, content }: HandoffFile,
  { shown, readBack }: Target,
  { folder }: DeliverTools,
  rename: 'rename' | 'stay' = 'rename',
): Promise<void> {
  const to = `${root}/${file}`;
  const part = `${root}/${posix.join(dirname(file), partOf(posix.basename(file)))}`;
  const isRight = async (path: string) => {
    const size = await session.size(path);
    if (readBack === 'none') return size === undefined ? undefined : size === bytes;
    return size === bytes && (await digest(session.read(path))).sha256 === sha256;
  };
  if (rename === 'rename' && (await isRight(to)) === true) return;
  const there = session.resumes ? ((await session.size(part)) ?? 0) : 0;
  const from = there > bytes ? 0 : Math.max(0, there - GO_BACK);
  const hash = createHash('sha256');
  async function* rest() {
    let at = 0;
    for await (const piece of content === undefined ? folder.stream(names.handoff(file)) : [content]) {
      hash.update(piece);
      if (at + piece.length > from) yield piece.subarray(Math.max(0, from - at));
      at += piece.length;
    }
  }
  await session.write(part, from, rest());
  if (hash.digest('hex') !== sha256) {
    await session.remove(part);
    throw new Failure('mismatch', `${folder.name}/handoff/${file} is not what SHA256SUMS says: not sent`);
  }
  // Undefined: a box for writing alone, which the job says it is.
  if ((await isRight(part)) === false) {
    await session.remove(part);
    throw new Failure('unavailable', `${shown}: ${file} did not arrive as it was sent`);
  }
  if (rename === 'rename') await session.rename(part, to);
}

const partOf = (name: string) => `.${name}.part`;
