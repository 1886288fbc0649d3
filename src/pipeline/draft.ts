// A run folder, made whole under no name yet: that it gets its name is one rename, so a run is there whole or not at all.
import { join } from 'node:path';
import { type RunFolder, names } from '../base/run-folder.ts';
import type { RunKeys } from '../issue/issue.ts';
import type { Recipient } from '../pack/recipients.ts';
import { type Design, freezeInputs } from '../plan/inputs.ts';
import type { Plan } from '../plan/plan.ts';
import { type Approval, approvalText } from '../settle/approval.ts';
import type { Surroundings } from './check-job.ts';
import { makeRunKeys } from './keys.ts';
import { draftFolder } from './output.ts';
import type { Run } from './runs.ts';

export interface Planned {
  /** Its inputs are not frozen yet. */
  readonly plan: Plan;
  readonly design: Design;
  readonly recipients: readonly Recipient[];
  readonly approval: Approval | undefined;
  /** age recipients, besides the operator, who can open the run's keys. */
  readonly vault: readonly string[];
}

/**
 * Makes the folder of a run. Only for the holder of the planning lock.
 * @param fill puts into it what it is to have besides, before it gets its name
 */
export async function makeRunFolder(
  { plan: planned, design, recipients, approval, vault }: Planned,
  output: string,
  { reader, operator }: Pick<Surroundings, 'reader' | 'operator'>,
  fill?: (draft: RunFolder, plan: Plan, keys: RunKeys) => Promise<void>,
): Promise<{ readonly run: Run; readonly keys: RunKeys }> {
  const draft = draftFolder(reader.disk, output);
  await draft.make();
  const keyFiles = recipients.flatMap(({ file }) => (file === undefined ? [] : [file]));
  // The design of a supplement comes with the keys of the run that it makes up for.
  const files = design.files.filter(({ role }) => role !== 'recipient');
  const plan: Plan = { ...planned, inputs: await freezeInputs(draft, [...files, ...keyFiles]) };
  const keys = await makeRunKeys(draft, operator, vault);
  await fill?.(draft, plan, keys);
  if (approval !== undefined) await draft.write(names.approval, approvalText(approval));
  await draft.write(names.plan, `${JSON.stringify(plan, null, 2)}\n`);
  return { run: { folder: await draft.moveTo(join(output, plan.run)), plan }, keys };
}
