// A card's template: its size, inks, fonts and the parts of each face. Lengths are millimetres from the
// trim's top left corner; type sizes and line weights are points, as designers give them.
import { z } from 'zod';
import { Failure, badInput } from '../base/failure.ts';
import { type Checked, parseYaml } from './yaml.ts';

const percent = z.number().min(0).max(100);
const point = z.tuple([z.number(), z.number()]);
const size = z.tuple([z.number().positive(), z.number().positive()]);
const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'it must be lower-case letters, digits and hyphens');

/** Process ink in percent; `spot` names a separation of its own that the process values stand in for on screen. */
const ink = z.strictObject({
  cmyk: z.tuple([percent, percent, percent, percent]),
});

const rect = z.strictObject({
  part: z.literal('rect'),
  at: point,
  size,
  /** Radius of the corners, mm. */
  corner: z.number().min(0).default(0),
  fill: name.optional(),
  stroke: name.optional(),
  weight: z.number().positive().default(0.5),
});

const line = z.strictObject({
  part: z.literal('line'),
  from: point,
  to: point,
  stroke: name,
  weight: z.number().positive().default(0.5),
});

const text = z.strictObject({
  part: z.literal('text'),
  /** May name fields: {token}, {pin}, {serial}, {card_id}, {run}. A line break starts a new line. */
  text: z.string().min(1),
  /** The first baseline: its left end, middle or right end, by `align`. */
  at: point,
  font: name,
  size: z.number().positive(),
  ink: name.default('black'),
  align: z.enum(['left', 'center', 'right']).default('left'),
  /** The room there is, mm; a text that is longer is an error, never a silent clip. */
  width: z.number().positive().optional(),
  /** Baseline to baseline, points. */
  leading: z.number().positive().optional(),
  /** Added after each character, thousandths of the size. */
  tracking: z.number().default(0),
  /** Sets each field's value in groups of so many characters with a gap between; the characters stay the same. */
  groups: z.int().min(2).optional(),
  /** The gap between groups, thousandths of the size. */
  gap: z.number().min(0).default(400),
});

const barcode = z.strictObject({
  part: z.literal('barcode'),
  /** What the symbol holds. */
  data: z.enum(['token', 'pin', 'card_id']),
  /** The room for the symbol with its quiet zones. */
  at: point,
  size,
  /** The module width aimed at, mm; the widest that fits on the press's grid and is not above it is taken. */
  module: z.number().min(0.15).max(1).default(0.33),
  align: z.enum(['left', 'center', 'right']).default('center'),
});

const image = z.strictObject({
  part: z.literal('image'),
  /** A PNG, JPEG or TIFF, relative to the template. */
  file: z.string().min(1),
  at: point,
  size,
});

const part = z.discriminatedUnion('part', [rect, line, text, barcode, image]);
const face = z.array(part).min(1);

const templateSchema = z.strictObject({
  name,
  card: z
    .strictObject({
      width: z.number().min(20).max(300),
      height: z.number().min(20).max(300),
      corner: z.number().min(0).default(0),
    })
    .default({ width: 85.6, height: 53.98, corner: 3.18 }),
  bleed: z.number().min(0).max(10).default(3),
  /** Nothing that matters comes closer than this to the trim, mm. */
  safe: z.number().min(0).max(20).default(3),
  inks: z.record(name, ink).default({}),
  /** Whole TrueType or OpenType files, relative to the template. */
  fonts: z.record(name, z.string().min(1)),
  front: face,
  back: face.optional(),
});

export type Ink = z.infer<typeof ink>;
export type RectPart = z.infer<typeof rect>;
export type LinePart = z.infer<typeof line>;
export type TextPart = z.infer<typeof text>;
export type BarcodePart = z.infer<typeof barcode>;
export type ImagePart = z.infer<typeof image>;
export type Part = z.infer<typeof part>;
export type Template = z.infer<typeof templateSchema>;
export type Side = 'front' | 'back';
export type Field = 'token' | 'pin' | 'serial' | 'card_id' | 'run';

export const FIELDS: readonly Field[] = ['token', 'pin', 'serial', 'card_id', 'run'];

/** The inks that every template has. */
export const STANDARD_INKS: Readonly<Record<string, Ink>> = {
  black: { cmyk: [0, 0, 0, 100] },
  white: { cmyk: [0, 0, 0, 0] },
};

/** The ink of a name that the template has, or that every template has. */
export function inkOf(template: Template, name: string): Ink {
  const ink = template.inks[name] ?? STANDARD_INKS[name];
  if (ink === undefined) throw new Failure('bug', `no ink ${name}`);
  return ink;
}

/** The parts of one face; none where the card has no back. */
export function partsOf(template: Template, side: Side): readonly Part[] {
  return template[side] ?? [];
}

export function sidesOf(template: Template): readonly Side[] {
  return template.back === undefined ? ['front'] : ['front', 'back'];
}

/** The fields that a text names, in order. */
export function fieldsIn(text: string): readonly Field[] {
  return [...text.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] as Field);
}

/** Every field that the template prints, as text or symbol. */
export function fieldsOf(template: Template): ReadonlySet<Field> {
  const fields = new Set<Field>();
  for (const part of [...template.front, ...(template.back ?? [])]) {
    if (part.part === 'barcode') fields.add(part.data);
    if (part.part === 'text') for (const field of fieldsIn(part.text)) fields.add(field);
  }
  return fields;
}

/** Files that the template names, relative to it: fonts and images, each once. */
export function filesOf(template: Template): readonly string[] {
  const images = sidesOf(template).flatMap((side) =>
    partsOf(template, side).flatMap((part) => (part.part === 'image' ? [part.file] : [])),
  );
  return [...new Set([...Object.values(template.fonts), ...images])];
}

/** Parses a template and checks that every ink, font and field it names is there. */
export function parseTemplate(text: string, file: string): Checked<Template> {
  const checked = parseYaml(text, file, templateSchema);
  const template = checked.value;
  const inks = new Set([...Object.keys(STANDARD_INKS), ...Object.keys(template.inks)]);
  for (const side of sidesOf(template)) {
    for (const [index, part] of partsOf(template, side).entries()) {
      const key = `${side}[${index + 1}]`;
      for (const use of ['fill', 'stroke', 'ink'] as const) {
        const named = (part as Partial<Record<typeof use, string>>)[use];
        if (named !== undefined && !inks.has(named)) {
          throw badInput(`${key}.${use} is ${JSON.stringify(named)}: the template has no such ink`, {
            place: checked.at(side, index, use),
            hint: `inks: ${[...inks].join(', ')}`,
          });
        }
      }
      if (part.part === 'rect' && part.fill === undefined && part.stroke === undefined) {
        throw badInput(`${key} has neither fill nor stroke: it would not be seen`, {
          place: checked.at(side, index),
        });
      }
      if (part.part === 'text') {
        if (!(part.font in template.fonts)) {
          throw badInput(`${key}.font is ${JSON.stringify(part.font)}: the template has no such font`, {
            place: checked.at(side, index, 'font'),
            hint: `fonts: ${Object.keys(template.fonts).join(', ')}`,
          });
        }
        const unknown = fieldsIn(part.text).find((field) => !FIELDS.includes(field));
        if (unknown !== undefined) {
          throw badInput(`${key}.text names {${unknown}}: there is no such field`, {
            place: checked.at(side, index, 'text'),
            hint: `fields: ${FIELDS.map((field) => `{${field}}`).join(', ')}`,
          });
        }
      }
    }
  }
  return checked;
}
