// A small run in a world that can be stopped at any effect: the model disk, a real sandbox over HTTP, and
// processes that come and go. Everything else is the program itself.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { secret } from '../../src/base/secret.ts';
import type { Disk } from '../../src/base/disk.ts';
import { asFailure } from '../../src/base/failure.ts';
import { silent } from '../../src/base/log.ts';
import { type Holder, type Lock, withLock } from '../../src/base/lock.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { openJournal } from '../../src/base/journal.ts';
import type { OperatorKey } from '../../src/pipeline/keys.ts';
import { sessions } from '../../src/deliver/session.ts';
import { Platform } from '../../src/issue/platform.ts';
import { KnownPrints } from '../../src/issue/prints.ts';
import { localDispatch } from '../../src/pipeline/dispatch.ts';
import type { OrderDesk } from '../../src/pipeline/orders.ts';
import type { Surroundings } from '../../src/pipeline/check-job.ts';
import { type OpenRun, withRun } from '../../src/pipeline/prepare.ts';
import { runJob } from '../../src/pipeline/run.ts';
import { freshSerials } from '../../src/pipeline/serials.ts';
import { type Tools, layoutOf } from '../../src/pipeline/tools.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { witness, witnessOf } from '../../src/settle/witness.ts';
import { type DiskModel, type Effects, type Loss } from './disk-model.ts';

const BUILT_IN = new URL('../../templates', import.meta.url).pathname;

/** A press profile that is whole but small: a megabyte in every volume would be most of the test's time. */
function smallProfile(): Uint8Array {
  const bytes = Buffer.alloc(256);
  bytes.writeUInt8(2, 8);
  bytes.write('prtrCMYKLab ', 12);
  bytes.write('acsp', 36);
  bytes.writeUInt32BE(2, 128);
  for (const [index, tag] of ['A2B0', 'B2A0'].entries()) {
    bytes.write(tag, 132 + index * 12);
    bytes.writeUInt32BE(200, 136 + index * 12);
    bytes.writeUInt32BE(8, 140 + index * 12);
  }
  return bytes;
}

/** A card of two symbols and two lines, for the same reason. */
const PLAIN = `
name: plain
card: { width: 85.6, height: 53.98, corner: 3.18 }
bleed: 3
safe: 3
fonts: { mono: ./mono.ttf }
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], stroke: black, weight: 0.5 }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12], module: 0.34 }
  - { part: text, text: '{token}', at: [4, 22], font: mono, size: 7 }
  - { part: barcode, data: pin, at: [8, 29.98], size: [34, 10], module: 0.34 }
  - { part: text, text: '{pin}', at: [10, 44.6], font: mono, size: 7 }
`;

/** The files that a run names, by the paths under which it looks for them. */
const INPUTS: ReadonlyMap<string, Uint8Array> = new Map([
  ['small.icc', smallProfile()],
  ['plain.yaml', Buffer.from(PLAIN)],
  ['mono.ttf', readFileSync(join(BUILT_IN, 'fonts/JetBrainsMono-Medium.ttf'))],
]);

/** Thrown at the effect at which a process is stopped, and at every one after. */
export class Crash extends Error {
  constructor() {
    super('the process is dead');
  }
}

/** Where a process is stopped: never, or at its nth effect, before the effect or in its middle. */
export interface CrashPoint {
  readonly at: number;
  readonly half: boolean;
}

/** Where the disk has no room: from the nth effect on, for so many writes. */
export interface FullDisk {
  readonly from: number;
  readonly writes: number;
}

export const JOB = `
name: crash
account: T00000001
cards: { count: 5, overs: 1, id: "CR-{serial}" }
template: ./plain.yaml
sheet: one-up
press: { profile: ./small.icc }
volume: { sheets: 3 }
batch: { size: 2, concurrency: 2, perSecond: 100 }
handoff: { seal: none }
`;

/** The layout is the same in every world; making it anew each time would test nothing. */
let shared: ReturnType<typeof layoutOf> | undefined;
const sharedLayout: typeof layoutOf = (plan, design) => (shared ??= layoutOf(plan, design));

/** What a process works with. */
export interface Hands {
  readonly disk: Disk;
  readonly effects: Counter;
  readonly now: () => Date;
  readonly self: Holder;
  readonly around: Surroundings;
}

export class World {
  readonly model: DiskModel;
  readonly sandbox: Sandbox;
  readonly operator: OperatorKey;
  readonly output: string;
  readonly #job: string;
  #pid = 1000;

  constructor(model: DiskModel, sandbox: Sandbox, operator: OperatorKey, job = JOB) {
    this.#job = job;
    this.model = model;
    this.sandbox = sandbox;
    this.operator = operator;
    this.output = join(model.root, 'output');
  }

  /** Starts a process that makes the run; returns how many effects it had. Throws what it failed with. */
  async process(
    crash?: CrashPoint,
    full?: FullDisk,
    work?: (hands: Hands) => Promise<void>,
  ): Promise<{ readonly effects: readonly string[]; readonly crashed: boolean }> {
    const effects = new Counter(crash, full);
    const pid = ++this.#pid;
    this.model.alive.add(pid);
    const disk = this.model.disk(effects);
    try {
      await (work === undefined ? this.#run(disk, effects, pid) : work(this.#hands(disk, effects, pid)));
      return { effects: effects.names, crashed: false };
    } catch (error) {
      if (!effects.dead && full === undefined) throw error;
      if (!effects.dead && asFailure(error).kind !== 'unavailable') throw error;
      return { effects: effects.names, crashed: true };
    } finally {
      this.model.alive.delete(pid);
    }
  }

  lose(loss: Loss): void {
    this.model.lose(loss);
  }

  async #run(disk: Disk, effects: Counter, pid: number): Promise<void> {
    const { now, self, around } = this.#hands(disk, effects, pid);
    await withRun(
      { jobPath: 'job.yaml', output: this.output, origin: this.sandbox.origin, fresh: false, run: 'crash-1' },
      around,
      (run) => this.#make(run, { disk, effects, now, self, around }),
    );
  }

  /** What a process has in its hands. */
  #hands(disk: Disk, effects: Counter, pid: number): Hands {
    const now = () => new Date();
    const self = { host: 'here', boot: 'boot', pid, started: String(pid), since: now().toISOString() };
    const withJob: Disk = {
      ...disk,
      read: async (path) => {
        if (path === 'job.yaml' || path === resolve('job.yaml')) return Buffer.from(this.#job);
        return INPUTS.get(path) ?? disk.read(path);
      },
    };
    return {
      disk: withJob,
      effects,
      now,
      self,
      around: {
        reader: { disk: withJob, builtIn: BUILT_IN },
        operator: this.operator,
        self,
        now,
        layoutOf: sharedLayout,
      },
    };
  }

  /** A desk for orders, as the command line has it, while work is done there. */
  async atDesk(
    { disk, effects, now, self, around }: Hands,
    run: string,
    work: (desk: OrderDesk) => Promise<void>,
  ): Promise<void> {
    const folder = new RunFolder(disk, join(this.output, run));
    const deal = (lock: Lock) => this.#deal(lock, { disk, effects, now, self, around }, folder, work);
    await withLock(disk, folder.path, self, deal, () => {
      throw new Error('the lock is held');
    });
  }

  async #deal(
    lock: Lock,
    { disk, effects, now, self, around }: Hands,
    folder: RunFolder,
    work: (desk: OrderDesk) => Promise<void>,
  ): Promise<void> {
    const journal = await openJournal(disk, folder.path, now, 'somebody');
    await witness(folder, journal);
    const platform = this.#platform('T00000001', now);
    const pause = () => (effects.dead ? Promise.reject(new Crash()) : Promise.resolve());
    const keys = { run: this.operator, proof: new Uint8Array() };
    try {
      await work({
        output: this.output,
        around,
        by: 'somebody',
        log: { emit: (event) => (effects.dead ? silent : journal).emit(event) },
        witness: witnessOf(journal),
        issueTools: ({ folder: at, plan }) => ({
          plan,
          folder: at,
          keys,
          prints: new KnownPrints(at),
          platform: effects.around(platform),
          lock,
          log: silent,
          now,
          sleep: pause,
          wait: pause,
          settle: 0,
          freshSerials: freshSerials(disk, this.output, plan, self),
        }),
        make: (run) => this.#make(run, { disk, effects, now, self, around }),
      });
    } finally {
      await platform.close();
      if (!effects.dead) await journal.close();
    }
  }

  #platform(account: string, now: () => Date): Platform {
    return new Platform({
      url: this.sandbox.origin,
      account,
      clientId: secret('sandbox'),
      clientSecret: secret('sandbox'),
      concurrency: 2,
      perSecond: 100,
      timeout: 5_000,
      now,
      sleep: () => Promise.resolve(),
    });
  }

  async #make(open: OpenRun, { disk, effects, now, self }: Hands): Promise<void> {
    const { run, keys, design, layout, signer, targets, lock, job } = open;
    const journal = await openJournal(disk, run.folder.path, now);
    await witness(run.folder, journal);
    const platform = this.#platform(run.plan.account, now);
    const pause = () => (effects.dead ? Promise.reject(new Crash()) : Promise.resolve());
    const tools: Tools = {
      plan: run.plan,
      folder: run.folder,
      keys,
      prints: new KnownPrints(run.folder),
      platform: effects.around(platform),
      lock,
      log: { emit: (event) => (effects.dead ? silent : journal).emit(event) },
      now,
      sleep: pause,
      wait: pause,
      settle: 0,
      freshSerials: freshSerials(disk, this.output, run.plan, self),
      design,
      layout: () => Promise.resolve(layout),
      signer,
      contacts: job.contacts,
      targets,
      openSession: sessions(disk, { password: undefined, passphrase: undefined }),
    };
    try {
      const lanes = { asking: 2, threads: 0 };
      await runJob(tools, (stopping) => localDispatch(tools, lanes, { runPath: '', keyPath: '' }, stopping), {
        accept: job.accept,
        recovery: job.recovery,
        retry: false,
        targets: targets.map(({ name }) => name),
        stopping: new AbortController().signal,
      });
    } finally {
      await platform.close();
      if (!effects.dead) await journal.close();
    }
  }
}

/** Counts effects, and stops the process at one of them. */
class Counter implements Effects {
  readonly names: string[] = [];
  readonly #crash: CrashPoint | undefined;
  readonly #full: FullDisk | undefined;
  #refused = 0;
  dead = false;

  constructor(crash: CrashPoint | undefined, full: FullDisk | undefined) {
    this.#crash = crash;
    this.#full = full;
  }

  effect = <T>(name: string, perform: () => T, half?: () => void): T => {
    if (this.dead) throw new Crash();
    this.names.push(name);
    if (this.names.length === this.#crash?.at) {
      this.dead = true;
      if (this.#crash.half) half?.();
      throw new Crash();
    }
    const full = this.#full;
    const needsRoom = name.startsWith('write') || name.startsWith('create');
    if (full !== undefined && needsRoom && this.names.length >= full.from && this.#refused < full.writes) {
      this.#refused += 1;
      half?.();
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: 'ENOSPC' });
    }
    return perform();
  };

  /** Calls of the platform are effects too: sending is one, and the answer's coming is another. */
  around(platform: Platform): Platform {
    const counted = ['askBatch', 'look', 'remove', 'activate', 'newToken', 'newPin'];
    return new Proxy(platform, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...input: unknown[]) => unknown;
        if (!counted.includes(String(key))) return method;
        return async (...input: unknown[]) => {
          if (key !== 'askBatch') this.effect(`send ${String(key)}`, () => undefined);
          const make = input[0] as () => Promise<string>;
          const answer = await (key === 'askBatch'
            ? method(async () => {
                const body = await make();
                // In the middle of sending: the platform has the request, and nobody is there for the answer.
                this.effect('send batch', () => undefined);
                return body;
              })
            : method(...input));
          this.effect(`answer ${String(key)}`, () => undefined);
          return answer;
        };
      },
    });
  }
}
