// cardpress verify: reads a run or a handoff once more.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { silent } from '../base/log.ts';
import { names } from '../base/run-folder.ts';
import type { HandoffCheck } from '../pack/check-handoff.ts';
import { groupedFingerprint } from '../pack/recipients.ts';
import { thawDesign } from '../plan/inputs.ts';
import { openRunKeys, readOperatorKey } from '../pipeline/keys.ts';
import { type Run, listRuns } from '../pipeline/runs.ts';
import { type PrintTools, layoutOf } from '../pipeline/tools.ts';
import { type ReadAgain, isHandoff, verifyHandoff, verifyRun } from '../pipeline/verify-again.ts';
import type { Layout } from '../render/preflight.ts';
import { refuseDestroyed } from '../settle/purge.ts';
import type { Call } from './call.ts';
import { keyPath, outputPath } from './environment.ts';

export async function verifyCommand(
  what: string,
  options: { readonly output?: string },
  { terminal, env }: Call,
): Promise<void> {
  const runs = await listRuns(nodeDisk, outputPath(env, options.output));
  const hasKey = (await nodeDisk.size(keyPath(env))) !== undefined;
  if (await isHandoff(nodeDisk, what)) {
    const read = await verifyHandoff(nodeDisk, what, async (name) => {
      const run = runs.find(({ plan }) => plan.run === name);
      return run !== undefined && hasKey ? toolsOf(run, keyPath(env)) : undefined;
    });
    terminal.out(readText(read));
    return;
  }
  const run = runs.find(({ plan }) => plan.run === what);
  if (run === undefined) {
    throw badInput(`${what} is neither a run nor a handoff's folder`, {
      hint: `runs: ${runs.map(({ plan }) => plan.run).join(', ')}`,
    });
  }
  await refuseDestroyed(run.folder, names.runKey, 'its codes are');
  terminal.out(readText(await verifyRun(await toolsOf(run, keyPath(env)))));
}

async function toolsOf({ folder, plan }: Run, key: string): Promise<PrintTools> {
  const keys = await openRunKeys(folder, await readOperatorKey(nodeDisk, key));
  const design = await thawDesign(folder, plan);
  let layout: Promise<Layout> | undefined;
  return { folder, plan, keys, log: silent, design, layout: () => (layout ??= layoutOf(plan, design)) };
}

function readText({ run, volumes, symbols, decoded, commitments, sealed, handoff }: ReadAgain): string {
  const of = countText(volumes, 'volume');
  const found = [
    `${decoded} of ${symbols} symbols on ${of} read back`,
    ...(sealed > 0 ? [`${sealed} of them sealed: only their checksums could be compared`] : []),
    ...(commitments > 0 ? [`${commitments} commitments are the vault’s`] : []),
    ...(handoff === undefined ? [] : [signedText(handoff)]),
  ];
  return `${run}: ${found.join('; ')}\n`;
}

/** Whether the key is ours only its fingerprint can tell, to who knows it from elsewhere. */
function signedText({ signedBy }: HandoffCheck): string {
  return signedBy === undefined
    ? 'not signed'
    : `signed by the key beside it, ${groupedFingerprint(signedBy)}`;
}
