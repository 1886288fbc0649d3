// Cards of another run, sealed anew: a supplement prints from a vault of its own, so that it is printed, read
// back, packed and purged like any other run. The codes go from one seal into the other as they came.
import { Failure } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { seal, unseal } from '../base/vault.ts';
import { idOf } from '../plan/plan.ts';
import { type Answer, isMap, jsonBody, packAnswer, unpackAnswer } from './answer.ts';
import type { VaultTools } from './issue.ts';
import { eachCard } from './records.ts';
import type { GoodCards } from './vaulted.ts';

/** Good cards of one attempt, and the vault that they lie in. */
export interface Source {
  readonly part: GoodCards;
  readonly tools: VaultTools;
}

/**
 * One answer, as a platform would give it, that holds exactly these cards; sealed.
 * @throws Failure of kind `mismatch` where a vault no longer holds one of them
 */
export async function copyAnswer(sources: readonly Source[], recipient: string): Promise<Uint8Array> {
  const cards: unknown[] = [];
  let received: string | undefined;
  for (const source of sources) {
    const copied = await cardsOf(source);
    cards.push(...copied.cards);
    // Lives are counted from here: the earliest is the sure one.
    if (received === undefined || copied.received < received) received = copied.received;
  }
  const body = new TextEncoder().encode(JSON.stringify({ cards }));
  const answer: Answer = {
    status: 200,
    headers: {},
    body,
    complete: true,
    broke: null,
    received: received ?? '',
  };
  return seal(packAnswer(answer), [recipient]);
}

async function cardsOf({ part, tools }: Source): Promise<{ cards: unknown[]; received: string }> {
  const { plan } = tools;
  const { batch, attempt } = part.asked;
  const wanted = [...eachCard(part.good)];
  if (!part.reissued) {
    const answer = await open(names.answer(batch, attempt), tools);
    const json = jsonBody(answer);
    const ids = new Set(wanted.map(({ serial }) => idOf(plan, serial)));
    const all = isMap(json) && Array.isArray(json.cards) ? (json.cards as unknown[]) : [];
    const cards = all.filter((card) => isMap(card) && ids.has(String(card.card_id)));
    if (cards.length !== ids.size) throw lost(plan.run, batch);
    return { cards, received: answer.received };
  }
  const cards: unknown[] = [];
  let received = '';
  for (const { serial } of wanted) {
    const token = await open(names.reissue(batch, attempt, serial, 'token'), tools);
    const pin =
      plan.cards.pin === null
        ? undefined
        : jsonBody(await open(names.reissue(batch, attempt, serial, 'pin'), tools));
    cards.push({
      card_id: idOf(plan, serial),
      status: 'inactive',
      card_token: jsonBody(token),
      ...(isMap(pin) && { pin: pin.pin }),
    });
    if (received === '' || token.received < received) received = token.received;
  }
  return { cards, received };
}

async function open(name: string, { folder, keys }: VaultTools): Promise<Answer> {
  return unpackAnswer(await unseal(await folder.read(name), keys.run, name), name);
}

const lost = (run: string, batch: number) =>
  new Failure(
    'mismatch',
    `batch ${batch} of ${run}: the vault no longer holds the cards that were read from it`,
  );
