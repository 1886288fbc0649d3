// A batch that was asked for and never surely answered: find out what there is, and void what may not be
// printed. Nothing is deleted that this run cannot prove to be its own.
import { Failure } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { idOf } from '../plan/plan.ts';
import type { IssueTools } from './issue.ts';
import { type BadCard, hasMoney } from './reading.ts';
import {
  type AskedRecord,
  type CardRange,
  type Found,
  type LookedRecord,
  type SweptRecord,
  countOf,
  eachCard,
  toRanges,
} from './records.ts';

/** Seconds by which the platform's Date header, which has whole seconds, may be early. */
const SLACK = 2;

/** Cards of a batch about which there is doubt. */
export interface DoubtStep {
  readonly batch: number;
  readonly attempt: number;
  /** The attempt in which they were first asked for. */
  readonly since: number;
  readonly cards: readonly CardRange[];
}

/** Looks each card up and notes which of them exist. */
export async function lookBatch(step: DoubtStep, tools: IssueTools): Promise<void> {
  const { folder, log } = tools;
  const { batch, attempt, since, cards } = step;
  const asked = (await folder.readJson(names.asked(batch, since))) as AskedRecord;
  // The platform may still be committing what it never answered.
  log.emit({ event: 'waiting', what: `batch ${batch} is in doubt`, seconds: tools.settle / 1000 });
  await tools.sleep(tools.settle);
  const looked = await lookUp(cards, asked, tools);
  await folder.write(names.looked(batch, attempt), `${JSON.stringify(looked)}\n`);
  log.emit({
    event: 'batch.looked',
    batch,
    attempt,
    found: looked.found.length,
    absent: countOf(looked.absent),
  });
}

/**
 * Deletes these cards, which a look found to be this run's own, and notes what became of each.
 * @throws Failure of kind `doubt` where one no longer surely is: it is not touched, and nothing is noted
 */
export async function voidBatch(step: DoubtStep, tools: IssueTools): Promise<void> {
  const { folder, log } = tools;
  const { batch, attempt, since } = step;
  const looked = (await folder.readJson(names.looked(batch, attempt))) as LookedRecord;
  const asked = (await folder.readJson(names.asked(batch, since))) as AskedRecord;
  const wanted = new Set([...eachCard(step.cards)].map(({ serial }) => serial));
  const { foreign, ...record } = await voidCards(
    looked.found.filter((card) => card.foreign === null && wanted.has(card.serial)),
    asked,
    tools,
  );
  const [first] = foreign;
  if (first !== undefined)
    throw new Failure('doubt', {
      message: `batch ${batch}: serial ${first.serial} exists at the platform, but ${first.foreign ?? ''}: it was not touched`,
      hint: 'find out whose card it is; once it is gone, run again',
    });
  await folder.write(names.voided(batch, attempt), `${JSON.stringify(record)}\n`);
  log.emit({
    event: 'batch.voided',
    batch,
    attempt,
    voided: countOf(record.voided),
    orphaned: record.orphaned.length,
  });
}

/**
 * Looks once more for every card that was given up, in case the platform committed late, and voids what has
 * come since.
 */
export async function sweep(
  step: { readonly cards: readonly { readonly asked: AskedRecord; readonly cards: readonly CardRange[] }[] },
  tools: IssueTools,
): Promise<void> {
  const parts: SweptRecord[] = [];
  for (const { asked, cards } of step.cards) {
    const { found } = await lookUp(cards, asked, tools);
    const record = await voidCards(
      found.filter(({ foreign }) => foreign === null),
      asked,
      tools,
    );
    const foreign = [...found.filter((card) => card.foreign !== null), ...record.foreign];
    parts.push({ ...record, foreign });
  }
  const swept: SweptRecord = {
    at: tools.now().toISOString(),
    voided: parts.flatMap(({ voided }) => voided),
    orphaned: parts.flatMap(({ orphaned }) => orphaned),
    foreign: parts.flatMap(({ foreign }) => foreign),
  };
  await tools.folder.write(names.swept, `${JSON.stringify(swept)}\n`);
  tools.log.emit({
    event: 'run.swept',
    looked: step.cards.reduce((sum, { cards }) => sum + countOf(cards), 0),
    voided: countOf(swept.voided),
    orphaned: swept.orphaned.length,
  });
}

/** Looks cards up that were asked for at a time: which exist, and whether each is surely this run's own. */
export async function lookUp(
  cards: readonly CardRange[],
  asked: AskedRecord,
  tools: IssueTools,
): Promise<LookedRecord> {
  const all = [...eachCard(cards)];
  const results = await Promise.all(
    all.map(async (card) => ({ card, seen: await tools.platform.look(idOf(tools.plan, card.serial)) })),
  );
  const found: Found[] = [];
  for (const { card, seen } of results) {
    if (seen !== undefined) found.push({ ...card, foreign: foreignness(seen, asked, tools.platform.time()) });
  }
  return {
    at: tools.now().toISOString(),
    found,
    absent: toRanges(results.filter(({ seen }) => seen === undefined).map(({ card }) => card)),
  };
}

/** Why a card may not be this run's own, or null where it surely is. Times are the platform's, never ours. */
function foreignness(
  card: Record<string, unknown>,
  asked: AskedRecord,
  now: Date | undefined,
): string | null {
  if (card.status !== 'inactive' && card.status !== 'created') return 'it is not inactive';
  if (hasMoney(card)) return 'its balance is not zero';
  const created = typeof card.created_at === 'string' ? Date.parse(card.created_at) : NaN;
  if (Number.isNaN(created)) return 'the platform does not say when it was made';
  if (asked.platform === null || now === undefined) return 'the platform does not say what time it is';
  if (created < Date.parse(asked.platform) - SLACK * 1000) return 'it was made before this run asked for it';
  if (created > now.getTime() + SLACK * 1000) return 'it was made after this run looked for it';
  return null;
}

/**
 * Deletes cards and looks whether they are gone. Each is looked at right before each call as well, for the look
 * that found it may be long ago: `foreign` are those that may no longer be touched.
 * @param asked when they were first asked for
 */
export async function voidCards(
  found: readonly Found[],
  asked: AskedRecord,
  tools: IssueTools,
): Promise<SweptRecord> {
  const voided: Found[] = [];
  const orphaned: BadCard[] = [];
  const foreign: Found[] = [];
  await Promise.all(
    found.map(async (card) => {
      const { position, serial } = card;
      const id = idOf(tools.plan, serial);
      /** Undefined: it is gone, deleted by this process or an earlier one. */
      const see = async () => {
        const seen = await tools.platform.look(id);
        return seen && { foreign: foreignness(seen, asked, tools.platform.time()) };
      };
      const isOurs = (card: Awaited<ReturnType<typeof see>>) => card?.foreign === null;
      let after = await see();
      let refusal: string | undefined;
      if (isOurs(after)) {
        refusal = await tools.platform.remove(id, async () => isOurs(await see()));
        // Believed when seen: a card is void when the platform no longer knows it.
        after = await see();
      }
      if (after === undefined) voided.push(card);
      else if (after.foreign !== null) foreign.push({ position, serial, foreign: after.foreign });
      else orphaned.push({ position, serial, why: refusal ?? 'it is still there after its deletion' });
    }),
  );
  const byPosition = (a: { position: number }, b: { position: number }) => a.position - b.position;
  return {
    at: tools.now().toISOString(),
    voided: toRanges(voided.sort(byPosition)),
    orphaned: orphaned.sort(byPosition),
    foreign: foreign.sort(byPosition),
  };
}
