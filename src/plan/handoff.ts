// The job's keys about what leaves the building: who can open it, who signs it, which data goes beside it,
// where it is put, and whom to call.
import { z } from 'zod';

const recipient = z.union(
  [z.string().min(1), z.strictObject({ key: z.string().min(1), fingerprint: z.string().min(1) })],
  'it must be the file of an OpenPGP public key, an age recipient (age1…), or { key, fingerprint }',
);

/** What a data file can say of a card. */
const DATA_FIELDS = [
  'serial',
  'card_id',
  'type',
  'token',
  'pin',
  'run',
  'volume',
  'sheet',
  'slot',
  'bundle',
  'box',
] as const;
export type DataField = (typeof DATA_FIELDS)[number];

const DATA_FORMATS = ['csv', 'tsv', 'fixed'] as const;

const column = z.union(
  [
    z.enum(DATA_FIELDS),
    z.strictObject({
      field: z.enum(DATA_FIELDS),
      name: z.string().min(1).max(60).optional().describe('The header; else the field’s name.'),
      width: z.int().min(1).max(255).optional().describe('Characters, for fixed width.'),
    }),
  ],
  `it must be one of ${DATA_FIELDS.join(', ')}, or { field, name, width }`,
);

const dataFile = z.strictObject({
  format: z.enum(DATA_FORMATS),
  columns: z.array(column).min(1).optional(),
  header: z.boolean().optional().describe('Else there is one, but none for fixed width.'),
  pin: z.enum(['same', 'apart']).default('same').describe('apart: the PIN in a file of its own.'),
  match: z
    .enum(['card_id', 'serial'])
    .default('card_id')
    .describe('What joins a record to its card, and the PIN file to the other.'),
});

export const handoffSchema = z.strictObject({
  seal: z
    .union(
      [z.literal('none'), z.array(recipient).min(1)],
      'it must be a list of keys, or none for a T account',
    )
    .describe('The manufacturer’s OpenPGP public keys or age recipients; none for a T account only.'),
  sign: z.string().min(1).optional().describe('Our secret key, OpenPGP or minisign.'),
  data: z
    .union(
      [z.enum(['none', ...DATA_FORMATS]), dataFile],
      'it must be none, csv, tsv, fixed, or { format, columns, header, pin, match }',
    )
    .default('none')
    .describe('A data file too, for a manufacturer that merges itself.'),
});

const person = z.strictObject({
  name: z.string().min(1),
  phone: z.string().min(1).optional(),
  email: z.string().min(1).optional(),
});

export const contactsSchema = z.strictObject({
  shop: person.optional().describe('Whom the manufacturer calls.'),
  manufacturer: person.optional(),
});

const readBack = z
  .enum(['sha256', 'none'])
  .default('sha256')
  .describe('none: a place that may only be written to.');

const target = z.union(
  [
    z.strictObject({ folder: z.string().min(1), readBack }),
    z.strictObject({
      sftp: z.strictObject({
        host: z.string().min(1),
        port: z.int().min(1).max(65535).default(22),
        user: z.string().min(1),
        key: z
          .string()
          .min(1)
          .optional()
          .describe('A private key’s file; without one CARDPRESS_SFTP_PASSWORD is used.'),
        fingerprint: z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'it must be as ssh-keygen -lf shows it: SHA256:…')
          .describe('The host key’s, as ssh-keygen -lf shows it.'),
        path: z.string().min(1).default('.'),
        readBack,
      }),
    }),
  ],
  'it must be { folder: PATH } or { sftp: { host, user, key, fingerprint: "SHA256:…", path } }',
);

export const deliverSchema = z.array(target);

export type HandoffKeys = z.infer<typeof handoffSchema>;
export type Contacts = z.infer<typeof contactsSchema>;
export type TargetKeys = z.infer<typeof target>;
export type SftpKeys = Extract<TargetKeys, { sftp: unknown }>['sftp'];

export interface DataColumn {
  readonly field: DataField;
  readonly name: string;
  /** Null: as wide as the longest value. */
  readonly width: number | null;
}

/** A data file for a manufacturer that merges itself. */
export interface DataFormat {
  readonly format: (typeof DATA_FORMATS)[number];
  readonly columns: readonly DataColumn[];
  readonly header: boolean;
  readonly pin: 'same' | 'apart';
  readonly match: 'card_id' | 'serial';
}

/** How a handoff is sealed, and to whom; settled when the run is planned. */
export interface HandoffPlan {
  readonly seal: 'none' | 'openpgp' | 'age';
  readonly recipients: readonly PlannedRecipient[];
  readonly data: DataFormat | null;
  /** Counts the runs that went to this manufacturer. */
  readonly sequence: number;
}

export interface PlannedRecipient {
  /** As the job names it. */
  readonly name: string;
  /** Forty hex digits or more for OpenPGP; an age recipient is its own. */
  readonly fingerprint: string;
  /** Its copy under inputs/, or null for an age recipient. */
  readonly input: string | null;
}

/** The data file that a job asks for, or null. */
export function dataFormatOf(keys: HandoffKeys | undefined, hasPin: boolean): DataFormat | null {
  if (keys === undefined || keys.data === 'none') return null;
  const asked = typeof keys.data === 'string' ? dataFile.parse({ format: keys.data }) : keys.data;
  const usual: readonly DataField[] = ['serial', 'card_id', 'token', ...(hasPin ? ['pin' as const] : [])];
  const columns = (asked.columns ?? usual).map((one): DataColumn => {
    if (typeof one === 'string') return { field: one, name: one, width: null };
    return { field: one.field, name: one.name ?? one.field, width: one.width ?? null };
  });
  return {
    format: asked.format,
    columns,
    header: asked.header ?? asked.format !== 'fixed',
    pin: asked.pin,
    match: asked.match,
  };
}

/** What is wrong with a data file's columns, by the index of the column; -1 for the whole. */
export function dataComplaints(
  data: DataFormat,
  has: { readonly pin: boolean; readonly packing: boolean },
): readonly { readonly column: number; readonly message: string }[] {
  const fields = data.columns.map(({ field }) => field);
  const complaints = data.columns.flatMap(({ field, name }, column) => {
    const wrong = (message: string) => [{ column, message }];
    if (field === 'pin' && !has.pin) return wrong('the job asks for no PIN');
    if ((field === 'bundle' || field === 'box') && !has.packing) return wrong('the job has no packing');
    if (data.columns.findIndex((other) => other.name === name) !== column)
      return wrong(`two columns are named ${JSON.stringify(name)}`);
    if (/[\t\r\n]/.test(name)) return wrong('a name holds no tab and no line end');
    return [];
  });
  const whole = (message: string) => complaints.push({ column: -1, message });
  if (!fields.includes('token')) whole('the token is missing: nobody could make the card');
  if (has.pin && !fields.includes('pin')) whole('the PIN is missing: nobody could make the card');
  if (!fields.includes(data.match))
    whole(`the match key ${data.match} is missing: no record could be found again`);
  return complaints;
}
