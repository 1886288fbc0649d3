// The job file: what is ordered, where from, on what, and who gets it.
import { z } from 'zod';
import { badInput } from '../base/failure.ts';
import { isRecipient } from '../base/vault.ts';
import { bits, codeFormat } from './code-keys.ts';
import { cronComplaint } from './cron.ts';
import {
  type CodeFormat,
  DEFAULT_PIN,
  DEFAULT_TOKEN,
  PIN_BITS,
  TOKEN_BITS,
  shortestFormat,
} from './format.ts';
import { contactsSchema, dataComplaints, dataFormatOf, deliverSchema, handoffSchema } from './handoff.ts';
import { checkIdPattern } from './ids.ts';
import { notifySchema } from './notify.ts';
import { PRESS_DEFAULTS, type PressKeys, pressKeys } from './press.ts';
import { type Checked, parseYaml } from './yaml.ts';

const SHARE = 'it must be a number of cards or a share such as 2%';
const share = z.union([z.int(SHARE).min(0), z.string(SHARE).regex(/^\d+(\.\d+)?%$/, SHARE)], SHARE);

const batch = z.strictObject({
  size: z.int().min(1).max(1000).default(1000).describe('Cards in one call.'),
  concurrency: z.int().min(1).max(20).default(2).describe('Calls at a time.'),
  perSecond: z.int().min(1).max(100).default(5).describe('Calls a second, of every kind.'),
});

/** What the platform may do that a job takes by name; otherwise the run stops before rendering. */
const ACCEPTABLE = ['token-for-one-purchase', 'token-ends-early'] as const;

/** Major units; texts keep their hundredths. */
const money = z.union(
  [z.number().positive(), z.string().regex(/^\d{1,11}([.,]\d{2})?$/)],
  'it must be an amount such as 500000.00',
);

/** The platform's currencies; all of them have hundredths. */
export const CURRENCIES = ['NOK', 'SEK', 'DKK', 'EUR', 'USD'] as const;

const RECOVERIES = ['replace', 'reissue', 'hold'] as const;

/** What a job must say beyond its keys. */
const SEALED = {
  required: ['name', 'account', 'cards', 'template', 'sheet', 'handoff'],
  if: { properties: { account: { pattern: '^P' } } },
  then: { properties: { handoff: { not: { properties: { seal: { const: 'none' } }, required: ['seal'] } } } },
};

export const jobSchema = z
  .strictObject({
    name: z
      .string()
      .max(60)
      .regex(
        /^[a-z0-9][a-z0-9-]*$/,
        'it must be lower-case letters, digits and hyphens, since files are named after it',
      )
      .describe('Runs are named after it and the day: spring-2026-11-23.'),
    account: z
      .string()
      .regex(/^[TP]\d{8}$/, 'it must be T or P and 8 digits')
      .describe('T… for tests, P… for real cards.'),
    cards: z
      .strictObject({
        count: z.int().min(1).max(10_000_000).describe('Ordered.'),
        overs: share.default(0).describe('Spare cards on top, a number or a share such as 2%.'),
        type: z.enum(['gift_card', 'credit_note']).default('gift_card'),
        id: z.string().min(1).max(255).meta({
          description: 'The ids: {serial} once, {serial:8} for eight digits; {run} the run’s name.',
          pattern: '\\{serial(:\\d{1,2})?\\}',
        }),
        first: z
          .union([z.literal('next'), z.int().min(0).max(999_999_999_999)], 'it must be next or a number')
          .default('next')
          .describe('The first serial; next goes on after the last of any run in the output folder.'),
        token: z
          .union([z.literal('auto'), bits, codeFormat(6)], 'it must be a map of keys, or auto')
          .default(DEFAULT_TOKEN)
          .describe('Its format; auto: the shortest of at least 50 bits.'),
        pin: z
          .union(
            [z.literal('auto'), z.literal('none'), bits, codeFormat(4)],
            'it must be a map of keys, auto or none',
          )
          .default(DEFAULT_PIN)
          .describe('Its format; auto: the shortest of at least 13 bits; none: the template prints none.'),
        validUntil: z.iso
          .date('it must be a date such as 2031-12-31')
          .optional()
          .describe('Printed cards must live until this day.'),
      })
      .describe('What is ordered.'),
    template: z.string().min(1).describe('A built-in name, or the path of a folder with a template.yaml.'),
    sheet: z.string().min(1).describe('A built-in name, or a path.'),
    press: z
      .union([z.string().min(1), pressKeys], 'it must be a map of keys, or the path of a press profile')
      .default(PRESS_DEFAULTS)
      .describe('Its keys, or the path of a file with them that a shop keeps per manufacturer.'),
    batch: batch.default({ size: 1000, concurrency: 2, perSecond: 5 }).describe('How the platform is asked.'),
    volume: z
      .strictObject({ sheets: z.int().min(1).max(10_000).default(50).describe('In one print file.') })
      .default({ sheets: 50 }),
    packing: z
      .strictObject({
        bundle: z.int().min(1).describe('Cards in a bundle.'),
        box: z.int().min(1).describe('Cards in a box: whole bundles.'),
      })
      .optional(),
    handoff: handoffSchema.optional().describe('What leaves the building.'),
    deliver: deliverSchema.default([]).describe('Where the handoff goes.'),
    contacts: contactsSchema.default({}),
    notify: notifySchema.prefault({}).describe('Whom to tell what.'),
    schedule: z
      .strictObject({
        cron: z.string().optional().describe('When the job is due: minute, hour, day, month, weekday.'),
        timezone: z.string().optional().describe('Whose day the run is named after, such as Europe/Oslo.'),
        catchUp: z
          .enum(['once', 'skip'])
          .default('once')
          .describe('Times that passed while nobody was there: made up for once, or let go.'),
      })
      .optional(),
    vault: z
      .strictObject({
        recipients: z
          .array(z.string().refine(isRecipient, 'it must be an age recipient (age1…)'))
          .default([])
          .describe('Further age recipients who can open the vault.'),
      })
      .default({ recipients: [] }),
    recovery: z
      .enum(RECOVERIES)
      .default('replace')
      .describe('What to do about a batch whose answer was lost.'),
    verify: z
      .strictObject({
        second: z
          .union(
            [z.literal('all'), z.string().regex(/^(\d{1,2}(\.\d+)?|100)%$/)],
            'it must be all or a share such as 2%',
          )
          .default('2%')
          .describe(
            'Sheets of each volume that a second engine reads too; its first and its last always are.',
          ),
      })
      .default({ second: '2%' }),
    accept: z
      .array(z.enum(ACCEPTABLE))
      .default([])
      .describe('What the platform may do that otherwise stops the run.'),
    unused: z
      .enum(['keep', 'void'])
      .default('keep')
      .describe('What becomes, before a run is closed, of cards that nobody needs.'),
    retention: z
      // A number in quotes would be as wrong.
      .string({ error: 'it must be days such as 90d' })
      .regex(/^[1-9]\d{0,4}d$/, 'it must be days such as 90d')
      .optional()
      .describe('How long after a run was closed its secrets are kept.'),
    approvers: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Public keys of people whose yes a run needs, minisign or OpenPGP.'),
    activation: z
      .strictObject({ ceiling: money, currency: z.enum(CURRENCIES) })
      .optional()
      .describe('The most that the cards of one run may be activated for, in all.'),
  })
  .meta({
    title: 'cardpress job',
    description: 'What is ordered, where from, on what, and who gets it.',
    ...SEALED,
  });

type JobText = z.infer<typeof jobSchema>;

/** A job with its formats chosen and its press known. */
export type Job = Omit<JobText, 'cards' | 'press'> & {
  readonly cards: Omit<JobText['cards'], 'token' | 'pin'> & {
    readonly token: CodeFormat;
    /** Null where the job asks for none. */
    readonly pin: CodeFormat | null;
  };
  readonly press: PressKeys;
  /** Where the press's keys lie, where the job names a file of them. */
  readonly pressFile?: string;
  /** Bits that a format was chosen for, where the job leaves it to us. */
  readonly chosen: { readonly token: number | undefined; readonly pin: number | undefined };
};
export type Recovery = (typeof RECOVERIES)[number];
export type Acceptable = (typeof ACCEPTABLE)[number];

/**
 * Parses a job file.
 * @param file the name that complaints show
 */
export function parseJob(text: string, file: string): Checked<Job> {
  const checked = parseYaml(text, file, jobSchema);
  const job: Checked<Job> = { ...checked, value: resolved(checked.value) };
  const { account, cards, handoff, packing, schedule } = job.value;
  checkIdPattern(cards.id, job.at('cards', 'id'));
  if (handoff === undefined) {
    throw badInput('handoff.seal is missing', {
      place: job.at(),
      hint: account.startsWith('P')
        ? 'name the manufacturer’s public key: handoff: { seal: [keys/printer.asc] }'
        : 'name the manufacturer’s public key, or for a T account write handoff: { seal: none }',
    });
  }
  if (account.startsWith('P') && handoff.seal === 'none') {
    throw badInput('handoff.seal is none: a P account never hands off unsealed', {
      place: job.at('handoff', 'seal'),
    });
  }
  refuseData(job);
  if (packing !== undefined && packing.box % packing.bundle !== 0) {
    throw badInput(`packing.box is ${packing.box}: it must hold whole bundles of ${packing.bundle}`, {
      place: job.at('packing', 'box'),
    });
  }
  const zone = schedule?.timezone;
  if (zone !== undefined && !isTimeZone(zone)) {
    throw badInput(
      `schedule.timezone is ${JSON.stringify(zone)}: it must be a time zone such as Europe/Oslo`,
      {
        place: job.at('schedule', 'timezone'),
      },
    );
  }
  if (schedule?.cron !== undefined) {
    const wrong = cronComplaint({ cron: schedule.cron, timezone: zone });
    if (wrong !== undefined)
      throw badInput(`schedule.cron is ${JSON.stringify(schedule.cron)}: ${wrong}`, {
        place: job.at('schedule', 'cron'),
      });
  }
  return job;
}

/** Cards made on top of the ordered ones; a share is rounded up. */
export function oversOf(job: Job): number {
  const { count, overs } = job.cards;
  if (typeof overs === 'number') return overs;
  // In whole numbers: 2.5% of 1000 must not become 26 by a binary fraction.
  const [whole = '0', fraction = ''] = overs.slice(0, -1).split('.');
  const scaled = BigInt(whole + fraction) * BigInt(count);
  const divisor = 100n * 10n ** BigInt(fraction.length);
  return Number((scaled + divisor - 1n) / divisor);
}

/** The share of sheets that a second engine reads, 0 to 1. */
export function secondShareOf({ verify }: Job): number {
  return verify.second === 'all' ? 1 : Number(verify.second.slice(0, -1)) / 100;
}

/** The PIN's format, or null where the job asks for none. */
export function pinOf(job: Job): CodeFormat | null {
  return job.cards.pin;
}

export function isTest(job: Job): boolean {
  return job.account.startsWith('T');
}

/** Formats that the job leaves to us are digits, which hold the most bits in the width of a symbol. */
function resolved({ cards, press, ...job }: JobText): Job {
  const token = formatOf(cards.token, TOKEN_BITS, 6);
  const pin = cards.pin === 'none' ? { format: null, bits: undefined } : formatOf(cards.pin, PIN_BITS, 4);
  return {
    ...job,
    cards: { ...cards, token: token.format, pin: pin.format },
    press: typeof press === 'string' ? PRESS_DEFAULTS : press,
    ...(typeof press === 'string' && { pressFile: press }),
    chosen: { token: token.bits, pin: pin.bits },
  };
}

/** A format, and the bits that it was chosen for where the job leaves it to us. */
function formatOf(
  said: JobText['cards']['token'],
  usual: number,
  shortest: number,
): { readonly format: CodeFormat; readonly bits: number | undefined } {
  if (said !== 'auto' && !('bits' in said)) return { format: said, bits: undefined };
  const least = said === 'auto' ? usual : said.bits;
  return { format: shortestFormat(least, shortest), bits: least };
}

function refuseData(job: Checked<Job>): void {
  const has = { pin: pinOf(job.value) !== null, packing: job.value.packing !== undefined };
  const data = dataFormatOf(job.value.handoff, has.pin);
  const [wrong] = data === null ? [] : dataComplaints(data, has);
  if (wrong === undefined) return;
  const place =
    wrong.column < 0 ? job.at('handoff', 'data') : job.at('handoff', 'data', 'columns', wrong.column);
  throw badInput(`handoff.data: ${wrong.message}`, { place });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
