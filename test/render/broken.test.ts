// Templates and sheets broken in many ways: each is refused, with its place and the rule that it breaks.
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { HOUSE_RULES, inspect } from '../../src/render/preflight.ts';
import { failureOf } from '../support/outcome.ts';
import { code, inputsOf, read } from './samples.ts';

const CLASSIC = read('classic/template.yaml').toString();
const SHEET = read('sheets/a4-8up.yaml').toString();

/** Classic with one thing changed, or a part more on its back. */
const changed = (from: string, to: string) => {
  expect(CLASSIC).toContain(from);
  return CLASSIC.replace(from, to);
};
const more = (part: string) => `${CLASSIC}  - ${part}\n`;

const small = await sharp({ create: { width: 60, height: 60, channels: 3, background: 'red' } })
  .png()
  .toBuffer();
const heavy = cmykTiff(300, 250);

/** A square of one CMYK value, the same in all four inks: an uncompressed TIFF. */
function cmykTiff(side: number, value: number): Buffer {
  const pixels = Buffer.alloc(side * side * 4, value);
  const bits = 8 + pixels.length;
  // Tag, type (3 short, 4 long), count, value.
  const entries = [
    [256, 4, 1, side],
    [257, 4, 1, side],
    [258, 3, 4, bits],
    [259, 3, 1, 1],
    [262, 3, 1, 5],
    [273, 4, 1, 8],
    [277, 3, 1, 4],
    [278, 4, 1, side],
    [279, 4, 1, pixels.length],
  ] as const;
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(bits + 8, 4);
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length, 0);
  for (const [index, [tag, type, count, of]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12);
    directory.writeUInt16LE(type, 4 + index * 12);
    directory.writeUInt32LE(count, 6 + index * 12);
    directory.writeUInt32LE(of, 10 + index * 12);
  }
  return Buffer.concat([head, pixels, Buffer.from([8, 0, 8, 0, 8, 0, 8, 0]), directory]);
}

const TEMPLATES: readonly (readonly [rule: string, name: string, template: string])[] = [
  [
    'symbol-fit',
    'a field too short for its code',
    changed('at: [3, 6], size: [79.6, 12]', 'at: [30, 6], size: [20, 12]'),
  ],
  ['symbol-fit', 'a QR code too small', more("{ part: qr, text: '{serial}', at: [70, 24], size: 3 }")],
  [
    'symbol-fit',
    'a QR code with fewer dots than modules',
    more("{ part: qr, text: '{serial}', at: [70, 24], size: 0.5 }"),
  ],
  ['bar-height', 'bars too low', changed('size: [79.6, 12]', 'size: [79.6, 4]')],
  [
    'trim-distance',
    'bars at the trim',
    changed('safe: 3', 'safe: 0').replace('at: [3, 6], size', 'at: [3, 1], size'),
  ],
  [
    'safe-area',
    'a text outside the safe area',
    more('{ part: text, text: Edge, at: [80, 52], font: regular, size: 6 }'),
  ],
  ['overlap', 'a text in a symbol', more('{ part: text, text: Over, at: [40, 12], font: regular, size: 6 }')],
  [
    'bar-ground',
    'art under a symbol',
    changed('back:\n', 'back:\n  - { part: rect, at: [20, 4], size: [30, 8], fill: pine }\n'),
  ],
  ['resolution', 'too few pixels', more('{ part: image, file: small.png, at: [48, 24], size: [16, 2] }')],
  ['ink-coverage', 'an ink over the limit', changed('cmyk: [92, 40, 70, 45]', 'cmyk: [92, 90, 90, 90]')],
  [
    'ink-coverage',
    'a picture over the limit',
    more('{ part: image, file: heavy.tif, at: [48, 24], size: [16, 2] }'),
  ],
  ['text-size', 'type too small', changed('font: semibold, size: 6 }', 'font: semibold, size: 2 }')],
  [
    'hairline',
    'a line too thin',
    more('{ part: line, from: [48, 25], to: [79, 25], stroke: black, weight: 0.05 }'),
  ],
  [
    'panel-cover',
    'a panel that barely covers its PIN',
    changed('at: [6, 27.9], size: [38, 20.1]', 'at: [6, 28.9], size: [38, 19.1]'),
  ],
  [
    'panel-pin',
    'a panel that covers its PIN in part',
    changed('at: [6, 27.9], size: [38, 20.1]', 'at: [20, 27.9], size: [24, 20.1]'),
  ],
  [
    'panel-distance',
    'a text at the panel',
    more('{ part: text, text: Here, at: [7, 27], font: regular, size: 6 }'),
  ],
  [
    'panel-pin',
    'a PIN beside its panel',
    more("{ part: text, text: '{pin}', at: [70, 40], font: mono, size: 6 }"),
  ],
  ['keep-out', 'a symbol on the stripe', more('{ part: stripe, top: 4 }')],
  [
    'keep-out',
    'a hole in a text',
    changed('corner: 3.18 }', 'corner: 3.18, die: cut, holes: [{ at: [20, 20], size: [30, 3] }] }'),
  ],
  ['card-size', 'a card of another size', changed('width: 85.6, height: 53.98', 'width: 86, height: 54')],
  [
    'bleed',
    'art that ends at the trim',
    changed('at: [-3, -3], size: [91.6, 59.98]', 'at: [0, 0], size: [85.6, 53.98]'),
  ],
  ['bleed', 'too little bleed', changed('bleed: 3', 'bleed: 1')],
  [
    'text-fit',
    'a text wider than its room',
    changed('width: 79.6\n    font: mono', 'width: 12\n    font: mono'),
  ],
  [
    'text-fit',
    'a text that does not fit at its smallest',
    changed('width: 79.6\n    font: mono', 'width: 12\n    fit: 7\n    font: mono'),
  ],
  ['glyphs', 'a glyph that the font has not', changed('text: Your shop', 'text: 禮品')],
  ['fields', 'no token', changed('data: token', 'data: card_id').replace("'{token}'", "'{card_id}'")],
  ['files', 'a font that is not there', changed('../fonts/Inter-Regular.ttf', 'missing.ttf')],
  [
    'secrets',
    'a plate named after a PIN',
    changed('inks:\n', "inks:\n  bad: { spot: 'PIN-{pin}', cmyk: [0, 0, 0, 10] }\n"),
  ],
];

describe('a template', () => {
  test.each(TEMPLATES)('%s: %s', async (rule, _, template) => {
    const { findings, layout } = await inspect(
      inputsOf({ template, assets: { 'small.png': small, 'heavy.tif': heavy } }),
    );
    expect(layout).toBeUndefined();
    const broken = findings.filter(({ verdict }) => verdict === 'fail');
    expect(broken.map((finding) => finding.rule)).toContain(rule);
    const own = broken.find((finding) => finding.rule === rule)!;
    expect(own.complaint!.place?.file).toBe('template.yaml');
    expect(own.complaint!.place!.line).toBeGreaterThan(0);
  });

  test.each([
    ['inks:\n', 'inks:\n  bad: { cmyk: [0, 0, 0, 110] }\n', 'inks.bad.cmyk[4] is 110'],
    ['inks:\n', 'inks:\n  bad: { rgb: [255, 0, 0] }\n', 'inks.bad.rgb is not a key that is known here'],
    [
      'inks:\n',
      'inks:\n  bad: { spot: All, cmyk: [0, 0, 0, 10] }\n',
      'a plate of its own cannot have this name',
    ],
    ['part: scratch, at', 'part: scratch, ink: pine, at', 'a scratch has a plate of its own'],
    ['corner: 3.18 }', 'corner: 3.18, holes: [{ at: [1, 1], size: [3, 3] }] }', 'nothing would cut them'],
    ['corner: 3.18 }', 'corner: 3.18, die: pine }', 'a die line has a plate of its own'],
    ['fill: pine', "fill: '#0a5c36'", 'it must be lower-case letters'],
  ])('with %j as %j', async (from, to, message) => {
    const template = changed(from, to);
    const failure = await failureOf(() => inputsOf({ template }));
    expect(failure.message).toContain(message);
    expect(failure.complaints[0]!.place?.file).toBe('template.yaml');
  });
});

describe('a sheet', () => {
  test.each([
    ['grid: { columns: 2, rows: 4 }', 'grid: { columns: 2, rows: 5 }', 'leaves the paper'],
    ['grid: { columns: 2, rows: 4 }', 'grid: { columns: 2, rows: 4, pitch: [88, 60] }', 'slots overlap'],
    [
      'grid: { columns: 2, rows: 4 }',
      'gutters: shared\ngrid: { columns: 2, rows: 4, pitch: [80, 60] }',
      'slots overlap',
    ],
    [
      'margins: { top: 5, right: 5, bottom: 5, left: 5 }',
      'margins: { left: 9 }',
      'in what the press cannot print on the front',
    ],
    [
      'margins: { top: 5, right: 5, bottom: 5, left: 5 }',
      'grip: { edge: top, size: 14 }',
      'the colour bar stands 2 mm in what the press cannot print',
    ],
    ['registration: [[105, 18]', 'registration: [[105, 30]', 'registration mark 1 runs into'],
    [
      'colourBar: { at: [16.4, 12], patch: 4 }',
      'colourBar: { at: [16.4, 22], patch: 4 }',
      'the colour bar runs into',
    ],
    ['sheetCode: { at: [160, 12]', 'sheetCode: { at: [60, 12]', "the colour bar runs into the sheet's code"],
    ['slug: [16.4, 284]', 'slug: [16.4, 279]', 'runs into'],
    ['offset: 3.5', 'offset: 2', 'crop marks would stand in the bleed'],
  ])('with %j as %j', async (from, to, message) => {
    expect(SHEET).toContain(from);
    const failure = await failureOf(() => inputsOf({ sheet: SHEET.replace(from, to) }));
    expect(failure.message).toContain(message);
    expect(failure.complaints[0]!.place?.file).toBe('sheet.yaml');
  });
});

describe('a rule', () => {
  const template = changed('safe: 3', 'safe: 0').replace('at: [3, 6], size', 'at: [3, 1], size');

  test('may be waived with a reason, which stays with the finding', async () => {
    const waivers = [{ rule: 'trim-distance' as const, reason: 'punched, never cut' }];
    const { findings, layout } = await inspect(
      inputsOf({ template }, { strictness: { ...HOUSE_RULES, waivers } }),
    );
    expect(layout).toBeDefined();
    expect(findings.filter(({ verdict }) => verdict === 'waived')).toMatchObject([
      { rule: 'trim-distance', reason: 'punched, never cut' },
    ]);
  });

  test('about a module that only warns stops real cards', async () => {
    const narrow = changed('size: [79.6, 12], module: 0.34', 'size: [79.6, 12], module: 0.22');
    expect((await inspect(inputsOf({ template: narrow }))).layout).toBeDefined();
    const strict = await inspect(
      inputsOf({ template: narrow }, { strictness: { ...HOUSE_RULES, strict: true } }),
    );
    expect(strict.layout).toBeUndefined();
    const waivers = [{ rule: 'module-width' as const, reason: 'test cards read' }];
    const waived = await inspect(
      inputsOf({ template: narrow }, { strictness: { ...HOUSE_RULES, strict: true, waivers } }),
    );
    expect(waived.layout).toBeDefined();
  });

  test('that is waived leaves out no symbol, and prints none that cannot be read', async () => {
    const waivers = [{ rule: 'module-width' as const, reason: 'test cards read' }];
    const strictness = { ...HOUSE_RULES, waivers };
    const long = code(36, { prefix: 'DINCARD:', characters: true, symbols: true });
    const looks = [
      await inspect(
        inputsOf({ template: changed("text: '{token}'", 'text: Gift') }, { strictness, token: long }),
      ),
      await inspect(
        inputsOf({ template: more("{ part: qr, text: '{serial}', at: [70, 24], size: 3 }") }, { strictness }),
      ),
    ];
    for (const { layout, findings } of looks) {
      expect(layout).toBeUndefined();
      expect(findings.filter(({ verdict }) => verdict === 'fail')).toMatchObject([{ rule: 'symbol-fit' }]);
    }
  });
});
