// A thread's entry: opens the run folder and its vault by itself and prints the volumes it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import { nodeDisk } from '../base/disk.ts';
import { asFailure } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import { thawDesign } from '../plan/inputs.ts';
import type { Layout } from '../render/preflight.ts';
import type { FromWorker, WorkerStart } from './dispatch.ts';
import { openRunKeys, readOperatorKey } from './keys.ts';
import { type PrintStep, performPrint } from './print.ts';
import { readPlan } from './runs.ts';
import { type PrintTools, layoutOf } from './tools.ts';

const { runPath, keyPath } = workerData as WorkerStart;
const post = (message: FromWorker) => parentPort?.postMessage(message);

async function openTools(): Promise<PrintTools> {
  const folder = new RunFolder(nodeDisk, runPath);
  const plan = await readPlan(folder);
  const keys = await openRunKeys(folder, await readOperatorKey(nodeDisk, keyPath));
  const design = await thawDesign(folder, plan);
  let layout: Promise<Layout> | undefined;
  return {
    folder,
    plan,
    keys,
    log: { emit: (event) => post({ event }) },
    design,
    layout: () => (layout ??= layoutOf(plan, design)),
  };
}

const tools = openTools();

parentPort?.on('message', (step: PrintStep) => {
  tools
    .then((opened) => performPrint(step, opened))
    .then(() => post({ done: true }))
    .catch((error: unknown) => {
      const { kind, complaints } = asFailure(error);
      post({ failed: { kind, complaints } });
    });
});
