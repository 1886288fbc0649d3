// A value that cannot be printed by accident: a token, a PIN, a credential.
// The text lives outside the object, so that no logger, serializer or debugger finds it.
import { inspect } from 'node:util';

const texts = new WeakMap<Secret, string>();
const REDACTED = '[secret]';

/** A text that shows as `[secret]` wherever it is printed, logged, thrown or serialized. */
export class Secret {
  constructor(text: string) {
    texts.set(this, text);
  }
  toString(): string {
    return REDACTED;
  }
  toJSON(): string {
    return REDACTED;
  }
  [Symbol.toPrimitive](): string {
    return REDACTED;
  }
  [inspect.custom](): string {
    return REDACTED;
  }
}

export function secret(text: string): Secret {
  return new Secret(text);
}

/**
 * The text of a secret. One searchable word: a test holds the list of files that may import it,
 * namely where a secret must become ink, a credential, a comparison or a commitment.
 */
export function reveal(value: Secret): string {
  const text = texts.get(value);
  if (text === undefined) throw new Error('a Secret that was cloned or forged has no text');
  return text;
}
