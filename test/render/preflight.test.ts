import { describe, expect, test } from 'vitest';
import sharp from 'sharp';
import type { Failure } from '../../src/base/failure.ts';
import { cardMarks } from '../../src/render/face.ts';
import { openFont } from '../../src/render/font.ts';
import { type LayoutInputs, inspect, prepare } from '../../src/render/preflight.ts';
import { failureOf } from '../support/outcome.ts';
import { type Design, cardsOf, code, inputsOf, read } from './samples.ts';

const HEAD = `name: small
inks:
  navy: { cmyk: [100, 70, 20, 30] }
fonts:
  text: ../fonts/Inter-Regular.ttf
  mono: ../fonts/JetBrainsMono-Medium.ttf
`;
const TOKEN_PARTS = `  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: text, text: "{token}", at: [42.8, 21.8], font: mono, size: 8, align: center }
`;
const PIN_PARTS = `  - { part: barcode, data: pin, at: [8, 30], size: [34, 10] }
  - { part: text, text: "{pin}", at: [25, 44.6], font: mono, size: 9, align: center }
`;

/** A template with these parts on its back, besides token and PIN unless `only`. */
const back = (parts: string, { before = '', head = HEAD, codes = TOKEN_PARTS + PIN_PARTS } = {}) =>
  `${head}front:\n  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }\nback:\n${before}${codes}${parts}`;

function refusal(template: string | Design, more?: Partial<LayoutInputs>): Promise<Failure> {
  const design = typeof template === 'string' ? { template } : template;
  return failureOf(() => prepare(inputsOf(design, more)));
}

/** One complaint, with the line of the template that it points at. */
async function complaint(template: string | Design, more?: Partial<LayoutInputs>): Promise<string> {
  const { kind, complaints } = await refusal(template, more);
  expect(kind).toBe('input');
  expect(complaints.map(({ message }) => message)).toHaveLength(1);
  const [{ message, place } = { message: '' }] = complaints;
  return `${message} @ ${place?.excerpt.trim() ?? 'nowhere'}`;
}

test('a template that has nothing wrong with it passes', async () => {
  const layout = await prepare(inputsOf({ template: back('') }));
  expect(layout.symbols.map(({ data, fit }) => [data, fit.dots])).toEqual([
    ['token', 7],
    ['pin', 7],
  ]);
});

test('classic fits what it is meant to carry, with nothing to advise', async () => {
  expect((await prepare(inputsOf())).advice).toEqual([]);
  const letters = code(24, { characters: true });
  const layout = await prepare(inputsOf({}, { token: letters }));
  expect(layout.advice.map(({ message }) => message)).toEqual([
    "back[1]: the token's bars are 0.212 mm a module: under 0.25 mm make test cards",
    "back[1]: the token's quiet zones are 2.12 mm: 2.5 mm is safer",
  ]);
  for (const sheet of ['sra3-21up', 'one-up']) {
    await prepare(inputsOf({ sheet: read(`sheets/${sheet}.yaml`).toString() }));
  }
});

describe('sizes', () => {
  test('a card that the sheet is not cut to', async () => {
    expect(await complaint(`card: { width: 86, height: 54 }\n${back('')}`)).toBe(
      "the template's card is 86 mm × 54 mm, the sheet a4-8up is cut to 85.6 mm × 53.98 mm @ card: { width: 86, height: 54 }",
    );
  });

  test('less bleed than the sheet cuts through', async () => {
    expect(await complaint(`bleed: 2\n${back('')}`)).toBe(
      "the template's art has 2 mm of bleed, the sheet a4-8up cuts through 3 mm @ bleed: 2",
    );
  });

  test('a slug line that runs over cards', () => {
    const sheet = read('sheets/a4-8up.yaml').toString().replace('slug: [16.4, 284]', 'slug: [16.4, 200]');
    expect(() => inputsOf({ sheet })).toThrow('the slug line runs into slot 5 on the front');
  });
});

describe('fields', () => {
  test('a PIN that the job does not ask for', async () => {
    expect(await complaint(back(''), { pin: null })).toBe(
      'the template prints a PIN, and the job asks for none @ - { part: barcode, data: pin, at: [8, 30], size: [34, 10] }',
    );
  });

  test('a PIN that the template never prints', async () => {
    expect(await complaint(back('', { codes: TOKEN_PARTS }))).toBe(
      'the job asks for a PIN that the template never prints @ back:',
    );
  });

  test('a token that the template never prints', async () => {
    expect(await complaint(back('', { codes: PIN_PARTS }))).toMatch(/^the template never prints the token/);
  });

  test('no PIN at all is fine', async () => {
    await prepare(inputsOf({ template: back('', { codes: TOKEN_PARTS }) }, { pin: null }));
  });
});

describe('fonts', () => {
  test('a missing file', async () => {
    const inputs = inputsOf({ template: back('') });
    const assets = new Map([...inputs.assets].filter(([file]) => !file.includes('Inter')));
    expect(await complaint(back(''), { assets })).toBe(
      'the font ../fonts/Inter-Regular.ttf is missing @ text: ../fonts/Inter-Regular.ttf',
    );
  });

  test('a web font', async () => {
    const assets = { '../fonts/Inter-Regular.ttf': Buffer.from('wOF2'.padEnd(64)) };
    expect(await complaint({ template: back(''), assets })).toBe(
      '../fonts/Inter-Regular.ttf is a web font (WOFF2) @ text: ../fonts/Inter-Regular.ttf',
    );
  });

  test('a glyph that static text needs', async () => {
    expect(await complaint(back('  - { part: text, text: 禮品, at: [50, 40], font: text, size: 8 }\n'))).toBe(
      'back[5]: the font text has no "禮", "品" @ - { part: text, text: 禮品, at: [50, 40], font: text, size: 8 }',
    );
  });

  test('a glyph that a code may bring', async () => {
    const head = HEAD.replace('../fonts/JetBrainsMono-Medium.ttf', 'narrow.ttf');
    const assets = { 'narrow.ttf': digitsOnly() };
    const token = code(16, { characters: true });
    expect(await complaint({ template: back('', { head }), assets }, { token })).toMatch(
      /^back\[2\]: the font mono has no "A", "B", .* and 44 more, which token may bring/,
    );
  });

  test('none that can set the slug line', async () => {
    const head = HEAD.replace(/.*Inter.*\n/, '').replace('../fonts/JetBrainsMono-Medium.ttf', 'narrow.ttf');
    const assets = { 'narrow.ttf': digitsOnly() };
    expect(await complaint({ template: back('', { head }), assets })).toMatch(
      /^no font of the template has all of ASCII/,
    );
  });
});

describe('images', () => {
  const image = '  - { part: image, file: art.png, at: [50, 30], size: [20, 10] }\n';

  test('a missing file', async () => {
    expect(await complaint(back(image))).toMatch(/^the image art.png is missing @ - \{ part: image/);
  });

  test('a broken file', async () => {
    const whole = await sharp({ create: { width: 90, height: 90, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    for (const bytes of [Buffer.from('not a picture'), whole.subarray(0, whole.length - 40)]) {
      expect(await complaint({ template: back(image), assets: { 'art.png': bytes } })).toMatch(
        /^art.png is not a picture that can be read/,
      );
    }
  });

  test('few pixels are advised against', async () => {
    const small = await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const layout = await prepare(inputsOf({ template: back(image), assets: { 'art.png': small } }));
    expect(layout.advice.map(({ message }) => message)).toContain(
      'back[5]: art.png has 254 pixels an inch at this size',
    );
  });
});

describe('texts', () => {
  const text = (more: string) => `  - { part: text, font: text, ${more} }\n`;

  test('wider than their width', async () => {
    expect(
      await complaint(back(text('text: "Treat this card like cash", at: [48, 34], size: 6, width: 20'))),
    ).toMatch(/^back\[5\]: the text needs 23\.\d+ mm at its longest, its width is 20 mm/);
  });

  test('wider than their width for the widest code alone', async () => {
    const token = code(16, { characters: true });
    const parts = text('text: "{token}", at: [3, 25.5], size: 6, width: 30');
    await prepare(inputsOf({ template: back(parts) }));
    expect(await complaint(back(parts), { token })).toMatch(
      /^back\[5\]: the text needs 3\d\.\d+ mm at its longest, its width is 30 mm/,
    );
  });

  test('with room for gaps between groups', async () => {
    const parts = (gap: string) =>
      `  - { part: text, font: mono, text: "{token}", at: [42.8, 26], size: 8, width: 30.6, groups: 4, align: center, ${gap} }\n`;
    await prepare(inputsOf({ template: back(parts('gap: 400')) }));
    expect(await complaint(back(parts('gap: 600')))).toMatch(/the text needs 32\.17 mm at its longest/);
  });

  test.each([
    ['at: [2, 25]', '1 mm on the left'],
    ['at: [82.6, 25]', '\\d+\\.?\\d* mm on the right'],
    ['at: [50, 3]', '\\d\\.?\\d* mm at the top'],
    ['at: [50, 51]', '\\d\\.?\\d* mm at the bottom'],
  ])('outside the safe area: %s', async (at, by) => {
    const said = await complaint(back(text(`text: Tqj, size: 6, ${at}`)));
    expect(said).toMatch(
      new RegExp(`^back\\[5\\]: the text leaves the safe area by (${by}|[\\d.]+ mm on the left)`),
    );
  });

  test('whose run name or card id is long', async () => {
    const parts = text('text: "{card_id}", at: [48, 34], size: 6, width: 20');
    await prepare(inputsOf({ template: back(parts) }));
    expect(
      await complaint(back(parts), { cards: [{ serial: 1, cardId: `CHRISTMAS-${'0'.repeat(12)}` }] }),
    ).toMatch(/^back\[5\]: the text needs/);
  });
});

test.each([
  ['A-004', 4, 4.44, 6],
  ['A-000000000004', 4, 4.44, 6],
  ['A-1234567', 1_234_567, 5.19, 7],
])('a serial is measured as it is printed, not as the id %s has it', async (cardId, serial, room, digits) => {
  const parts = (width: number) =>
    `  - { part: text, text: '{serial}', at: [48, 34], font: mono, size: 3.5, width: ${width} }\n`;
  const cards = [{ serial, cardId }];
  const layout = await prepare(inputsOf({ template: back(parts(room + 0.01)) }, { cards }));
  const [card] = cardsOf(1);
  const back1 = layout.faces[1]!;
  const line = back1.lines.findIndex(({ part }) => part.text === '{serial}') - back1.lines.length;
  expect(cardMarks(back1, { ...card!, serial }, 'spring').at(line)).toMatchObject({
    pieces: [String(serial).padStart(digits, '0')],
  });
  expect(await complaint(back(parts(room - 0.05)), { cards })).toMatch(
    new RegExp(`^back\\[5\\]: the text needs ${room} mm at its longest`),
  );
});

describe('symbols', () => {
  const only = (barcode: string) => back('', { codes: `${barcode}\n${PIN_PARTS}` });
  const token = (more: string) => only(`  - { part: barcode, data: token, ${more} }`);

  test('outside the safe area', async () => {
    expect(await complaint(token('at: [3, 2], size: [79.6, 12]'))).toMatch(
      /^back\[1\]: the token's barcode field leaves the safe area by 1 mm at the top/,
    );
  });

  test('too low', async () => {
    expect(await complaint(token('at: [3, 6], size: [79.6, 4.5]'))).toMatch(
      /^back\[1\]: bars of 4.5 mm are too low: they need 5 mm/,
    );
  });

  test('that do not fit their code', async () => {
    const long = code(36, { prefix: 'DINCARD:', characters: true, symbols: true });
    const { complaints } = await refusal(token('at: [3, 6], size: [79.6, 12]'), { token: long });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatchObject({
      message:
        'back[1]: a token of 44 characters needs 539 modules; the field of 79.6 mm gives 0.148 mm, on the grid of 600 dpi 0.127 mm: under 0.15 mm',
      hint: '16 digits would give 0.55 mm',
      place: { excerpt: '  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }' },
    });
  });

  test('that share room with another symbol', async () => {
    expect(await complaint(token('at: [3, 20], size: [79.6, 12]'))).toMatch(
      /^back\[2\] stands in the token's symbol \(back\[1\]\): they share 16\.\d+ mm × 1\.\d+ mm/,
    );
  });

  test('that share room with a text', async () => {
    const parts = '  - { part: text, text: Hello, at: [42, 17], font: text, size: 6 }\n';
    expect(await complaint(back(parts))).toMatch(
      /^back\[5\] stands in the token's symbol \(back\[1\]\): they share 5\.\d+ mm × 1\.\d+ mm/,
    );
  });

  test.each([
    ['  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }', 'back[1] (a rect in navy)'],
    [
      '  - { part: rect, at: [30, 10], size: [20, 20], stroke: black }',
      'back[1] (the outline of a rect in black)',
    ],
    ['  - { part: line, from: [0, 0], to: [85.6, 53.98], stroke: black }', 'back[1] (a line)'],
    [
      '  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }\n  - { part: rect, at: [25, 5], size: [30, 14], fill: white }\n  - { part: rect, at: [6, 28], size: [38, 20], fill: white }',
      'back[1] (a rect in navy)',
    ],
  ])('on ink: %s', async (before, culprit) => {
    const { complaints } = await refusal(back('', { before: `${before}\n` }));
    expect(complaints[0]!.message).toContain(`the token's symbol stands on ${culprit}: bars need bare white`);
  });

  test.each([
    [
      'white over ink',
      '  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }\n  - { part: rect, at: [3, 5], size: [79.6, 44], corner: 2, fill: white }',
    ],
    ['inside an outline', '  - { part: rect, at: [4, 4], size: [77, 46], corner: 3, stroke: black }'],
    [
      'beside ink',
      '  - { part: rect, at: [-3, 50.98], size: [91.6, 6], fill: navy }\n  - { part: line, from: [0, 26], to: [85, 26], stroke: black }',
    ],
  ])('%s are fine', async (_, before) => {
    await prepare(inputsOf({ template: back('', { before: `${before}\n` }) }));
  });

  test('white under ink is no white', async () => {
    const before =
      '  - { part: rect, at: [3, 5], size: [79.6, 44], fill: white }\n  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }\n';
    const { complaints } = await refusal(back('', { before }));
    expect(complaints).toHaveLength(2);
  });
});

test('several mistakes are told at once', async () => {
  const { complaints, message } = await refusal(
    `bleed: 1\n${back('  - { part: text, text: x, at: [1, 30], font: text, size: 6 }\n')}`,
  );
  expect(complaints).toHaveLength(2);
  expect(message).toContain('template.yaml:1:8');
});

test('a profile that is not of a press is refused', async () => {
  const profile = Buffer.from(read('profiles/iso-coated-v2-300.icc'));
  profile.write('scnr', 12, 'latin1');
  expect((await refusal(back(''), { profile })).message).toContain(
    'the colour profile is of class scnr for CMYK: a press needs one of class prtr for CMYK',
  );
  expect((await refusal(back(''), { profile: Buffer.from('x') })).message).toBe(
    'the colour profile is not an ICC profile',
  );
});

/** JetBrains Mono with a character map of digits alone, put over its own. */
function digitsOnly(): Buffer {
  const bytes = Buffer.from(read('fonts/JetBrainsMono-Medium.ttf'));
  const font = openFont(bytes, 'mono', 'mono.ttf').program;
  const tables = Array.from({ length: bytes.readUInt16BE(4) }, (_, index) => 12 + 16 * index);
  const cmap = bytes.readUInt32BE(
    tables.find((entry) => bytes.toString('latin1', entry, entry + 4) === 'cmap')! + 8,
  );
  const groups = [...'0123456789'].flatMap((digit) => {
    const character = digit.charCodeAt(0);
    return [character, character, font.glyphForCodePoint(character).id];
  });
  // One subtable of format 12: platform 3, encoding 10, twelve bytes on.
  bytes.writeUInt32BE(0x00000001, cmap);
  bytes.writeUInt32BE(0x0003000a, cmap + 4);
  bytes.writeUInt32BE(12, cmap + 8);
  const words = [0x000c0000, 16 + 4 * groups.length, 0, groups.length / 3, ...groups];
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, cmap + 12 + 4 * index);
  return bytes;
}

test('what a complaint about a panel or a ground offers, mends it', async () => {
  const template = (panel: string, grounds: string) => `name: mended
inks: { paper: { cmyk: [0, 3, 12, 0] } }
fonts: { mono: ../fonts/JetBrainsMono-Medium.ttf }
front: [{ part: rect, at: [-3, -3], size: [91.6, 59.98], fill: paper }]
back:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: paper }
${grounds}
  - { part: barcode, data: token, at: [3, 5], size: [50, 12] }
  - { part: barcode, data: pin, at: [50, 30], size: [30, 10] }
  - { part: text, text: 'PIN {pin}', at: [54, 44], font: mono, size: 9 }
  - { part: scratch, ${panel} }
`;
  const look = async (text: string) => {
    const { findings } = await inspect(inputsOf({ template: text }));
    return findings.flatMap(({ verdict, rule, complaint }) =>
      verdict === 'fail' ? [{ rule, hint: complaint?.hint ?? '' }] : [],
    );
  };
  const wrong = await look(template('at: [50, 29], size: [30, 16]', ''));
  expect(wrong.map(({ rule }) => rule)).toEqual(['bar-ground', 'bar-ground', 'panel-cover', 'panel-cover']);
  const panels = wrong.flatMap(({ hint }) => /^(at: .*\]) would hold/.exec(hint)?.[1] ?? []);
  expect(new Set(panels).size).toBe(1);
  const grounds = wrong.flatMap(({ hint }) => /\{ part: rect.*\}/.exec(hint)?.[0] ?? []);
  expect(await look(template(panels[0]!, grounds.map((part) => `  - ${part}`).join('\n')))).toEqual([]);
});
