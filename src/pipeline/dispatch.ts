// Where steps run: asking under the platform's rate, delivering, and one reading at a time in this thread, printing in
// worker threads, a volume each. Queues carry steps only; the run folder stays the truth.
import { Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { type Complaint, Failure, type FailureKind } from '../base/failure.ts';
import type { Event, Log } from '../base/log.ts';
import type { Step } from './next.ts';
import { perform } from './perform.ts';
import { type PrintStep, isPrintStep, performPrint } from './print.ts';
import type { Tools } from './tools.ts';

export interface Dispatch {
  /** Performs a step when its turn comes. */
  readonly perform: (step: Step) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What a thread needs to open the vault itself: a secret never crosses a port. */
export interface WorkerStart {
  readonly runPath: string;
  readonly keyPath: string;
}

export type FromWorker =
  | { readonly event: Event }
  | { readonly done: true }
  | { readonly failed: { readonly kind: FailureKind; readonly complaints: readonly Complaint[] } };

export interface Lanes {
  /** Batches asked for at a time. */
  readonly asking: number;
  /** Threads that print; 0 prints in this thread. */
  readonly threads: number;
}

/** Runs steps on this machine. Steps whose turn has not come when `stopping` aborts are dropped. */
export function localDispatch(
  tools: Tools,
  lanes: Lanes,
  start: WorkerStart,
  stopping: AbortSignal,
): Dispatch {
  const asking = new PQueue({ concurrency: lanes.asking });
  const reading = new PQueue({ concurrency: 1 });
  const delivering = new PQueue({ concurrency: 4 });
  const printing = new PQueue({ concurrency: Math.max(1, lanes.threads) });
  const idle: PrintThread[] = [];
  const threads = new Set<PrintThread>();
  const print = async (step: PrintStep) => {
    if (lanes.threads === 0) return performPrint(step, tools);
    const thread = idle.pop() ?? new PrintThread(start, tools.log);
    threads.add(thread);
    await thread.perform(step);
    idle.push(thread);
  };
  // Only a step whose turn has not come is dropped; one that runs is waited for, since an answer may be in its hands.
  const inTurn = (work: () => Promise<void>) => () => {
    stopping.throwIfAborted();
    return work();
  };
  const laneOf = (step: Step) => {
    if (step.do === 'deliver') return delivering;
    return ['ask', 'look', 'reissue', 'void'].includes(step.do) ? asking : reading;
  };
  const close = async () => {
    const all = [...threads];
    threads.clear();
    idle.length = 0;
    await Promise.all(all.map((thread) => thread.close()));
  };
  return {
    async perform(step) {
      if (isPrintStep(step)) {
        // What is printed is read before more is printed: a fault is found early, while the disk still has it at hand.
        await printing.add(
          inTurn(() => print(step)),
          { priority: step.do === 'verify' ? 1 : 0 },
        );
        return;
      }
      // Everything is printed and read: what the threads hold is given back.
      if (step.do === 'pack') await close();
      await laneOf(step).add(inTurn(() => perform(step, tools)));
    },
    close,
  };
}

/** A volume needs little; V8 would otherwise let each thread grow for speed that is not felt. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 };

/** A worker thread that performs one step at a time. */
class PrintThread {
  readonly #worker: Worker;
  readonly #log: Log;

  constructor(start: WorkerStart, log: Log) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      resourceLimits: LIMITS,
    });
    this.#worker.unref();
    this.#log = log;
  }

  async perform(step: PrintStep): Promise<void> {
    this.#worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        const onMessage = (message: FromWorker) => {
          if ('event' in message) {
            this.#log.emit(message.event);
            return;
          }
          settle();
          if ('done' in message) resolve();
          else reject(new Failure(message.failed.kind, message.failed.complaints));
        };
        const onError = (error: unknown) => {
          settle();
          reject(error instanceof Error ? error : new Error(String(error)));
        };
        const onExit = () => onError(new Failure('bug', 'a worker thread ended before its step was done'));
        const settle = () => this.#worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        this.#worker.on('message', onMessage).on('error', onError).on('exit', onExit);
        this.#worker.postMessage(step);
      });
    } finally {
      this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
