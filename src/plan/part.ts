// The parts that a face is made of, and the inks they are printed in. What is said of each key is what an editor
// shows beside it. Lengths are millimetres from the trim's top left corner; type sizes and line weights are points.
import { z } from 'zod';

const percent = z.number().min(0).max(100);
export const point = z.tuple([z.number(), z.number()]);
export const size = z.tuple([z.number().positive(), z.number().positive()]);
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'it must be lower-case letters, digits and hyphens');

export const FIELDS = ['token', 'pin', 'serial', 'card_id', 'run'] as const;
export type Field = (typeof FIELDS)[number];

/** Names that a separation may not have: the process inks', and those that PDF keeps for itself. */
const TAKEN_SPOTS = ['cyan', 'magenta', 'yellow', 'black', 'all', 'none'];
const anyCase = (word: string) => [...word].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('');

export const ink = z.strictObject({
  cmyk: z
    .tuple([percent, percent, percent, percent])
    .describe('Cyan, magenta, yellow and black in percent; of a spot, what a screen shows.'),
  spot: z
    .string()
    .max(60)
    .regex(/^[!-~]+( [!-~]+)*$/, 'it must be printable ASCII, as the press names the plate')
    .refine((spot) => !TAKEN_SPOTS.includes(spot.toLowerCase()), 'a plate of its own cannot have this name')
    .optional()
    .meta({
      description: 'The name of a plate of its own, such as PANTONE 871 C.',
      not: { pattern: `^(${TAKEN_SPOTS.map(anyCase).join('|')})$` },
    }),
});

const at = point.describe('[x, y] of the upper left corner, mm from the trim’s; the bleed is negative.');
const extent = size.describe('[width, height], mm.');
const corner = z.number().min(0).default(0).describe('Radius of the corners, mm.');
const weight = z.number().positive().default(0.5).describe('Of the stroke, points.');
const fill = name.optional().describe('The ink that fills it.');
const stroke = name.optional().describe('The ink of its outline.');
/** Quarters of a turn, clockwise degrees. */
const quarters = z.literal([0, 90, 180, 270]).default(0);
/** A text with fields; the editor knows which there are. */
const fielded = z.string().min(1);
const known = { not: { pattern: `\\{(?!(${FIELDS.join('|')})\\})[a-z_]+\\}` } };

const rect = z
  .strictObject({
    part: z.literal('rect'),
    at,
    size: extent,
    corner,
    fill,
    stroke,
    weight,
  })
  .meta({
    description: 'A rectangle, filled or outlined.',
    anyOf: [{ required: ['fill'] }, { required: ['stroke'] }],
  });

const line = z
  .strictObject({
    part: z.literal('line'),
    from: point.describe('One end, mm.'),
    to: point.describe('The other end, mm.'),
    stroke: name.describe('Its ink.'),
    weight,
  })
  .describe('A straight line.');

const text = z
  .strictObject({
    part: z.literal('text'),
    text: fielded.meta({
      ...known,
      description: 'May name {token}, {pin}, {serial}, {card_id}, {run}. A line break starts a new line.',
    }),
    at: point.describe('The first baseline: its left end, middle or right end, by align; mm.'),
    font: name.describe('One of the fonts.'),
    size: z.number().positive().describe('Points.'),
    ink: name.default('black'),
    align: z.enum(['left', 'center', 'right']).default('left'),
    width: z
      .number()
      .positive()
      .optional()
      .describe('The room there is, mm: a text that is longer is an error, never cut off.'),
    fit: z
      .number()
      .positive()
      .optional()
      .describe(
        'The smallest size, points, that it may be set in to fit its width; every card gets the same.',
      ),
    leading: z
      .number()
      .positive()
      .optional()
      .describe('Baseline to baseline, points; where it is not said, 1.4 times the size.'),
    tracking: z.number().default(0).describe('Added after each character, thousandths of the size.'),
    groups: z
      .int()
      .min(2)
      .optional()
      .describe('Shows each field in groups of so many characters; the characters stay the same.'),
    gap: z.number().min(0).default(400).describe('Between groups, thousandths of the size.'),
    turn: quarters.describe('Degrees clockwise about at.'),
  })
  .describe('A line of type, or several.');

const barcode = z
  .strictObject({
    part: z.literal('barcode'),
    data: z.enum(['token', 'pin', 'card_id']).describe('What the symbol holds.'),
    at: at.describe('The upper left corner of the room for the symbol with its quiet zones, mm.'),
    size: size.describe('[width, height] of that room, mm.'),
    module: z
      .number()
      .min(0.15)
      .max(1)
      .default(0.33)
      .describe(
        'The thinnest bar aimed at, mm: the widest is taken that fits, is whole dots and not above it.',
      ),
    align: z
      .enum(['left', 'center', 'right'])
      .default('center')
      .describe('Within the room, in the direction in which the symbol is read.'),
    turn: quarters.describe('Within its room: 90 and 270 read down and up.'),
  })
  .describe('A Code 128 symbol.');

const image = z
  .strictObject({
    part: z.literal('image'),
    file: z.string().min(1).describe('A PNG, JPEG or TIFF, relative to the template.'),
    at,
    size: extent,
  })
  .describe('A picture, stretched to its size.');

const svg = z
  .strictObject({
    part: z.literal('svg'),
    file: z.string().min(1).describe('An SVG of filled shapes, relative to the template.'),
    at,
    size: size.describe(
      '[width, height] of the room, mm: the drawing stands in its middle, as large as it fits.',
    ),
    fill: name.optional().describe('One ink for all of it.'),
    inks: z
      .record(z.string(), name)
      .optional()
      .describe('An ink for each of its colours, as the drawing names them: { "#0a5c36": pine }.'),
    turn: quarters.describe('Degrees clockwise within its room.'),
  })
  .meta({ description: 'A drawing.', oneOf: [{ required: ['fill'] }, { required: ['inks'] }] });

const qr = z
  .strictObject({
    part: z.literal('qr'),
    text: fielded.meta({ ...known, description: 'May name fields, as texts do; usually an address.' }),
    at,
    size: z.number().positive().describe('The side of the square with its quiet zone of four modules, mm.'),
  })
  .describe('A QR code on white of its own.');

const signature = z
  .strictObject({
    part: z.literal('signature'),
    at,
    size: extent,
    corner,
    fill: name.default('white').describe('Printed where art lies below.'),
    stroke,
    weight,
  })
  .describe('A panel to write on, kept free.');

const stripe = z
  .strictObject({
    part: z.literal('stripe'),
    top: z.number().min(0).default(4).describe('From the card’s upper edge to the stripe’s, mm.'),
    height: z.number().positive().default(12.7).describe('mm.'),
  })
  .describe('A magnetic stripe: nothing is printed for it, nothing that matters comes near.');

/** A shape of a process that is no printing: each kind goes to a plate, a file or a layer of its own. */
const shape = { at, size: extent, corner };
const scratch = z
  .strictObject({
    part: z.literal('scratch'),
    ...shape,
    ink: name.default('scratch').describe('Its plate: an ink with a spot.'),
  })
  .describe('A scratch panel: 2 mm beyond all that it hides, 3.2 mm from everything else.');
const varnish = z
  .strictObject({
    part: z.literal('varnish'),
    ...shape,
    ink: name.default('varnish').describe('Its plate: an ink with a spot.'),
  })
  .describe('Spot varnish.');
const white = z
  .strictObject({
    part: z.literal('white'),
    ...shape,
    ink: name.default('white-ink').describe('Its plate: an ink with a spot.'),
  })
  .describe('White ink under the print, for stock that is not white.');

export const part = z.discriminatedUnion('part', [
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
