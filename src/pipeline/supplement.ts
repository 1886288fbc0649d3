// A supplement is a run: planned from cards of another one, and from then on printed, read back, packed and
// delivered by the same steps. Planning it is one rename, so that it is there whole or not at all.
import { dirname } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Lock } from '../base/lock.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { type Source, copyAnswer } from '../issue/copied.ts';
import type { RunKeys } from '../issue/issue.ts';
import { type AskedRecord, type CardRange, toRanges } from '../issue/records.ts';
import { within } from '../issue/vaulted.ts';
import { type Recipient, readRecipients, vetAgain } from '../pack/recipients.ts';
import { runPattern } from '../plan/ids.ts';
import { type Design, type InputFile, readDesign, thawDesign } from '../plan/inputs.ts';
import type { Job } from '../plan/job.ts';
import type { Overrides } from '../plan/overrides.ts';
import { type Plan, type SupplementPlan, batchesOf } from '../plan/plan.ts';
import { slotCount } from '../plan/sheet.ts';
import { sidesOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { CardStanding } from '../settle/cards.ts';
import { makeRunFolder } from './draft.ts';
import { type Family, type Member, membersOf } from './family.ts';
import { openRunKeys } from './keys.ts';
import type { LiveJob } from './live-job.ts';
import { goodCards } from './next.ts';
import { withPlanningLock } from './output.ts';
import type { Surroundings } from './check-job.ts';
import { type OpenRun, nextSequence } from './prepare.ts';
import { listRuns, nextSerial, takenIds } from './runs.ts';
import { tryPlan } from './trial.ts';

export interface SupplementRequest {
  readonly name: string;
  readonly kind: SupplementPlan['kind'];
  /** In the order in which they are to be printed. */
  readonly cards: readonly CardStanding[];
  readonly overrides: Overrides;
}

/**
 * What a supplement would be, once it is seen that it can be printed. It stays so until it is planned, unless others
 * plan before.
 */
export async function draftSupplement(
  family: Family,
  { name, kind, cards, overrides }: SupplementRequest,
  { job }: LiveJob,
  around: Surroundings,
): Promise<{ readonly plan: Plan; readonly design: Design; readonly recipients: readonly Recipient[] }> {
  const { root } = family;
  const { plan: base } = root;
  const runs = await listRuns(around.reader.disk, dirname(root.folder.path));
  const ranges = toRanges(cards.map(({ serial }, position) => ({ position, serial })));
  const { design, recipients } = await designOf(root, job, overrides, around);
  await vetAgain(recipients, around.now());
  const planned = recipients.map(({ name: key, fingerprint, input }) => ({ name: key, fingerprint, input }));
  const plan: Plan = {
    ...base,
    run: name,
    created: around.now().toISOString(),
    cards: {
      ...base.cards,
      ordered: cards.length,
      overs: 0,
      // The serials of cards that are printed anew are in no order: the last is the one that must fit.
      first: kind === 'replace' ? await freshSerial(family, runs) : topOf(ranges) - cards.length + 1,
      // An id keeps the name of the run that it was made in.
      id: runPattern(base.cards.id, base.run),
    },
    ...pressOf(base, job, overrides),
    slots: slotCount(design.sheet.value),
    sides: sidesOf(design.template.value).length === 2 ? 2 : 1,
    sheet: design.sheet.value.name,
    handoff: {
      ...base.handoff,
      seal: planned.length === 0 ? 'none' : planned.some(({ input }) => input === null) ? 'age' : 'openpgp',
      recipients: planned,
      sequence: nextSequence(recipients, runs),
    },
    inputs: [],
    supplement: {
      of: base.run,
      kind,
      cards: ranges,
      supersedes:
        overrides.seal === undefined && overrides.deliver === undefined
          ? null
          : { recipients: base.handoff.recipients.map(({ fingerprint }) => fingerprint) },
      deliver: overrides.deliver ?? null,
    },
  };
  await tryPlan(plan, await around.layoutOf(plan, design), design);
  return { plan, design, recipients };
}

/** Plans a supplement, whole or not at all. */
export async function planSupplement(
  family: Family,
  request: SupplementRequest,
  live: LiveJob,
  around: Surroundings,
): Promise<void> {
  const { kind, cards } = request;
  const { root } = family;
  const { disk } = around.reader;
  const output = dirname(root.folder.path);
  await withPlanningLock(disk, output, around.self, async () => {
    const drafted = await draftSupplement(family, request, live, around);
    await makeRunFolder(
      { ...drafted, approval: live.approval, vault: root.plan.recipients },
      output,
      around,
      async (draft, plan, keys) => {
        if (kind !== 'replace') await fill(draft, plan, keys, family, cards, around);
      },
    );
  });
}

/** An open supplement, ready for the loop. */
export async function openSupplement(
  { folder, plan }: Pick<Member, 'folder' | 'plan'>,
  { job, signer, targets }: LiveJob,
  around: Surroundings,
  lock: Lock,
): Promise<OpenRun> {
  const keys = await openRunKeys(folder, around.operator);
  await folder.make();
  await folder.tidy();
  const design = await thawDesign(folder, plan);
  const layout = await around.layoutOf(plan, design);
  // What may keep its id gets new codes; what the platform refuses them is replaced, as in any run.
  const recovery = plan.supplement?.kind === 'reissue' ? 'reissue' : job.value.recovery;
  return {
    job: { ...job.value, recovery },
    run: { folder, plan },
    keys,
    design,
    layout,
    signer,
    targets,
    lock,
    isNew: false,
  };
}

/** The root's own copy of all that decides how a card looks, but for what the other manufacturer is given. */
async function designOf(root: Member, job: Checked<Job>, overrides: Overrides, around: Surroundings) {
  const { reader, now } = around;
  const own = await thawDesign(root.folder, root.plan);
  const isOther = overrides.sheet !== undefined || overrides.press !== undefined;
  const other = isOther ? await readDesign(reader, job) : undefined;
  const roles = [
    ...(overrides.sheet === undefined ? [] : ['sheet']),
    ...(overrides.press === undefined ? [] : ['profile', 'press']),
  ];
  const keep = own.files.filter(({ role }) => !roles.includes(role));
  const take = (other?.files ?? []).filter(({ role }) => roles.includes(role));
  const design: Design = {
    ...own,
    ...(other !== undefined && overrides.sheet !== undefined && { sheet: other.sheet }),
    ...(other !== undefined &&
      overrides.press !== undefined && { profile: other.profile, profilePath: other.profilePath }),
    files: [...keep, ...take],
  };
  const recipients: readonly Recipient[] =
    overrides.seal === undefined
      ? root.plan.handoff.recipients.map((one) => ({
          ...one,
          about: '',
          expires: null,
          file: keyFile(own.files, one.input),
        }))
      : await readRecipients(reader, job, now());
  return { design, recipients };
}

const keyFile = (files: readonly InputFile[], input: string | null) =>
  input === null ? undefined : files.find(({ name }) => name === input);

function pressOf(base: Plan, { value }: Checked<Job>, { press }: Overrides): Pick<Plan, 'press'> {
  return { press: press === undefined ? base.press : value.press };
}

/** Puts the cards into the supplement's vault, or notes as asked for those that are to get new codes. */
async function fill(
  draft: RunFolder,
  plan: Plan,
  keys: RunKeys,
  family: Family,
  cards: readonly CardStanding[],
  { operator, now }: Surroundings,
): Promise<void> {
  const members = new Map<string, { readonly member: Member; readonly keys: RunKeys }>();
  for (const member of membersOf(family))
    if (cards.some(({ run }) => run === member.plan.run))
      members.set(member.plan.run, { member, keys: await openRunKeys(member.folder, operator) });
  for (const { batch, first, count } of batchesOf(plan)) {
    const inBatch = cards.slice(first, first + count);
    const sources = inBatch.map((card) => sourceOf(card, members));
    const times = sources.map(({ part }) => part.asked.platform).filter((time) => time !== null);
    const asked: AskedRecord = {
      batch,
      attempt: 1,
      at: now().toISOString(),
      // Whether a card is ours is measured by when it was first asked for.
      platform: times.length < sources.length ? null : (times.sort()[0] ?? null),
      cards: toRanges(inBatch.map(({ serial }, index) => ({ position: first + index, serial }))),
    };
    await draft.write(names.asked(batch, 1), `${JSON.stringify(asked)}\n`);
    if (plan.supplement?.kind === 'reprint')
      await draft.write(names.answer(batch, 1), await copyAnswer(joined(sources), keys.run.recipient));
  }
}

/** Where a card's codes lie. */
function sourceOf(
  { serial, run, position }: CardStanding,
  members: ReadonlyMap<string, { readonly member: Member; readonly keys: RunKeys }>,
): Source {
  const found = members.get(run);
  for (const part of found === undefined ? [] : goodCards(found.member.ledger)) {
    const good = within(part.good, position, position + 1);
    if (found !== undefined && good[0]?.serial === serial)
      return {
        part: { ...part, good },
        tools: { plan: found.member.plan, folder: found.member.folder, keys: found.keys },
      };
  }
  throw new Failure('mismatch', `the vault of ${run} holds no serial ${serial}`);
}

/** Sources of one answer together, so that it is opened once. */
function joined(sources: readonly Source[]): readonly Source[] {
  const parts = new Map<string, Source>();
  for (const { part, tools } of sources) {
    const key = `${tools.plan.run} ${part.asked.batch} ${part.asked.attempt} ${part.reissued}`;
    const known = parts.get(key)?.part.good ?? [];
    parts.set(key, { tools, part: { ...part, good: [...known, ...part.good] } });
  }
  return [...parts.values()];
}

/** Above every serial of the family, under whichever pattern it was given. */
async function freshSerial(family: Family, runs: Parameters<typeof nextSerial>[1]): Promise<number> {
  let next = await nextSerial(family.root.plan, runs);
  for (const member of membersOf(family))
    for (const { first, count } of await takenIds(member)) next = Math.max(next, first + count);
  return next;
}

const topOf = (ranges: readonly CardRange[]) =>
  ranges.reduce((top, { serial, count }) => Math.max(top, serial + count - 1), 0);
