// What lies on what: QR codes keep their white ground and their room, and no two texts can run into each other.
// What is meant to lie on something passes, and is read back.
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/render/preflight.ts';
import { cardsOf, inputsOf, layoutOf, pdfOf, read } from './samples.ts';
import { readBack } from '../verify/read-back.ts';

const ONE_UP = read('sheets/one-up.yaml').toString();
const template = (...parts: readonly string[]) => `name: crowded
inks: { moss: { cmyk: [45, 5, 35, 0] } }
fonts: { text: ../fonts/Inter-Regular.ttf, mono: ../fonts/JetBrainsMono-Medium.ttf }
front:
${parts.map((part) => `  - { part: ${part} }\n`).join('')}  - { part: barcode, data: token, at: [3, 4], size: [79.6, 10] }
`;
const QR = "qr, text: 'https://example.com/g/{serial}', at: [50, 18], size: 22";
const OVER = 'at: [48, 16], size: [26, 26]';
const text = (said: string, at: string, more = 'font: text, size: 8') =>
  `text, text: ${said}, at: ${at}, ${more}`;

async function complaints(...parts: readonly string[]): Promise<readonly string[]> {
  const { findings } = await inspect(
    inputsOf({ template: template(...parts), sheet: ONE_UP }, { pin: null }),
  );
  return findings.flatMap(({ verdict, rule, complaint }) =>
    verdict === 'fail' ? [`${rule}: ${complaint!.message}`] : [],
  );
}

describe('a QR code', () => {
  test.each([
    [`rect, ${OVER}, fill: moss`, 'a rect in moss'],
    [`rect, ${OVER}, corner: 13, stroke: black`, 'the outline of a rect in black'],
    ['line, from: [48, 30], to: [74, 30], stroke: black', 'a line'],
  ])('does not lie under %s', async (part, culprit) => {
    expect(await complaints(QR, part)).toEqual([
      `bar-ground: front[1]: front[2] (${culprit}) lies over the ground of the QR code: modules need bare white`,
    ]);
    expect(await complaints(part, QR)).toEqual([]);
  });

  test('may lie under white', async () => {
    expect(await complaints(QR, `rect, ${OVER}, fill: white`)).toEqual([]);
  });

  test('has no text on it', async () => {
    const said = [
      expect.stringMatching(/^overlap: front\[\d\] stands in the QR code \(front\[\d\]\): they share/),
    ];
    expect(await complaints(QR, text('Scan me now', '[52, 30]'))).toEqual(said);
    expect(await complaints(QR, text("'{serial}'", '[52, 30]'))).toEqual(said);
    expect(await complaints(text("'{serial}'", '[52, 30]'), QR)).toEqual(said);
  });

  test('covers what every card has below it', async () => {
    expect(await complaints(text('gift', '[30, 38]', 'font: text, size: 60, ink: moss'), QR)).toEqual([]);
  });

  test('keeps out of another', async () => {
    expect(await complaints(QR, "qr, text: '{token}', at: [40, 25], size: 20")).toEqual([
      'overlap: front[2] stands in the QR code (front[1]): they share 10 mm × 15 mm',
    ]);
  });
});

describe('two texts', () => {
  const SERIAL = text("'{serial}'", '[10, 30]');
  const muddle = /^overlap: front\[2\] stands in the text front\[1\]: they share/;
  const said = [expect.stringMatching(muddle)];

  test('of each card do not lie on each other', async () => {
    expect(await complaints(SERIAL, text("'{card_id}'", '[14, 31]'))).toEqual(said);
    expect(
      await complaints(SERIAL, text("'{card_id}'", '[12, 24]', 'font: text, size: 8, turn: 90')),
    ).toEqual(said);
    expect(await complaints(SERIAL, text("'{card_id}'", '[10, 34]'))).toEqual([]);
  });

  test('do not run into each other at their longest', async () => {
    const label = text('No.', '[10, 30]');
    expect(
      await complaints(label, text("'{serial}'", '[32, 30]', 'font: mono, size: 8, align: right')),
    ).toEqual([]);
    expect(
      await complaints(label, text("'{card_id}'", '[32, 30]', 'font: mono, size: 8, align: right')),
    ).toEqual(said);
  });

  test('of one part have leading enough', async () => {
    const lines = (leading: number) =>
      text('"{serial}\\n{card_id}"', '[10, 30]', `font: text, size: 8, leading: ${leading}`);
    expect(await complaints(lines(4))).toEqual([
      expect.stringMatching(/^overlap: front\[1\]: its lines run into each other: they share/),
    ]);
    expect(await complaints(lines(8))).toEqual([]);
  });

  test('that every card has are as they were drawn', async () => {
    expect(await complaints(text('gift', '[10, 30]'), text('gift', '[10.2, 30.2]'))).toEqual([]);
  });

  test('may be a word in another ink, far larger, and what is set on it', async () => {
    const word = (size: number, ink: string) =>
      text('gift', '[10, 36]', `font: text, size: ${size}, ink: ${ink}`);
    expect(await complaints(word(60, 'moss'), SERIAL)).toEqual([]);
    expect(await complaints(word(60, 'black'), SERIAL)).toEqual(said);
    expect(await complaints(word(20, 'moss'), text("'{serial}'", '[10, 34]'))).toEqual(said);
  });
});

test('what may lie on something is read back', async () => {
  const parts = [
    'rect, at: [-3, 15], size: [91.6, 42], fill: moss',
    text('gift', '[8, 38]', 'font: text, size: 60, ink: white'),
    QR,
    text("'{serial}'", '[10, 30]'),
    text("'{card_id}'", '[10, 46]'),
    text("'{pin}'", '[56, 47]', 'font: mono, size: 9'),
    'scratch, at: [52, 42], size: [26, 8]',
  ];
  const layout = await layoutOf({ template: template(...parts), sheet: ONE_UP });
  const cards = cardsOf(2);
  const report = await readBack(layout, await pdfOf(layout, cards), cards, { second: 1 });
  expect(report.faults).toEqual([]);
  expect(report.decoded).toBe(4);
});
