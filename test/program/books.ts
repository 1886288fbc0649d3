// A run's accounts against the books of whoever played the platform.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../../src/base/disk.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { secret } from '../../src/base/secret.ts';
import { commitmentOf, saltOf } from '../../src/pack/commitment.ts';
import { openRunKeys, readOperatorKey } from '../../src/pipeline/keys.ts';
import type { BookedCard } from '../../src/sandbox/books.ts';
import { type Rehearsal, manifestRows } from '../support/rehearsal.ts';

/** A card as the platform knows it. */
export interface KnownCard {
  readonly id: string;
  readonly deleted: boolean;
  readonly tokens: readonly string[];
  readonly pin: string;
}

/** The cards of the sandbox's books, as far as they can be told from what is printed. */
export const knownOf = (cards: readonly BookedCard[] = []): readonly KnownCard[] =>
  cards.map((card) => ({
    id: card.card_id,
    deleted: card.deleted_at !== undefined,
    tokens: card.tokens.map(({ value }) => value),
    pin: card.pins.at(-1)?.value ?? '',
  }));

export function runsIn(output: string): readonly string[] {
  return (existsSync(output) ? readdirSync(output) : []).filter((name) => !name.startsWith('.'));
}

/**
 * What is wrong between a finished run and the platform's books, in words: every card that exists is printed
 * exactly once with exactly its codes, or deleted, or named as one that could not be deleted.
 */
export async function difference(
  shop: Rehearsal,
  run: string,
  known: readonly KnownCard[],
): Promise<readonly string[]> {
  const folder = new RunFolder(nodeDisk, join(shop.output, run));
  const keys = await openRunKeys(folder, await readOperatorKey(nodeDisk, join(shop.dir, 'keys', 'key.txt')));
  const rows = manifestRows(shop.read(`${run}/handoff/manifest.csv`));
  const accounts = JSON.parse(shop.read(`${run}/accounts.json`)) as {
    ids: { orphaned: readonly { id: string }[] };
  };
  const orphaned = new Set(accounts.ids.orphaned.map(({ id }) => id));
  const printed = new Map(rows.map((row) => [row.card_id ?? '', row.commitment]));
  const wrong = printed.size === rows.length ? [] : ['a card is printed twice'];
  const alive = new Map(known.filter(({ deleted }) => !deleted).map((card) => [card.id, card]));
  for (const [id, commitment] of printed) {
    const card = alive.get(id);
    if (card === undefined) {
      wrong.push(`${id} is printed, and is not there`);
      continue;
    }
    const asPrinted = {
      serial: 0,
      cardId: id,
      token: secret(card.tokens.at(-1) ?? ''),
      pin: secret(card.pin),
    };
    if (commitmentOf(asPrinted, saltOf(id, keys.proof)) !== commitment)
      wrong.push(`${id} is printed with other codes`);
    alive.delete(id);
  }
  for (const id of alive.keys())
    if (!orphaned.has(id)) wrong.push(`${id} exists, and is neither printed nor named`);
  return wrong;
}
