// A press profile: what a shop keeps about one manufacturer, and what the preflight's rules are called. A job
// names one as `press: ./acme.yaml`, or says the few keys that it needs itself.
import { z } from 'zod';
import { type Checked, parseYaml } from './yaml.ts';

/** Rules that a number decides, with their limits in the unit that follows; printers differ, so a profile may set them. */
const LIMITED = {
  /** Module of a symbol as printed, mm: scanner floors and retail practice. */
  'module-width': { fail: 0.15, warn: 0.25 },
  /** Clear room on either side of the bars, mm, beyond the ten modules that are always kept. */
  'quiet-zone': { fail: 0, warn: 2.5 },
  /** From bars to the trim, mm; cuts are off by up to one. */
  'trim-distance': { fail: 2, warn: 4 },
  /** Height of bars, mm; the warning is also given under 15 % of the symbol's width. */
  'bar-height': { fail: 5, warn: 6.35 },
  /** Pixels an inch of images as placed. */
  resolution: { fail: 200, warn: 300 },
  /** Most ink on one spot, percent of all four. */
  'ink-coverage': { fail: 300, warn: 300 },
  /** Type, points. */
  'text-size': { fail: 3, warn: 5 },
  /** Lines, points. */
  hairline: { fail: 0.1, warn: 0.25 },
  /** By how much a scratch panel covers what it hides, mm: screen print registers to 1.6. */
  'panel-cover': { fail: 2, warn: 2 },
  /** From a scratch panel to anything else, mm. */
  'panel-distance': { fail: 1.6, warn: 3.2 },
  /** From holes, stripe and signature panel to what must be seen whole, mm. */
  'keep-out': { fail: 0, warn: 2.5 },
} as const;

const UNLIMITED = [
  'bar-growth',
  'card-size',
  'bleed',
  'safe-area',
  'overlap',
  'bar-ground',
  'panel-pin',
  'symbol-fit',
  'text-fit',
  'glyphs',
  'fields',
  'files',
  'sheet',
  'secrets',
] as const;

export type LimitedRule = keyof typeof LIMITED;
export type Rule = LimitedRule | (typeof UNLIMITED)[number];
export interface Limit {
  readonly fail: number;
  readonly warn: number;
}
export type Limits = Readonly<Record<LimitedRule, Limit>>;

export const LIMITS: Limits = LIMITED;

export const RULES: readonly Rule[] = [...(Object.keys(LIMITED) as LimitedRule[]), ...UNLIMITED];

/** Rules without which a card cannot be made at all: no reason waives them. */
const FIRM: readonly Rule[] = [
  'fields',
  'files',
  'glyphs',
  'symbol-fit',
  'text-fit',
  'sheet',
  'secrets',
  'panel-pin',
];

const rule = z.enum(RULES as [Rule, ...Rule[]]);
const positive = z.number().positive();
const percent = z.number().min(0).max(100);

const limit = z
  .strictObject({ fail: z.number().min(0).optional(), warn: z.number().min(0).optional() })
  .describe('Where the rule stops a run, and where it warns.');

const waiver = z.strictObject({
  rule: rule
    .refine((named) => !FIRM.includes(named), 'this rule cannot be waived')
    .meta({ not: { enum: FIRM } }),
  reason: z.string().min(3).describe('Why, for whoever reads the report.'),
});

export const pressKeys = z
  .strictObject({
    name: z.string().optional().describe('The manufacturer, for the report.'),
    dpi: z
      .number()
      .min(300)
      .max(10_000)
      .default(600)
      .describe('Dots an inch of the device: every bar is a whole number of them.'),
    profile: z
      .string()
      .min(1)
      .default('iso-coated-v2-300')
      .describe('The ICC profile of the printing condition, by a built-in name or a path.'),
    steps: z
      .enum(['separate', 'inline', 'none'])
      .default('separate')
      .describe('Processes beside printing: in files of their own, in the volumes, or not at all.'),
    stepInk: z
      .enum(['black', 'spot'])
      .default('black')
      .describe('What files of steps are drawn in: solid black, or each step’s spot.'),
    barGrowth: z
      .number()
      .min(0)
      .max(200)
      .default(0)
      .describe('Micrometres that the press adds to a bar: bars are drawn narrower by as many whole dots.'),
    trim: z
      .tuple([positive, positive])
      .optional()
      .describe('[width, height] that the manufacturer cuts to, mm.'),
    bleed: z.number().min(0).max(10).optional().describe('What the manufacturer asks for, mm.'),
    black: z
      .tuple([percent, percent, percent, percent])
      .optional()
      .describe('What this press calls a deep black: the ink rich-black of every template.'),
    thresholds: z
      .partialRecord(z.enum(Object.keys(LIMITED) as [LimitedRule, ...LimitedRule[]]), limit)
      .default({})
      .describe('Limits of rules with a number, where this press has its own.'),
    waivers: z
      .array(waiver)
      .default([])
      .describe('Rules that are told and do not stop; the reason goes with the report and the ticket.'),
  })
  .meta({ title: 'cardpress press', description: 'What a shop keeps about one manufacturer.' });

export type PressKeys = z.infer<typeof pressKeys>;

export const PRESS_DEFAULTS: PressKeys = pressKeys.parse({});

export type Waiver = PressKeys['waivers'][number];

export function parsePress(text: string, file: string): Checked<PressKeys> {
  return parseYaml(text, file, pressKeys);
}

/** The limits of the rules at a press. */
export function limitsOf({ thresholds }: Pick<PressKeys, 'thresholds'>): Limits {
  return Object.fromEntries(
    Object.entries(LIMITS).map(([name, { fail, warn }]) => {
      const own = thresholds[name as LimitedRule];
      return [name, { fail: own?.fail ?? fail, warn: own?.warn ?? warn }];
    }),
  ) as unknown as Limits;
}
