// What lies in the run folder, as plain data. The folder is the truth; the ledger is a reading of it.
import { type RunFolder, names } from '../base/run-folder.ts';
import { type DeliveryState, readDeliveries } from '../deliver/receipt.ts';
import type {
  AskedRecord,
  CardRange,
  CardsRecord,
  LookedRecord,
  ResolvedRecord,
  SweptRecord,
  VoidedRecord,
} from '../issue/records.ts';
import { type Plan, batchesOf } from '../plan/plan.ts';
import { type VolumeReport, faultText } from '../verify/report.ts';

/** One call of the batch endpoint, or one that was about to be made. */
export interface Attempt {
  readonly attempt: number;
  readonly asked: AskedRecord;
  /** Whether an answer was sealed. */
  readonly answered: boolean;
  /** What it was found to hold, once it has been read. */
  readonly cards: CardsRecord | undefined;
  /** What was found of cards in doubt. */
  readonly looked: LookedRecord | undefined;
  /** What a person decided about them. */
  readonly resolved: ResolvedRecord | undefined;
  /** New secrets that were got for them. */
  readonly reissued: CardsRecord | undefined;
  /** What became of those that were found. */
  readonly voided: VoidedRecord | undefined;
}

export interface Ledger {
  /** The attempts of each batch of the plan, by the batch's number. */
  readonly attempts: ReadonlyMap<number, readonly Attempt[]>;
  /** The volumes that are rendered: attempts by volume number. */
  readonly volumes: ReadonlyMap<number, readonly number[]>;
  /** What was read back of each volume's attempts, by volume number. */
  readonly reports: ReadonlyMap<number, readonly ReadBack[]>;
  /** What the last look for given-up cards found, once it was taken. */
  readonly swept: SweptRecord | undefined;
  readonly packed: boolean;
  /** Where each target stands, by its name. */
  readonly deliveries: ReadonlyMap<string, DeliveryState>;
  /** Every target of the job has it. */
  readonly complete: boolean;
}

/** One reading of a rendered volume, in short. */
export interface ReadBack {
  readonly attempt: number;
  readonly passed: boolean;
  /** Checksum of the PDF that was read. */
  readonly sha256: string;
  readonly symbols: number;
  readonly decoded: number;
  readonly faults: number;
  /** The first of them, in words. */
  readonly fault: string | undefined;
}

/** The cards of an attempt that may be printed. */
export function goodOf({ cards, reissued }: Attempt): readonly CardRange[] {
  return [...madeIn(cards), ...madeIn(reissued)];
}

export const madeIn = (record: CardsRecord | undefined) => (record?.outcome === 'made' ? record.good : []);

/** Reads a run folder again and again; what is written once is read once. */
export class LedgerReader {
  readonly #folder: RunFolder;
  readonly #plan: Plan;
  readonly #records = new Map<string, unknown>();
  readonly #readBacks = new Map<string, ReadBack>();

  constructor(folder: RunFolder, plan: Plan) {
    this.#folder = folder;
    this.#plan = plan;
  }

  async read(): Promise<Ledger> {
    const attempts = await this.attempts();
    return {
      attempts,
      volumes: await this.#volumes(),
      reports: await this.#reports(),
      swept: await this.#record<SweptRecord>(names.swept, new Set(await this.#folder.list('batches'))),
      packed: await this.#folder.has(names.done),
      deliveries: await readDeliveries(this.#folder),
      complete: await this.#folder.has(names.complete),
    };
  }

  /** What became of batches alone: of those that hold a volume's cards, all that printing and reading it need. */
  async attempts(
    batches: readonly number[] = batchesOf(this.#plan).map(({ batch }) => batch),
  ): Promise<Ledger['attempts']> {
    const files = new Set(await this.#folder.list('batches'));
    const attempts = new Map<number, Attempt[]>();
    for (const batch of batches) {
      const list: Attempt[] = [];
      for (let attempt = 1; ; attempt += 1) {
        const asked = await this.#record<AskedRecord>(names.asked(batch, attempt), files);
        if (asked === undefined) break;
        list.push({
          attempt,
          asked,
          answered: files.has(fileOf(names.answer(batch, attempt))),
          cards: await this.#record<CardsRecord>(names.cards(batch, attempt), files),
          looked: await this.#record<LookedRecord>(names.looked(batch, attempt), files),
          resolved: await this.#record<ResolvedRecord>(names.resolved(batch, attempt), files),
          reissued: await this.#record<CardsRecord>(names.reissued(batch, attempt), files),
          voided: await this.#record<VoidedRecord>(names.voided(batch, attempt), files),
        });
      }
      attempts.set(batch, list);
    }
    return attempts;
  }

  async #volumes(): Promise<Map<number, number[]>> {
    const volumes = new Map<number, number[]>();
    for (const file of await this.#folder.list('volumes')) {
      const match = /^(\d+)\.(\d+)\.pdf\.age$/.exec(file);
      if (match === null) continue;
      const volume = Number(match[1]);
      volumes.set(volume, [...(volumes.get(volume) ?? []), Number(match[2])]);
    }
    return volumes;
  }

  async #reports(): Promise<Map<number, ReadBack[]>> {
    const reports = new Map<number, ReadBack[]>();
    for (const file of await this.#folder.list('reports')) {
      const match = /^(\d+)\.(\d+)\.json$/.exec(file);
      if (match === null) continue;
      let short = this.#readBacks.get(file);
      if (short === undefined) {
        short = inShort((await this.#folder.readJson(`reports/${file}`)) as VolumeReport);
        this.#readBacks.set(file, short);
      }
      const volume = Number(match[1]);
      reports.set(volume, [...(reports.get(volume) ?? []), short]);
    }
    return reports;
  }

  async #record<T>(name: string, files: ReadonlySet<string>): Promise<T | undefined> {
    if (!files.has(fileOf(name))) return undefined;
    let record = this.#records.get(name);
    if (record === undefined) {
      record = await this.#folder.readJson(name);
      this.#records.set(name, record);
    }
    return record as T;
  }
}

function inShort(report: VolumeReport): ReadBack {
  const { attempt, passed, content, symbols, decoded, faults } = report;
  const [first] = faults;
  return {
    attempt,
    passed,
    sha256: content.sha256,
    symbols,
    decoded,
    faults: faults.length,
    fault: first && faultText(first),
  };
}

const fileOf = (name: string) => name.slice(name.indexOf('/') + 1);
