// A commitment to a card's secrets: it proves later which token and PIN were printed without giving them
// away now. Its salt comes from a key that lies in the vault, so one card's can be opened alone.
import { createHash, createHmac } from 'node:crypto';
import { reveal } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';

/** 32 bytes that belong to one card of one run. */
export function saltOf(cardId: string, proof: Uint8Array): Uint8Array {
  return createHmac('sha256', proof).update(`cardpress salt\n${cardId}`).digest();
}

/**
 * SHA-256 over salt, card id, token and PIN, in hex. Each text is preceded by its length in bytes (4, big
 * endian), so that no two cards run into the same bytes; a card without PIN has an empty one.
 */
export function commitmentOf(card: Card, salt: Uint8Array): string {
  const hash = createHash('sha256').update(salt);
  for (const text of [card.cardId, reveal(card.token), card.pin === undefined ? '' : reveal(card.pin)]) {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('hex');
}
