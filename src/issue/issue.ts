// One batch: note that it is asked for, ask, seal what comes, and only then look into it.
import { countText } from '../base/count.ts';
import { Failure, asFailure } from '../base/failure.ts';
import type { Lock } from '../base/lock.ts';
import type { Log } from '../base/log.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import { type KeyPair, seal, unseal } from '../base/vault.ts';
import type { CodeFormat } from '../plan/format.ts';
import { type Plan, idOf } from '../plan/plan.ts';
import { type Answer, packAnswer, unpackAnswer } from './answer.ts';
import type { Platform } from './platform.ts';
import { type KnownPrints, printsOf, splitPrints } from './prints.ts';
import { type AskedCard, type GoodCard, type Reading, readAnswer } from './reading.ts';
import {
  type AskedRecord,
  type CardRange,
  type CardsRecord,
  countOf,
  eachCard,
  toRanges,
} from './records.ts';

/** What the issue stage works with. */
export interface IssueTools {
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly keys: RunKeys;
  readonly prints: KnownPrints;
  readonly platform: Platform;
  readonly lock: Lock;
  readonly log: Log;
  readonly now: () => Date;
  /** Waits; cut short when the program is asked to stop. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Waits whatever happens: for what may not be given up. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds until a platform that gave no answer has surely done what it will do. */
  readonly settle: number;
  /** Gives the first of the serials that no run has taken, and keeps others from taking any until `use` has noted its own. */
  readonly freshSerials: <T>(use: (first: number) => Promise<T>) => Promise<T>;
}

/** What opens the vault of a run. */
export type VaultTools = Pick<IssueTools, 'plan' | 'folder' | 'keys'>;

/** The keys of a run, opened: `run` seals and unseals what the run keeps, `proof` makes its commitments. */
export interface RunKeys {
  readonly run: KeyPair;
  readonly proof: Uint8Array;
}

/** Cards to ask for: these serials, or fresh ones for these positions. */
export type Wanted = { readonly cards: readonly CardRange[] } | { readonly fresh: readonly CardRange[] };

/** Asks for the cards of a batch once, and seals the answer, whatever it is. */
export async function askBatch(
  step: { readonly batch: number; readonly attempt: number; readonly want: Wanted },
  tools: IssueTools,
): Promise<void> {
  const { plan, folder, keys, platform, log } = tools;
  const { batch, attempt, want } = step;
  const note = async (cards: readonly CardRange[]) => {
    const platformTime = platform.time()?.toISOString() ?? null;
    const asked: AskedRecord = {
      batch,
      attempt,
      at: tools.now().toISOString(),
      platform: platformTime,
      cards,
    };
    if (!(await folder.write(names.asked(batch, attempt), `${JSON.stringify(asked)}\n`))) {
      throw new Failure('bug', `batch ${batch} attempt ${attempt} was asked for before`);
    }
    log.emit({ event: 'batch.asked', batch, attempt, cards: countOf(cards) });
    return requestBody(plan, cards);
  };
  const answer = await platform.askBatch(async () => {
    await tools.lock.assertHeld();
    if ('cards' in want) return note(want.cards);
    return tools.freshSerials((first) => note(renumbered(want.fresh, first)));
  });
  const sealed = await seal(packAnswer(answer), [keys.run.recipient]);
  await keepTrying(tools, () => folder.write(names.answer(batch, attempt), sealed));
  log.emit({ event: 'batch.answered', batch, attempt, status: answer.status, bytes: answer.body.length });
}

/** The same positions under consecutive serials. */
function renumbered(ranges: readonly CardRange[], first: number): CardRange[] {
  let serial = first;
  return toRanges([...eachCard(ranges)].map(({ position }) => ({ position, serial: serial++ })));
}

/** Unseals an answer and notes what it holds. */
export async function readBatch(
  step: { readonly batch: number; readonly attempt: number },
  tools: Pick<IssueTools, 'plan' | 'folder' | 'keys' | 'prints' | 'log'>,
): Promise<CardsRecord> {
  const { folder, log } = tools;
  const { batch, attempt } = step;
  const asked = (await folder.readJson(names.asked(batch, attempt))) as AskedRecord;
  const reading = await unsealReading(asked, tools);
  const record = await noteCards(names.cards(batch, attempt), reading, tools);
  const good = record.outcome === 'made' ? countOf(record.good) : 0;
  log.emit({ event: 'batch.read', batch, attempt, good, note: noteOf(record) });
  return record;
}

/** The cards of an attempt's own answer, from the vault. */
export async function answeredCards(
  asked: AskedRecord,
  good: readonly CardRange[],
  tools: VaultTools,
): Promise<readonly GoodCard[]> {
  const reading = await unsealReading(asked, tools);
  const wanted = new Set([...eachCard(good)].map(({ position }) => position));
  return reading.outcome === 'made' ? reading.good.filter(({ position }) => wanted.has(position)) : [];
}

async function unsealReading(asked: AskedRecord, { plan, folder, keys }: VaultTools): Promise<Reading> {
  const name = names.answer(asked.batch, asked.attempt);
  const answer: Answer = unpackAnswer(await unseal(await folder.read(name), keys.run, name), name);
  const cards: AskedCard[] = [...eachCard(asked.cards)].map((card) => ({
    ...card,
    cardId: idOf(plan, card.serial),
  }));
  return readAnswer(answer, { cards, token: plan.cards.token, pin: plan.cards.pin });
}

/** Notes what was read, without the cards whose token is on another one; what was noted. */
export async function noteCards(
  name: string,
  reading: Reading,
  { folder, keys, prints }: Pick<IssueTools, 'folder' | 'keys' | 'prints'>,
): Promise<CardsRecord> {
  return prints.inTurn(async () => {
    const record = toRecord(reading, await prints.outside(name), keys.run);
    await folder.write(name, `${JSON.stringify(record)}\n`);
    return record;
  });
}

function toRecord(reading: Reading, isElsewhere: (print: string) => boolean, run: KeyPair): CardsRecord {
  if (reading.outcome !== 'made') return reading;
  const prints = splitPrints(
    printsOf(
      reading.good.map(({ token }) => token),
      run,
    ),
  );
  const times = new Map<string, number>();
  for (const print of prints) times.set(print, (times.get(print) ?? 0) + 1);
  const good: GoodCard[] = [];
  const bad = [...reading.bad];
  for (const [index, card] of reading.good.entries()) {
    const { position, serial } = card;
    const print = prints[index] ?? '';
    if (isElsewhere(print)) bad.push({ position, serial, why: 'its token is on another card of the run' });
    else if ((times.get(print) ?? 0) > 1)
      bad.push({ position, serial, why: 'its token is on another card too' });
    else good.push(card);
  }
  return {
    outcome: 'made',
    good: toRanges(good),
    bad: bad.sort((a, b) => a.position - b.position),
    terms: reading.terms,
    prints: printsOf(
      good.map(({ token }) => token),
      run,
    ),
  };
}

/** The request, always with all switches of a format: the platform's defaults are not what its guides say. */
function requestBody(plan: Plan, cards: readonly CardRange[]): string {
  const { type, token, pin } = plan.cards;
  return JSON.stringify({
    cards: [...eachCard(cards)].map(({ serial }) => ({ card_id: idOf(plan, serial), type })),
    options: { card_token: { format: wireFormat(token) }, ...(pin && { pin: { format: wireFormat(pin) } }) },
  });
}

export function wireFormat({ length, prefix, symbols, numbers, characters, barcode }: CodeFormat): object {
  return { length, ...(prefix !== '' && { prefix }), symbols, numbers, characters, barcode };
}

function noteOf(record: CardsRecord): string {
  switch (record.outcome) {
    case 'made':
      return record.bad.length === 0 ? '' : `${countText(record.bad.length, 'card')} must not be printed`;
    case 'limited':
      return 'too many requests';
    case 'doubt':
      return record.why;
    case 'exists':
      return 'the platform has cards of these ids already';
    default:
      return record.message;
  }
}

/** The answer is now in memory only: a full disk is waited out, since giving up here loses every card in it. */
export async function keepTrying(tools: IssueTools, write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS_TO_WRITE) throw error;
      tools.log.emit({
        event: 'waiting',
        what: `an answer is in memory alone, and must be written: ${asFailure(error).complaints[0]?.message ?? ''}`,
        seconds: SECONDS_TO_WAIT,
      });
      await tools.wait(SECONDS_TO_WAIT * 1000);
    }
  }
}

/** Ten minutes in all: long enough for a person to make room. */
const ATTEMPTS_TO_WRITE = 120;
const SECONDS_TO_WAIT = 5;
