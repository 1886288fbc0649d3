// Makes the tokens and PINs of a request.
import { badRequest } from './answer.ts';
import type { BookedPin, BookedToken } from './books.ts';
import type { Context } from './card-operation.ts';
import { timestamp } from './card-operation.ts';
import { drawPin, drawToken, drawUuidToken } from './code-draw.ts';
import type { CodeFormat } from './code-format.ts';
import { uuidFormat } from './code-format.ts';

/** The last moment a Date can hold; no maximum is documented for `expires_in`. */
const END_OF_TIME = 8.64e15;

export interface TokenTerms {
  /** Absent for the default, a UUID behind `DINCARD:`. */
  readonly format?: CodeFormat | undefined;
  /** Seconds. */
  readonly expires_in: number;
  readonly expires_after_transaction: boolean;
}

export function makePin({ behaviour, chance, now }: Context, format: CodeFormat): BookedPin {
  return { value: drawPin(format, behaviour.symbolSet, chance), format, created_at: timestamp(now) };
}

/**
 * A token no card of the account ever had. `reserved` holds the tokens of this request that are not in the
 * account yet; the new one joins them. Throws a 400 that names `field` where the format has none left.
 */
export function makeToken(
  { account, behaviour, chance, now, clientId }: Context,
  { format, expires_in, expires_after_transaction }: TokenTerms,
  field: string,
  reserved = new Set<string>(),
): BookedToken {
  const isUsed = (value: string): boolean => reserved.has(value) || account.byToken.has(value);
  const value =
    format === undefined
      ? drawUuidToken(chance, isUsed)
      : drawToken(format, behaviour.symbolSet, chance, isUsed);
  if (value === undefined)
    throw badRequest([{ field, message: 'too few unused tokens of this format are left' }]);
  reserved.add(value);
  return {
    id: chance.uuid(),
    value,
    format: format ?? uuidFormat,
    created_at: timestamp(now),
    created_by: clientId,
    expires_in,
    expires_at: expiry(now, expires_in),
    expires_after_transaction,
    metadata: {},
  };
}

/** When something that lives for `seconds` from `now` ends. */
export function expiry(now: number, seconds: number): string {
  return timestamp(Math.min(now + seconds * 1000, END_OF_TIME));
}
