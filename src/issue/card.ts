// A card with its secrets, as it comes out of the platform's answer.
import type { Secret } from '../base/secret.ts';

export interface Card {
  readonly serial: number;
  readonly cardId: string;
  readonly token: Secret;
  /** Absent where the job asks for none. */
  readonly pin?: Secret;
}
