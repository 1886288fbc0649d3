// A card's template: its size, inks, fonts and the parts of each face. Lengths are millimetres from the
// trim's top left corner; type sizes and line weights are points, as designers give them.
import { z } from 'zod';
import { Failure, badInput } from '../base/failure.ts';
import {
  FIELDS,
  type Field,
  type Ink,
  type Part,
  type StepPart,
  ink,
  name,
  part,
  point,
  size,
} from './part.ts';
import { type Checked, parseYaml } from './yaml.ts';

export type {
  BarcodePart,
  Field,
  ImagePart,
  Ink,
  LinePart,
  Part,
  QrPart,
  RectPart,
  ScratchPart,
  StepPart,
  SvgPart,
  TextPart,
  Turn,
} from './part.ts';

const face = z.array(part).min(1);
/** Holes are cut along the die line. */
const HOLES_NEED_DIE = {
  if: { required: ['holes'], properties: { holes: { minItems: 1 } } },
  then: { required: ['die'] },
};

export const templateSchema = z
  .strictObject({
    name: name.describe('What the template is called.'),
    card: z
      .strictObject({
        width: z.number().min(20).max(300).describe('Of the trimmed card, mm.'),
        height: z.number().min(20).max(300).describe('Of the trimmed card, mm.'),
        corner: z.number().min(0).default(0).describe('Radius of the corners, mm.'),
        die: name
          .optional()
          .describe(
            'The ink of the die line; without it there is none, since most makers have a die of their own.',
          ),
        holes: z
          .array(
            z.strictObject({
              at: point.describe('[x, y] of the upper left corner, mm.'),
              size: size.describe('[width, height], mm: round where they are the same, else a slot.'),
            }),
          )
          .default([])
          .describe('Punched through the card, as the front shows them.'),
      })
      .default({ width: 85.6, height: 53.98, corner: 3.18, holes: [] })
      .meta({ description: 'The trimmed card; a bank card’s size where it is not said.', ...HOLES_NEED_DIE }),
    bleed: z.number().min(0).max(10).default(3).describe('How far art goes beyond the trim, mm.'),
    safe: z
      .number()
      .min(0)
      .max(20)
      .default(3)
      .describe('Nothing that matters comes closer than this to the trim, mm.'),
    inks: z
      .record(name, ink)
      .default({})
      .describe(
        'Inks by name. There are black, white, rich-black, scratch, varnish, white-ink and cut already.',
      ),
    fonts: z
      .record(name, z.string().min(1))
      .describe('Fonts by name: whole TrueType or OpenType files, relative to the template.'),
    front: face.describe('Parts, the lowest first.'),
    back: face.optional().describe('Parts, the lowest first; without it the card is printed on one side.'),
  })
  .meta({
    title: 'cardpress template',
    description: 'How a card looks. Millimetres from the trim’s top left corner.',
  });

export type Template = z.infer<typeof templateSchema>;
export type Side = 'front' | 'back';

/** Processes beside printing, in the order in which they lie on a card: white under the print, the rest over it. */
export const STEPS = ['white', 'varnish', 'scratch', 'die'] as const;

export type Step = (typeof STEPS)[number];

/** The inks that every template has; those with a spot are plates of their own, shown in these inks on screen. */
const STANDARD_INKS: Readonly<Record<string, Ink>> = {
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
        if (!Object.hasOwn(template.fonts, part.font)) {
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
