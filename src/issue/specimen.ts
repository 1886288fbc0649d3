// Cards that were never issued, to show a template with: codes of the right form that say what they are.
import { secret } from '../base/secret.ts';
import type { Card } from './card.ts';
import { type CodeFormat, alphabetOf, hardestTexts } from '../plan/format.ts';
import { cardId } from '../plan/ids.ts';

/** Digits that no platform gives out twice in a row, so that a specimen is known at sight. */
const SPECIMEN_DIGITS = '0123456789';

/** What the codes and ids of specimens are made of. */
export interface SpecimenFormats {
  readonly token: CodeFormat;
  readonly pin: CodeFormat | null;
  readonly idPattern: string;
  readonly run: string;
}

export function specimenCards(count: number, formats: SpecimenFormats): readonly Card[] {
  return Array.from({ length: count }, (_, index) => ({
    serial: index + 1,
    cardId: cardId(formats.idPattern, index + 1, formats.run),
    token: secret(specimenCode(formats.token)),
    ...(formats.pin !== null && { pin: secret(specimenCode(formats.pin)) }),
  }));
}

/** Cards of these serials, to try a design with: a specimen's codes first, then those that take the most room. */
export function trialCards(
  serials: readonly number[],
  { token, pin, idPattern, run }: SpecimenFormats,
): readonly Card[] {
  const codes = (format: CodeFormat) => [specimenCode(format), ...hardestTexts(format).toReversed()];
  const [tokens, pins] = [codes(token), pin === null ? [] : codes(pin)];
  const nth = (texts: readonly string[], index: number) => secret(texts[index % texts.length] ?? '');
  return serials.map((serial, index) => ({
    serial,
    cardId: cardId(idPattern, serial, run),
    token: nth(tokens, index),
    ...(pin !== null && { pin: nth(pins, index) }),
  }));
}

/** Runs through digits, or through the letters where a format has no digits. */
function specimenCode(format: CodeFormat): string {
  const from = format.numbers ? SPECIMEN_DIGITS : alphabetOf(format);
  return format.prefix + from.repeat(Math.ceil(format.length / from.length)).slice(0, format.length);
}
