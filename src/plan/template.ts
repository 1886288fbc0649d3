// A card's template: its size, inks, fonts and the parts of each face. Lengths are millimetres from the
// trim's top left corner; type sizes and line weights are points, as designers give them.
import { z } from 'zod';
import { Failure, badInput } from '../base/failure.ts';
import { type Checked, parseYaml } from './yaml.ts';

const percent = z.number().min(0).max(100);
const point = z.tuple([z.number(), z.number()]);
const size = z.tuple([z.number().positive(), z.number().positive()]);
const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'it must be lower-case letters, digits and hyphens');

/** Names that a separation may not have: the process inks', and those that PDF keeps for itself. */
const TAKEN_SPOTS = ['cyan', 'magenta', 'yellow', 'black', 'all', 'none'];

/** Process ink in percent; `spot` names a separation of its own that the process values stand in for on screen. */
const ink = z.strictObject({
  cmyk: z.tuple([percent, percent, percent, percent]),
  spot: z
    .string()
    .max(60)
    .regex(/^[!-~]+( [!-~]+)*$/, 'it must be printable ASCII, as the press names the plate')
    .refine((spot) => !TAKEN_SPOTS.includes(spot.toLowerCase()), 'a plate of its own cannot have this name')
    .optional(),
});

/** Quarters of a turn, clockwise degrees. */
const turn = z.literal([0, 90, 180, 270]).default(0);

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
  /** The smallest size, points, that it may be set in to fit its width; every card gets the same. */
  fit: z.number().positive().optional(),
  /** Baseline to baseline, points. */
  leading: z.number().positive().optional(),
  /** Added after each character, thousandths of the size. */
  tracking: z.number().default(0),
  /** Sets each field's value in groups of so many characters with a gap between; the characters stay the same. */
  groups: z.int().min(2).optional(),
  /** The gap between groups, thousandths of the size. */
  gap: z.number().min(0).default(400),
  /** Turned about `at`. */
  turn,
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
  /** In the direction in which the symbol is read. */
  align: z.enum(['left', 'center', 'right']).default('center'),
  /** Turned within its room: 90 and 270 read down and up. */
  turn,
});

const image = z.strictObject({
  part: z.literal('image'),
  /** A PNG, JPEG or TIFF, relative to the template. */
  file: z.string().min(1),
  at: point,
  size,
});

const svg = z.strictObject({
  part: z.literal('svg'),
  /** Filled shapes in an SVG, relative to the template. */
  file: z.string().min(1),
  /** The room: the drawing stands in its middle, as large as it fits. */
  at: point,
  size,
  /** One ink for all of it, or an ink for each of its colours, as the drawing names them. */
  fill: name.optional(),
  inks: z.record(z.string(), name).optional(),
  turn,
});

const qr = z.strictObject({
  part: z.literal('qr'),
  /** May name fields, as texts do; usually an address. */
  text: z.string().min(1),
  at: point,
  /** The side of the square with its quiet zone of four modules, mm. */
  size: z.number().positive(),
});

/** A panel to write on: kept free, and printed white where art lies below. */
const signature = z.strictObject({
  part: z.literal('signature'),
  at: point,
  size,
  corner: z.number().min(0).default(0),
  fill: name.default('white'),
  stroke: name.optional(),
  weight: z.number().positive().default(0.5),
});

/** A magnetic stripe across the whole card: nothing is printed for it, and nothing that matters comes near. */
const stripe = z.strictObject({
  part: z.literal('stripe'),
  /** From the upper edge of the card to that of the stripe, mm, and its height. */
  top: z.number().min(0).default(4),
  height: z.number().positive().default(12.7),
});

/** A shape of a process that is no printing: each kind goes to a plate, a file or a layer of its own. */
const stepShape = { at: point, size, corner: z.number().min(0).default(0) };
/** What is scratched off. What lies under it is hidden, and belongs wholly under it. */
const scratch = z.strictObject({ part: z.literal('scratch'), ...stepShape, ink: name.default('scratch') });
const varnish = z.strictObject({ part: z.literal('varnish'), ...stepShape, ink: name.default('varnish') });
/** White ink under the print, for stock that is not white. */
const white = z.strictObject({ part: z.literal('white'), ...stepShape, ink: name.default('white-ink') });

const part = z.discriminatedUnion('part', [
  rect,
  line,
  text,
  barcode,
  image,
  svg,
  qr,
  signature,
  stripe,
  scratch,
  varnish,
  white,
]);
const face = z.array(part).min(1);

const templateSchema = z.strictObject({
  name,
  card: z
    .strictObject({
      width: z.number().min(20).max(300),
      height: z.number().min(20).max(300),
      corner: z.number().min(0).default(0),
      /** The ink of the die line; without it there is none, since most makers have a die of their own. */
      die: name.optional(),
      /** Punched through the card, as the front shows them; round where width and height are the same, else slots. */
      holes: z.array(z.strictObject({ at: point, size })).default([]),
    })
    .default({ width: 85.6, height: 53.98, corner: 3.18, holes: [] }),
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
export type SvgPart = z.infer<typeof svg>;
export type QrPart = z.infer<typeof qr>;
export type Turn = 0 | 90 | 180 | 270;
export type ScratchPart = z.infer<typeof scratch>;
export type StepPart = ScratchPart | z.infer<typeof varnish> | z.infer<typeof white>;
export type Part = z.infer<typeof part>;
export type Template = z.infer<typeof templateSchema>;
export type Side = 'front' | 'back';
export type Field = 'token' | 'pin' | 'serial' | 'card_id' | 'run';

export const FIELDS: readonly Field[] = ['token', 'pin', 'serial', 'card_id', 'run'];

/** Processes beside printing, in the order in which they lie on a card: white under the print, the rest over it. */
export const STEPS = ['white', 'varnish', 'scratch', 'die'] as const;

export type Step = (typeof STEPS)[number];

/** The inks that every template has; those with a spot are plates of their own, shown in these inks on screen. */
export const STANDARD_INKS: Readonly<Record<string, Ink>> = {
  black: { cmyk: [0, 0, 0, 100] },
  white: { cmyk: [0, 0, 0, 0] },
  /** As the press makes it; its profile may say otherwise. */
  'rich-black': { cmyk: [60, 40, 40, 100] },
  scratch: { spot: 'Scratch', cmyk: [0, 0, 0, 45] },
  varnish: { spot: 'Varnish', cmyk: [0, 0, 30, 0] },
  'white-ink': { spot: 'White', cmyk: [25, 0, 0, 0] },
  cut: { spot: 'CutContour', cmyk: [0, 100, 0, 0] },
};

export function isStepPart(part: Part): part is StepPart {
  return part.part === 'scratch' || part.part === 'varnish' || part.part === 'white';
}

/** The ink of a name that the template has, or that every template has. */
export function inkOf(template: Pick<Template, 'inks'>, name: string): Ink {
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
    if (part.part === 'text' || part.part === 'qr')
      for (const field of fieldsIn(part.text)) fields.add(field);
  }
  return fields;
}

/** Files that the template names, relative to it: fonts and images, each once. */
export function filesOf(template: Template): readonly string[] {
  const images = sidesOf(template).flatMap((side) =>
    partsOf(template, side).flatMap((part) =>
      part.part === 'image' || part.part === 'svg' ? [part.file] : [],
    ),
  );
  return [...new Set([...Object.values(template.fonts), ...images])];
}

/** Parses a template and checks that every ink, font and field it names is there. */
export function parseTemplate(text: string, file: string): Checked<Template> {
  const checked = parseYaml(text, file, templateSchema);
  const template = checked.value;
  const inks = new Set([...Object.keys(STANDARD_INKS), ...Object.keys(template.inks)]);
  checkDie(checked, inks);
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
      if (isStepPart(part) && inkOf(template, part.ink).spot === undefined) {
        throw badInput(`${key}.ink is ${JSON.stringify(part.ink)}: a ${part.part} has a plate of its own`, {
          place: checked.at(side, index, 'ink'),
          hint: `give the ink a spot, such as ${part.ink}: { spot: Scratch, cmyk: [0, 0, 0, 45] }`,
        });
      }
      if (part.part === 'rect' && part.fill === undefined && part.stroke === undefined) {
        throw badInput(`${key} has neither fill nor stroke: it would not be seen`, {
          place: checked.at(side, index),
        });
      }
      if (part.part === 'svg') {
        const named = [part.fill, ...Object.values(part.inks ?? {})].filter((ink) => ink !== undefined);
        const unknown = named.find((ink) => !inks.has(ink));
        if (
          unknown !== undefined ||
          named.length === 0 ||
          (part.fill !== undefined && part.inks !== undefined)
        ) {
          const what =
            unknown === undefined
              ? 'wants either fill or inks'
              : `names the ink ${JSON.stringify(unknown)}, which the template has not`;
          throw badInput(`${key} ${what}`, {
            place: checked.at(side, index, part.inks === undefined ? 'fill' : 'inks'),
            hint: `inks: ${[...inks].join(', ')}`,
          });
        }
      }
      if (part.part === 'text') {
        if (!(part.font in template.fonts)) {
          throw badInput(`${key}.font is ${JSON.stringify(part.font)}: the template has no such font`, {
            place: checked.at(side, index, 'font'),
            hint: `fonts: ${Object.keys(template.fonts).join(', ')}`,
          });
        }
      }
      if (part.part === 'text' || part.part === 'qr') {
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

/** A die line is a plate of its own; holes are cut with it and lie on the card. */
function checkDie({ value: { card, inks: own }, at }: Checked<Template>, inks: ReadonlySet<string>): void {
  const { die, holes } = card;
  if (die !== undefined && !inks.has(die)) {
    throw badInput(`card.die is ${JSON.stringify(die)}: the template has no such ink`, {
      place: at('card', 'die'),
      hint: `inks: ${[...inks].join(', ')}`,
    });
  }
  if (die !== undefined && (own[die] ?? STANDARD_INKS[die])?.spot === undefined) {
    throw badInput(`card.die is ${JSON.stringify(die)}: a die line has a plate of its own`, {
      place: at('card', 'die'),
      hint: 'die: cut is one; or give the ink a spot',
    });
  }
  for (const [index, { at: corner, size: extent }] of holes.entries()) {
    const inside =
      corner.every((value) => value > 0) &&
      corner[0] + extent[0] < card.width &&
      corner[1] + extent[1] < card.height;
    if (!inside) {
      throw badInput(`card.holes[${index + 1}] does not lie on the card`, {
        place: at('card', 'holes', index),
      });
    }
  }
  if (holes.length > 0 && die === undefined) {
    throw badInput('card.holes is given and card.die is not: nothing would cut them', {
      place: at('card', 'holes'),
      hint: 'card: { die: cut, holes: ... }',
    });
  }
}
