// cardpress acknowledge: the manufacturer has it, by its own file at the target or by a person's word.
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { findRun } from '../pipeline/runs.ts';
import { acknowledge, acknowledgedText, fetchAcknowledgement } from '../settle/acknowledge.ts';
import type { Call } from './call.ts';
import { atTargets, refuseBusy } from './delivery-desk.ts';
import { outputPath } from './environment.ts';

export async function acknowledgeCommand(
  name: string,
  target: string | undefined,
  flags: { readonly job?: string; readonly output?: string },
  call: Call,
): Promise<void> {
  const { env, terminal } = call;
  const run = await findRun(nodeDisk, outputPath(env, flags.output), name);
  const came = await atTargets(run, flags.job, call, async (all, tools) => {
    const targets = all.filter((one) => target === undefined || one.name === target || one.shown === target);
    if (targets.length === 0) {
      throw badInput(`${run.plan.run} goes to no target ${target ?? ''}`, {
        hint: `targets: ${all.map(({ shown }) => shown).join(', ')}`,
      });
    }
    for (const one of targets) {
      const noted = await fetchAcknowledgement(one, tools);
      if (noted === undefined) await acknowledge(one, tools);
      terminal.out(`${run.plan.run}: ${one.shown} is ${acknowledgedText(noted ?? 'word')}\n`);
    }
  });
  refuseBusy(run.plan.run, came);
}
