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
const FIRM: readonly Rule[] = ['fields', 'files', 'glyphs', 'text-fit', 'sheet', 'secrets', 'panel-pin'];

const rule = z.enum(RULES as [Rule, ...Rule[]]);
const positive = z.number().positive();
const percent = z.number().min(0).max(100);

const limit = z.strictObject({ fail: z.number().min(0).optional(), warn: z.number().min(0).optional() });

const waiver = z.strictObject({
  rule: rule.refine((named) => !FIRM.includes(named), 'this rule cannot be waived'),
  /** Why, for whoever reads the report. */
  reason: z.string().min(3),
});

export const pressKeys = z.strictObject({
  /** The manufacturer, for the report. */
  name: z.string().optional(),
  dpi: z.number().min(300).max(10_000).default(600),
  profile: z.string().min(1).default('iso-coated-v2-300'),
  /** Processes beside printing: in files of their own, in the volumes, or not at all. */
  steps: z.enum(['separate', 'inline', 'none']).default('separate'),
  /** What files of steps are drawn in: solid black, or each step's spot. */
  stepInk: z.enum(['black', 'spot']).default('black'),
  /** Bars drawn narrower by so much, micrometres, in whole dots: what the press adds to them. */
  barGrowth: z.number().min(0).max(200).default(0),
  /** The trim and bleed that the manufacturer cuts to, mm. */
  trim: z.tuple([positive, positive]).optional(),
  bleed: z.number().min(0).max(10).optional(),
  /** What this press calls a deep black: the ink rich-black of every template. */
  black: z.tuple([percent, percent, percent, percent]).optional(),
  thresholds: z
    .partialRecord(z.enum(Object.keys(LIMITED) as [LimitedRule, ...LimitedRule[]]), limit)
    .default({}),
  waivers: z.array(waiver).default([]),
});

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
