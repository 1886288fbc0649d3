// A record to show a template with, as `preview --data` takes it: one card in YAML or JSON. It is for codes that
// open nothing; a card's own belong in no file.
import { z } from 'zod';
import { badInput } from '../base/failure.ts';
import { secret } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import type { CodeFormat } from '../plan/format.ts';
import { type Checked, parseYaml } from '../plan/yaml.ts';
import type { Subject } from './subject.ts';

const code = z
  .string()
  .min(1)
  .max(48)
  .regex(/^[\x20-\x7e]*$/, 'it must be printable ASCII');

const recordSchema = z.strictObject({
  token: code,
  pin: code.optional(),
  card_id: z.string().min(1).max(255).optional(),
  serial: z.int().min(0).max(999_999_999_999).default(1),
});

export type SampleRecord = z.infer<typeof recordSchema>;

export function parseRecord(text: string, file: string): Checked<SampleRecord> {
  return parseYaml(text, file, recordSchema);
}

/** The subject with codes of just the record's form, so that its symbols are as they would be printed. */
export function subjectOf(subject: Subject, { value, at }: Checked<SampleRecord>): Subject {
  if (subject.pin !== null && value.pin === undefined)
    throw badInput('pin is missing: the template prints one', { place: at() });
  return {
    ...subject,
    token: formOf(value.token),
    pin: subject.pin === null || value.pin === undefined ? null : formOf(value.pin),
    ...(value.card_id !== undefined && { idPattern: value.card_id }),
  };
}

export function cardOf(record: SampleRecord, cardId: string): Card {
  return {
    serial: record.serial,
    cardId,
    token: secret(record.token),
    ...(record.pin !== undefined && { pin: secret(record.pin) }),
  };
}

function formOf(text: string): CodeFormat {
  return {
    length: text.length,
    prefix: '',
    numbers: /[0-9]/.test(text),
    characters: /[A-Za-z]/.test(text),
    symbols: /[^0-9A-Za-z]/.test(text),
    barcode: false,
  };
}
