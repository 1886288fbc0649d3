// A card with its secrets, as it comes out of the platform's answer.
import type { Secret } from '../base/secret.ts';

export interface Card {
  readonly serial: number;
  readonly cardId: string;
  readonly token: Secret;
  /** Absent where the job asks for none. */
  readonly pin?: Secret;
  /** The platform's own pictures of the symbols, where it was asked for them: data URLs, empty where it gave none. */
  readonly pictures?: { readonly token?: Secret; readonly pin?: Secret };
}
