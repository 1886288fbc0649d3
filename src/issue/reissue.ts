// New secrets for cards that exist and whose first ones were lost: a new token under a fixed reference, and a
// new PIN. Each answer is sealed before it is parsed; what was sealed is never asked for again.
import { countText } from '../base/count.ts';
import { names } from '../base/run-folder.ts';
import { seal, unseal } from '../base/vault.ts';
import { secret } from '../base/secret.ts';
import { idOf } from '../plan/plan.ts';
import { type Answer, isMap, jsonBody, packAnswer, refusalText, unpackAnswer } from './answer.ts';
import type { IssueTools } from './issue.ts';
import { printsOf, splitPrints } from './prints.ts';
import { type BadCard, type GoodCard, codeFault } from './reading.ts';
import { type CardsRecord, type Found, type LookedRecord, toRanges } from './records.ts';
import { keepTrying, wireFormat } from './issue.ts';

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
  const results = await Promise.all(
    looked.found.map(async (card) => ({ card, result: await reissueCard(step, card, tools) })),
  );
  const name = names.reissued(batch, attempt);
  const isElsewhere = await tools.prints.outside(name);
  const bad: BadCard[] = [];
  const good: GoodCard[] = [];
  for (const { card, result } of results) {
    const { position, serial } = card;
    if (typeof result === 'string') bad.push({ position, serial, why: result });
    else if (isElsewhere(splitPrints(printsOf([result.token], tools.keys.run))[0] ?? '')) {
      bad.push({ position, serial, why: 'its token is on another card of the run' });
    } else good.push(result);
  }
  const record: CardsRecord = {
    outcome: 'made',
    good: toRanges(good),
    bad,
    terms: {
      onePurchase: 0,
      ends: new Date(tools.now().getTime() + TOKEN_LIFE * 1000).toISOString(),
      begins: null,
    },
    prints: printsOf(
      good.map(({ token }) => token),
      tools.keys.run,
    ),
  };
  await folder.write(name, `${JSON.stringify(record)}\n`);
  log.emit({
    event: 'batch.read',
    batch,
    attempt,
    good: good.length,
    note: `${countText(good.length, 'card has', 'cards have')} new codes`,
  });
}

/** A card with its new secrets out of the vault. */
export async function reissuedCard(
  step: { readonly batch: number; readonly attempt: number },
  card: { readonly position: number; readonly serial: number },
  tools: Pick<IssueTools, 'plan' | 'folder' | 'keys'>,
): Promise<GoodCard | string> {
  const { plan, folder, keys } = tools;
  const read = async (what: What) => {
    const name = names.reissue(step.batch, step.attempt, card.serial, what);
    return codeOf(unpackAnswer(await unseal(await folder.read(name), keys.run, name), name), what);
  };
  const token = await read('token');
  const tokenFault = codeFault(token, plan.cards.token);
  if (token === undefined || tokenFault !== undefined) return `its new token ${tokenFault ?? ''}`;
  const base = {
    position: card.position,
    serial: card.serial,
    cardId: idOf(plan, card.serial),
    token: secret(token),
  };
  if (plan.cards.pin === null) return base;
  const pin = await read('pin');
  const pinFault = codeFault(pin, plan.cards.pin);
  return pin === undefined || pinFault !== undefined
    ? `its new PIN ${pinFault ?? ''}`
    : { ...base, pin: secret(pin) };
}

async function reissueCard(
  step: { readonly batch: number; readonly attempt: number },
  card: Found,
  tools: IssueTools,
): Promise<GoodCard | string> {
  const { plan, platform } = tools;
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
      platform.newToken(id, { ref_id: turn === 1 ? ref : `${ref}.${turn}`, ...token }),
    )) ??
    (pin === null
      ? undefined
      : await ask(step, card, 'pin', tools, () => platform.newPin(id, { pin: { format: wireFormat(pin) } })));
  return refusal ?? reissuedCard(step, card, tools);
}

/** Asks for one secret unless it is sealed already; returns why the platform refuses, if it does. */
async function ask(
  step: { readonly batch: number; readonly attempt: number },
  card: Found,
  what: What,
  tools: IssueTools,
  call: (turn: number) => Promise<Answer>,
): Promise<string | undefined> {
  const { folder, keys } = tools;
  const name = names.reissue(step.batch, step.attempt, card.serial, what);
  if (await folder.has(name)) return undefined;
  await tools.lock.assertHeld();
  for (let turn = 1; ; turn += 1) {
    const answer = await call(turn);
    if (answer.status >= 200 && answer.status < 300 && answer.complete) {
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
