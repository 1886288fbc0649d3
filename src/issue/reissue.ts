// New secrets for cards that exist and whose first ones were lost: a new token under a fixed reference, and a
// new PIN. Each answer is sealed before it is parsed; what was sealed is never asked for again.
import { countText } from '../base/count.ts';
import { names } from '../base/run-folder.ts';
import { seal, unseal } from '../base/vault.ts';
import { secret } from '../base/secret.ts';
import { idOf } from '../plan/plan.ts';
import { type Answer, isMap, jsonBody, packAnswer, refusalText, unpackAnswer } from './answer.ts';
import { type IssueTools, type VaultTools, keepTrying, noteCards, wireFormat } from './issue.ts';
import { type BadCard, type GoodCard, Lifetimes, type Reading, codeFault } from './reading.ts';
import { type Found, type LookedRecord, countOf } from './records.ts';

/** Seconds that a new token lives; printed cards live for years, and the platform names no maximum. */
const TOKEN_LIFE = 315_360_000;

type What = 'token' | 'pin';

/** Gets new secrets for every card that a look found, and notes which are good. */
export async function reissueBatch(
  step: { readonly batch: number; readonly attempt: number },
  tools: IssueTools,
): Promise<void> {
  const { folder, log } = tools;
  const { batch, attempt } = step;
  const looked = (await folder.readJson(names.looked(batch, attempt))) as LookedRecord;
  await letPinsSettle(step, looked.found, tools);
  const results = await reissueCards(step, looked.found, tools);
  const good: GoodCard[] = [];
  const bad: BadCard[] = [];
  const life = new Lifetimes();
  for (const { card, result } of results) {
    const { position, serial } = card;
    if (typeof result === 'string') bad.push({ position, serial, why: result });
    else {
      good.push(result.card);
      life.add(result.token, result.token, result.received, TOKEN_LIFE);
    }
  }
  const reading: Reading = { outcome: 'made', good, bad, terms: life.terms() };
  const record = await noteCards(names.reissued(batch, attempt), reading, tools);
  const made = record.outcome === 'made' ? countOf(record.good) : 0;
  log.emit({
    event: 'batch.read',
    batch,
    attempt,
    good: made,
    note: `${countText(made, 'card has', 'cards have')} new codes`,
  });
}

/** A card with its new secrets out of the vault. */
export async function reissuedCard(
  step: { readonly batch: number; readonly attempt: number },
  card: { readonly position: number; readonly serial: number },
  tools: VaultTools,
): Promise<GoodCard | string> {
  const reissued = await readReissued(step, card, tools);
  return typeof reissued === 'string' ? reissued : reissued.card;
}

/** A card with its new secrets, and what the platform says of its token. */
interface Reissued {
  readonly card: GoodCard;
  readonly token: Record<string, unknown>;
  readonly received: string;
}

async function readReissued(
  step: { readonly batch: number; readonly attempt: number },
  { position, serial }: { readonly position: number; readonly serial: number },
  { plan, folder, keys }: VaultTools,
): Promise<Reissued | string> {
  const read = async (what: What) => {
    const name = names.reissue(step.batch, step.attempt, serial, what);
    return unpackAnswer(await unseal(await folder.read(name), keys.run, name), name);
  };
  const answer = await read('token');
  const token = codeOf(answer, 'token');
  const tokenFault = codeFault(token, plan.cards.token);
  if (token === undefined || tokenFault !== undefined) return `its new token ${tokenFault ?? ''}`;
  const json = jsonBody(answer);
  const reissued = {
    card: { position, serial, cardId: idOf(plan, serial), token: secret(token) },
    token: isMap(json) ? json : {},
    received: answer.received,
  };
  if (plan.cards.pin === null) return reissued;
  const pin = codeOf(await read('pin'), 'pin');
  const pinFault = codeFault(pin, plan.cards.pin);
  return pin === undefined || pinFault !== undefined
    ? `its new PIN ${pinFault ?? ''}`
    : { ...reissued, card: { ...reissued.card, pin: secret(pin) } };
}

/**
 * A process that died between asking for a PIN and sealing it may have left a rotation that the platform still
 * carries out, after ours: such a card has its token and no PIN.
 */
async function letPinsSettle(
  { batch, attempt }: { readonly batch: number; readonly attempt: number },
  cards: readonly Found[],
  { plan, folder, log, sleep, settle }: IssueTools,
): Promise<void> {
  if (plan.cards.pin === null) return;
  for (const { serial } of cards) {
    if (!(await folder.has(names.reissue(batch, attempt, serial, 'token')))) continue;
    if (await folder.has(names.reissue(batch, attempt, serial, 'pin'))) continue;
    log.emit({ event: 'waiting', what: `a PIN of batch ${batch} is in doubt`, seconds: settle / 1000 });
    await sleep(settle);
    return;
  }
}

/**
 * New secrets for each card. Where that fails for one, nothing more is asked for, and what is on its way is waited
 * for: an answer that came after this had ended could be sealed beside one that another call got.
 */
async function reissueCards(
  step: { readonly batch: number; readonly attempt: number },
  cards: readonly Found[],
  tools: IssueTools,
): Promise<readonly { readonly card: Found; readonly result: Reissued | string }[]> {
  const halt = new AbortController();
  const inTurn = async () => {
    halt.signal.throwIfAborted();
    await tools.lock.assertHeld();
  };
  const results = await Promise.allSettled(
    cards.map(async (card) => {
      try {
        return { card, result: await reissueCard(step, card, inTurn, tools) };
      } catch (error) {
        halt.abort(error);
        throw error;
      }
    }),
  );
  halt.signal.throwIfAborted();
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function reissueCard(
  step: { readonly batch: number; readonly attempt: number },
  card: Found,
  inTurn: () => Promise<void>,
  tools: IssueTools,
): Promise<Reissued | string> {
  const { plan, platform, settle } = tools;
  const { pin } = plan.cards;
  const id = idOf(plan, card.serial);
  // Fixed for card and attempt, so that a repeated call makes no second token where the platform keeps its word.
  const ref = `${plan.run}.${step.batch}.${step.attempt}.${card.serial}`;
  const token = {
    expires_in: TOKEN_LIFE,
    expires_after_transaction: false,
    format: wireFormat(plan.cards.token),
  };
  const refusal =
    (await ask(step, card, 'token', tools, (turn) =>
      // A platform that refuses a reference it has seen will not say what it answered then: another one.
      platform.newToken(id, { ref_id: turn === 1 ? ref : `${ref}.${turn}`, ...token }, inTurn),
    )) ??
    (pin === null
      ? undefined
      : await ask(step, card, 'pin', tools, () =>
          platform.newPin(id, { pin: { format: wireFormat(pin) } }, settle, inTurn),
        ));
  return refusal ?? readReissued(step, card, tools);
}

/** Asks for one secret unless it is sealed already; returns why the platform refuses, if it does. */
async function ask(
  step: { readonly batch: number; readonly attempt: number },
  card: Found,
  what: What,
  tools: IssueTools,
  call: (turn: number) => Promise<Answer>,
): Promise<string | undefined> {
  const { folder, keys, lock } = tools;
  const name = names.reissue(step.batch, step.attempt, card.serial, what);
  if (await folder.has(name)) return undefined;
  for (let turn = 1; ; turn += 1) {
    const answer = await call(turn);
    if (answer.status >= 200 && answer.status < 300 && answer.complete) {
      // Who took the lock over has asked for a PIN of its own: ours would be read, and is void.
      if (what === 'pin') await lock.assertHeld();
      const sealed = await seal(packAnswer(answer), [keys.run.recipient]);
      await keepTrying(tools, () => folder.write(name, sealed));
      return undefined;
    }
    if (answer.status !== 409 || what === 'pin' || turn === 3)
      return `the platform gives no new ${what === 'pin' ? 'PIN' : 'token'}: ${refusalText(answer)}`;
  }
}

function codeOf(answer: Answer, what: What): string | undefined {
  const json = jsonBody(answer);
  const holder = isMap(json) && what === 'pin' ? json.pin : json;
  const inner = isMap(holder) ? holder[what] : undefined;
  return isMap(inner) && typeof inner.value === 'string' ? inner.value : undefined;
}
