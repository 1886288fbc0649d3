// Answers with something wrong in them, though the platform did its work.
import type { Answer } from './answer.ts';
import type { Chance } from './chance.ts';

type Thing = Readonly<Record<string, unknown>>;
export type Spoiling = 'shuffle' | 'missing-card' | 'repeat-token' | 'missing-pin';

/** The same answer, spoiled; unchanged where it has nothing of the kind, like a refusal. */
export function spoil(answer: Answer, spoiling: Spoiling, chance: Chance): Answer {
  const { content } = answer;
  if (content === undefined || !('json' in content) || !isThing(content.json)) return answer;
  const body = content.json;
  const cards = Array.isArray(body.cards) ? body.cards.filter(isThing) : undefined;
  if (cards !== undefined) return withJson(answer, { ...body, cards: spoilCards(cards, spoiling, chance) });
  return spoiling === 'missing-pin' ? withJson(answer, withoutPin(body)) : answer;
}

function spoilCards(cards: readonly Thing[], spoiling: Spoiling, chance: Chance): readonly Thing[] {
  // The middle one: first and last are where a careless client looks.
  const victim = Math.floor(cards.length / 2);
  switch (spoiling) {
    case 'shuffle':
      return displaced(cards, chance);
    case 'missing-card':
      return cards.toSpliced(victim, 1);
    case 'repeat-token':
      return cards.map((card, index) =>
        index === victim ? { ...card, card_token: cards[0]?.card_token } : card,
      );
    case 'missing-pin':
      return cards.map((card, index) => (index === victim ? withoutPin(card) : card));
  }
}

function withoutPin(thing: Thing): Thing {
  return Object.fromEntries(Object.entries(thing).filter(([name]) => name !== 'pin'));
}

function withJson(answer: Answer, body: Thing): Answer {
  return { ...answer, content: { json: body } };
}

/** In random order, and none where it was: Sattolo's shuffle, inside out. */
function displaced(cards: readonly Thing[], chance: Chance): readonly Thing[] {
  const order: Thing[] = [];
  for (const card of cards) {
    const place = order.length === 0 ? 0 : chance.below(order.length);
    order.push(...order.splice(place, 1, card));
  }
  return order;
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
