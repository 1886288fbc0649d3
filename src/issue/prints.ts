// Fingerprints of a run's tokens, to see that no token is on two cards without keeping any token: eight
// bytes of an HMAC under a key that ends with the run's own. Two of a million tokens share one by chance once in
// forty million runs, and then a good card is replaced.
import { createHmac } from 'node:crypto';
import type { RunFolder } from '../base/run-folder.ts';
import { type Secret, reveal } from '../base/secret.ts';
import { type KeyPair, derivedKey } from '../base/vault.ts';
import type { CardsRecord } from './records.ts';

const BYTES = 8;

/** The fingerprints of a run's cards in their order, as base64. */
export function printsOf(tokens: readonly Secret[], run: KeyPair): string {
  const key = derivedKey(run, 'fingerprints of tokens');
  const prints = tokens.map((token) =>
    createHmac('sha256', key).update(reveal(token)).digest().subarray(0, BYTES),
  );
  return Buffer.concat(prints).toString('base64');
}

/** The fingerprints in a text of `printsOf`, one a card. */
export function splitPrints(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length / BYTES }, (_, index) =>
    bytes.toString('latin1', index * BYTES, (index + 1) * BYTES),
  );
}

/** The fingerprints that a run has noted so far; each record is read once. */
export class KnownPrints {
  readonly #folder: RunFolder;
  readonly #read = new Set<string>();
  readonly #record = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  /** Does work that compares and notes: one after another, so that of two records with one token the later sees it. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Whether a fingerprint stands in another record than the one of this name. */
  async outside(own: string): Promise<(print: string) => boolean> {
    for (const file of await this.#folder.list('batches')) {
      const name = `batches/${file}`;
      if (!/\.(cards|reissued)\.json$/.test(file) || this.#read.has(name)) continue;
      const record = (await this.#folder.readJson(name)) as CardsRecord;
      if (record.outcome === 'made')
        for (const print of splitPrints(record.prints)) this.#record.set(print, name);
      this.#read.add(name);
    }
    return (print) => (this.#record.get(print) ?? own) !== own;
  }
}
