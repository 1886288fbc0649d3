// Finds out, on three cards of a test account, what the platform's documents leave open. What it makes it
// deletes again; no token and no PIN that it sees is kept.
import { type Answer, isMap, jsonBody, refusalText } from './answer.ts';
import type { Platform } from './platform.ts';

/** One question and what the platform did. */
export interface Finding {
  readonly question: string;
  readonly answer: string;
}

export interface ProbeReport {
  readonly format: 'cardpress-probe/1';
  readonly account: string;
  readonly origin: string;
  readonly at: string;
  readonly findings: Readonly<Record<FindingName, Finding>>;
  /** Ids that could not be deleted again. */
  readonly left: readonly string[];
}

export type FindingName =
  | 'dateHeader'
  | 'newCard'
  | 'tokenLife'
  | 'existingId'
  | 'partialSuccess'
  | 'lookUp'
  | 'newToken'
  | 'sameReference'
  | 'newPin'
  | 'delete'
  | 'deletedIdAgain'
  | 'activate'
  | 'deleteActivated';

const DIGITS = { symbols: false, numbers: true, characters: false, barcode: false };
const TOKEN = { length: 16, ...DIGITS };
const PIN = { length: 6, ...DIGITS };

export async function probe(
  platform: Platform,
  facts: { readonly account: string; readonly origin: string; readonly now: Date },
): Promise<ProbeReport> {
  const stem = `cardpress-probe-${facts.now.getTime()}`;
  const [a, b, c] = [`${stem}-a`, `${stem}-b`, `${stem}-c`];
  const found: Partial<Record<FindingName, Finding>> = {};
  const note = (name: FindingName, question: string, answer: string) => {
    found[name] = { question, answer };
  };
  const ask = (...ids: readonly string[]) =>
    platform.askBatch(() =>
      Promise.resolve(
        JSON.stringify({
          cards: ids.map((id) => ({ card_id: id, type: 'gift_card' })),
          options: { card_token: { format: TOKEN }, pin: { format: PIN } },
        }),
      ),
    );
  try {
    const first = await ask(a, b);
    note('dateHeader', 'Does it say what time it is?', platform.time() === undefined ? 'no' : 'yes');
    const [card = {}] = cardsIn(first);
    note(
      'newCard',
      'What does a new card look like?',
      `${statusText(first)}; status ${text(card.status)}; fields ${fields(card)}`,
    );
    const token = isMap(card.card_token) ? card.card_token : {};
    note(
      'tokenLife',
      'How long does a token live?',
      `${text(token.expires_in)} s; ends with the first purchase: ${text(token.expires_after_transaction)}`,
    );
    note('existingId', 'What does a batch with an existing id get?', statusText(await ask(a)));
    const partial = await ask(a, c);
    const made = (await platform.look(c)) !== undefined;
    note(
      'partialSuccess',
      'Does a batch with one existing id make the others?',
      `${statusText(partial)}; the other was ${made ? 'made' : 'not made'}`,
    );
    note('lookUp', 'What does a look-up show?', fields((await platform.look(a)) ?? {}));
    const body = { ref_id: `${stem}-ref`, expires_in: 3600, expires_after_transaction: false, format: TOKEN };
    const [once, again] = [await platform.newToken(a, body), await platform.newToken(a, body)];
    note('newToken', 'Does an inactive card get a new token?', statusText(once));
    const same = valueIn(once) !== undefined && valueIn(once) === valueIn(again);
    note(
      'sameReference',
      'Does the same reference get the same token?',
      again.status >= 300 ? statusText(again) : same ? 'the same' : 'another',
    );
    note(
      'newPin',
      'Does an inactive card get a new PIN?',
      // Nothing is printed with it: what a late call would void does not matter.
      statusText(await platform.newPin(a, { pin: { format: PIN } }, 0)),
    );
    const refused = await platform.remove(a);
    const gone = (await platform.shown(a)) === undefined;
    note(
      'delete',
      'Can an inactive card be deleted?',
      refused ?? (gone ? 'yes, and it is gone' : 'yes, but it is still shown'),
    );
    note('deletedIdAgain', 'Can a deleted id be used again?', statusText(await ask(a)));
    note(
      'activate',
      'Can a card be activated by its id?',
      statusText(await platform.activate(b, { amount: 100, currency: 'NOK' })),
    );
    note('deleteActivated', 'Can an activated card be deleted?', (await platform.remove(b)) ?? 'yes');
  } finally {
    for (const id of [a, b, c]) await platform.remove(id).catch(() => undefined);
  }
  const left: string[] = [];
  for (const id of [a, b, c]) if ((await platform.look(id)) !== undefined) left.push(id);
  return {
    format: 'cardpress-probe/1',
    account: facts.account,
    origin: facts.origin,
    at: facts.now.toISOString(),
    // Every question was noted, or the probe threw.
    findings: found as Record<FindingName, Finding>,
    left,
  };
}

/** The report as a page that a person can read. */
export function probePage(report: ProbeReport): string {
  const rows = Object.values(report.findings).map(({ question, answer }) => `- **${question}** ${answer}`);
  const left =
    report.left.length === 0
      ? 'Nothing was left behind.'
      : `Left behind, since the platform deletes them not: ${report.left.join(', ')}.`;
  return [
    `# What ${report.origin} does`,
    '',
    `Account ${report.account}, ${report.at}.`,
    '',
    ...rows,
    '',
    left,
    '',
  ].join('\n');
}

const statusText = (answer: Answer) =>
  answer.status >= 200 && answer.status < 300 ? `yes (status ${answer.status})` : refusalText(answer);
const text = (value: unknown) => (value === undefined ? 'not said' : JSON.stringify(value));

/** Names of the fields, never their values: two of them are secrets. */
const fields = (card: Record<string, unknown>) => Object.keys(card).sort().join(', ');

function cardsIn(answer: Answer): readonly Record<string, unknown>[] {
  const json = jsonBody(answer);
  return isMap(json) && Array.isArray(json.cards) ? json.cards.filter(isMap) : [];
}

function valueIn(answer: Answer): unknown {
  const json = jsonBody(answer);
  return isMap(json) && isMap(json.token) ? json.token.value : undefined;
}
