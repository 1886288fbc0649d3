// Every path of a run, and the one way of writing there: once, durably, whole or not at all.
import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Disk, hasNoLinks } from './disk.ts';
import { Failure, diskFailure, hasCode } from './failure.ts';

export type Content = string | Uint8Array | AsyncIterable<Uint8Array>;

/** A second in all, at a claim that another writer has. */
const LOOKS_AT_A_CLAIM = 50;

const pad = (n: number, digits: number) => String(n).padStart(digits, '0');
const batchName = (batch: number, attempt: number) => `batches/${pad(batch, 4)}.${attempt}`;
const volumeName = (volume: number, attempt: number) => `${pad(volume, 3)}.${attempt}`;

/** The names in a run folder, relative to it. */
export const names = {
  plan: 'plan.json',
  runKey: 'key.age',
  proofKey: 'proof.age',
  accounts: 'accounts.json',
  events: 'events.jsonl',
  head: 'events.head.json',
  approval: 'approval.json',
  /** Of a run that made no card and never will. */
  abandoned: 'abandoned.json',
  swept: 'batches/swept.json',
  input: (name: string) => `inputs/${name}`,
  asked: (batch: number, attempt: number) => `${batchName(batch, attempt)}.asked.json`,
  answer: (batch: number, attempt: number) => `${batchName(batch, attempt)}.age`,
  cards: (batch: number, attempt: number) => `${batchName(batch, attempt)}.cards.json`,
  looked: (batch: number, attempt: number) => `${batchName(batch, attempt)}.looked.json`,
  /** The sealed answer with one card's new token or PIN. */
  reissue: (batch: number, attempt: number, serial: number, what: 'token' | 'pin') =>
    `${batchName(batch, attempt)}.${serial}.${what}.age`,
  reissued: (batch: number, attempt: number) => `${batchName(batch, attempt)}.reissued.json`,
  resolved: (batch: number, attempt: number) => `${batchName(batch, attempt)}.resolved.json`,
  voided: (batch: number, attempt: number) => `${batchName(batch, attempt)}.voided.json`,
  volume: (volume: number, attempt: number) => `volumes/${volumeName(volume, attempt)}.pdf.age`,
  report: (volume: number, attempt: number) => `reports/${volumeName(volume, attempt)}.json`,
  handoff: (name: string) => `handoff/${name}`,
  /** What was sealed into a file of the handoff. */
  sealed: (name: string) => `sealed/${name.replaceAll('/', '_')}.json`,
  done: 'handoff/.done',
  /** What was noted after the handoff: `what` is return, void, activate … */
  book: (number: number, what: string) => `books/${pad(number, 4)}.${what}.json`,
  /** A return file as it came. */
  returnFile: (number: number) => `books/${pad(number, 4)}.return.csv`,
  closed: 'books/closed.json',
  purging: 'books/purging.json',
  /** The deletion certificate. */
  purged: 'purged.json',
  /** Of the key of the commitments, where it is destroyed after the rest: what is to be, and that it is. */
  proofPurging: 'books/proof-purging.json',
  proofPurged: 'books/proof-purged.json',
  /** `what` is begun, closing, done or acknowledged. */
  receipt: (target: string, delivery: number, what: string) => `receipts/${target}.${delivery}.${what}.json`,
  complete: 'receipts/complete.json',
} as const;

/** The folders of a run, each made when the run is planned. */
export const FOLDERS = [
  'inputs',
  'batches',
  'volumes',
  'reports',
  'handoff',
  'handoff/print',
  'sealed',
  'receipts',
] as const;

/** Folders of some runs only, made when something is first put there. */
const EXTRA_FOLDERS = ['handoff/steps', 'handoff/data', 'handoff/static', 'handoff/proof', 'books'] as const;

const TEMPORARY = '.writing-';

/** Whether a file is one that is being written, or that its writer left when it died; it may lie in a folder. */
export const isTemporary = (file: string) => basename(file).startsWith(TEMPORARY);

/** Is told of a file before it gets its name; what it returns is called once the file is there. */
export type Witness = (name: string, sha256: string) => Promise<() => void>;

/** Files that people vouch for later: each is named in the journal, with its checksum, before it is there. */
const WITNESSED = /^(receipts|books)\/|^(plan|approval|purged)\.json$/;

export class RunFolder {
  readonly path: string;
  readonly #disk: Disk;
  #witness: Witness | undefined;
  /** Claims of this writer that are being removed, or could not be. */
  readonly #left = new Set<string>();

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.path = path;
  }

  /** From now on receipts and the like are shown to this witness before they are written. */
  witnessedBy(witness: Witness): void {
    this.#witness = witness;
  }

  /** Makes the folder with its sub-folders, durably; they may be there already. */
  async make(): Promise<void> {
    await this.#guard('.', async () => {
      await this.#disk.makeFolder(this.path);
      for (const folder of FOLDERS) await this.#disk.makeFolder(join(this.path, folder));
    });
    await this.makeDurable();
  }

  /** Makes one of the folders that not every run has. */
  async makeExtra(folder: (typeof EXTRA_FOLDERS)[number]): Promise<void> {
    await this.#guard(folder, async (path, parent) => {
      if (await this.#disk.makeFolder(path)) await this.#disk.syncFolder(parent);
    });
  }

  /** Gives the folder its final name, where nothing may be yet. */
  async moveTo(path: string): Promise<RunFolder> {
    await this.#guard('.', async () => {
      await this.#disk.rename(this.path, path);
      await this.#disk.syncFolder(dirname(path));
    });
    return new RunFolder(this.#disk, path);
  }

  /** Where the folder lies: what is remembered of it is remembered for this disk. */
  get disk(): Disk {
    return this.#disk;
  }

  get name(): string {
    return basename(this.path);
  }

  /**
   * Writes a file once. False: the name was taken, and what is there stays. When this returns, the file is
   * whole and durable; when it throws or the power fails, the name does not exist.
   */
  async write(name: string, content: Content): Promise<boolean> {
    return this.#guard(name, async (final, folder) => {
      if (await this.has(name)) {
        // A writer that failed after the name was there comes back for this.
        await this.#disk.syncFolder(folder);
        return false;
      }
      const isThere =
        this.#witness !== undefined && isWitnessed(name) && isWhole(content)
          ? await this.#witness(name, createHash('sha256').update(content).digest('hex'))
          : undefined;
      const temporary = await this.#writeTemporary(folder, content);
      let made: boolean;
      try {
        made = await this.#place(name, temporary, final);
      } catch (error) {
        // Whoever comes back with the same bytes must not fill the disk with them.
        await this.#disk.remove(temporary).catch(() => undefined);
        throw error;
      }
      await this.#disk.remove(temporary);
      await this.#disk.syncFolder(folder);
      isThere?.();
      return made;
    });
  }

  /** Puts a derived file in place of the one there, atomically. @param mode where others may read it */
  async replace(name: string, content: Content, mode?: number): Promise<void> {
    await this.#guard(name, async (final, folder) => {
      const temporary = await this.#writeTemporary(folder, content, mode);
      await this.#disk.rename(temporary, final);
      await this.#disk.syncFolder(folder);
    });
  }

  /** Removes a file durably; silent where there is none. */
  async remove(name: string): Promise<void> {
    await this.#guard(name, async (final, folder) => {
      if ((await this.#disk.size(final)) === undefined) return;
      await this.#disk.remove(final);
      await this.#disk.syncFolder(folder);
    });
  }

  async has(name: string): Promise<boolean> {
    return (await this.#disk.size(join(this.path, name))) !== undefined;
  }

  /** Bytes of a file, or undefined where there is none. */
  size(name: string): Promise<number | undefined> {
    return this.#disk.size(join(this.path, name));
  }

  /** The whole file. A file that must be there and is not is a mismatch: somebody changed the run folder. */
  async read(name: string): Promise<Uint8Array> {
    const bytes = await this.#disk.read(join(this.path, name));
    if (bytes === undefined)
      throw new Failure('mismatch', `${this.name}/${name} is missing from the run folder`);
    return bytes;
  }

  async readJson(name: string): Promise<unknown> {
    const bytes = await this.read(name);
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new Failure('mismatch', `${this.name}/${name} is damaged: it is not JSON`);
    }
  }

  stream(name: string): AsyncIterable<Uint8Array> {
    return this.#disk.stream(join(this.path, name));
  }

  /** The finished files of a folder, by name. */
  async list(folder: string): Promise<readonly string[]> {
    const all = await this.#disk.list(join(this.path, folder));
    return all.filter((name) => !isTemporary(name));
  }

  /** Every finished file of the run, relative to its folder, by name. */
  async files(): Promise<readonly string[]> {
    const folders = await this.#folders();
    const inside = new Set(folders.flatMap((folder) => [folder.split('/')[0] ?? '', folder]));
    const files: string[] = [];
    for (const folder of folders)
      for (const name of await this.list(folder)) {
        const path = folder === '.' ? name : `${folder}/${name}`;
        if (!inside.has(path)) files.push(path);
      }
    return files.sort();
  }

  /** Removes what writers that died left behind. Only the holder of the run's lock may call this. */
  async tidy(): Promise<void> {
    await this.#guard('.', async () => {
      for (const folder of await this.#folders()) {
        const path = join(this.path, folder);
        for (const name of await this.#disk.list(path)) {
          if (isTemporary(name)) await this.#disk.remove(join(path, name));
        }
      }
    });
  }

  /** Makes every name durable: what a killed process wrote was seen, and must outlive a later power cut. */
  async makeDurable(): Promise<void> {
    await this.#guard('.', async () => {
      for (const folder of await this.#folders()) await this.#disk.syncFolder(join(this.path, folder));
      await this.#disk.syncFolder(dirname(this.path));
    });
  }

  async #folders(): Promise<readonly string[]> {
    const extra: string[] = [];
    for (const folder of EXTRA_FOLDERS)
      if ((await this.#disk.size(join(this.path, folder))) !== undefined) extra.push(folder);
    return ['.', ...FOLDERS, ...extra];
  }

  async #writeTemporary(folder: string, content: Content, mode?: number): Promise<string> {
    const temporary = join(folder, TEMPORARY + randomBytes(6).toString('hex'));
    const file = await this.#disk.create(temporary, mode);
    try {
      if (typeof content === 'string') await file.write(new TextEncoder().encode(content));
      else if (content instanceof Uint8Array) await file.write(content);
      else for await (const piece of content) await file.write(piece);
      await file.sync();
    } catch (error) {
      await file.close();
      await this.#disk.remove(temporary);
      throw error;
    }
    await file.close();
    return temporary;
  }

  async #place(name: string, temporary: string, final: string): Promise<boolean> {
    try {
      return await this.#disk.link(temporary, final);
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
      return this.#claim(name, temporary, final);
    }
  }

  /**
   * Where links are not to be had: whoever makes the claim file may move the data into place. One that a dead
   * writer left is taken away with the other temporaries. A claim alone is no file: false only once that is there.
   */
  async #claim(name: string, temporary: string, final: string): Promise<boolean> {
    const claim = join(dirname(final), `${TEMPORARY}claim-${basename(final)}`);
    for (let look = 1; !(await this.#isClaimed(claim)); look += 1) {
      if (await this.has(name)) return false;
      if (look === LOOKS_AT_A_CLAIM)
        throw new Failure(
          'unavailable',
          `${claim} is in the way: another writer is at it, or one that died left it`,
        );
      await wait(20);
    }
    try {
      const free = !(await this.has(name));
      if (free) await this.#disk.rename(temporary, final);
      return free;
    } finally {
      this.#left.add(claim);
      await this.#disk.remove(claim);
      this.#left.delete(claim);
    }
  }

  /** Makes the claim file, or takes it over where this writer could not remove its own. */
  async #isClaimed(claim: string): Promise<boolean> {
    if (this.#left.delete(claim)) return true;
    try {
      await (await this.#disk.create(claim)).close();
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  }

  async #guard<T>(name: string, work: (final: string, folder: string) => Promise<T>): Promise<T> {
    const final = join(this.path, name);
    try {
      return await work(final, dirname(final));
    } catch (error) {
      throw diskFailure(error, final);
    }
  }
}

/** Whether a file is named in the journal before it is written. */
export const isWitnessed = (name: string) => WITNESSED.test(name);

const isWhole = (content: Content): content is string | Uint8Array =>
  typeof content === 'string' || content instanceof Uint8Array;
