// Faces of unusual make, each printed on a full sheet and on one with empty slots: what the preflight lets
// pass is read back without a fault.
import { describe, expect, test } from 'vitest';
import { slotCount } from '../../src/plan/sheet.ts';
import { cardsOf, layoutOf, pdfOf, read } from '../render/samples.ts';
import { readBack } from './read-back.ts';

/** The built-in sheets that a bank card is printed on. */
const SHEETS = ['a4-8up', 'sra3-21up', '13x19-21up', 'one-up'];

const template = (back: string) => `
name: unusual
card: { width: 85.6, height: 53.98, corner: 3.18 }
fonts: { mono: ../fonts/JetBrainsMono-Medium.ttf, text: ../fonts/Inter-SemiBold.ttf }
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: black }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: barcode, data: pin, at: [8, 30], size: [34, 10] }
${back}`;

const LINES = `
  - { part: text, text: '{token}', at: [42.8, 22], font: mono, size: 8, align: center, groups: 4 }
  - { part: text, text: '{pin}', at: [25, 44.6], font: mono, size: 9, align: center }
`;

async function faultsOf(back: string, name: string, turnedOver = 'long-edge'): Promise<readonly string[]> {
  const sheet = read(`sheets/${name}.yaml`).toString();
  const layout = await layoutOf({
    template: template(back),
    sheet: sheet.replace('turn: long-edge', `turn: ${turnedOver}`),
  });
  const slots = slotCount(layout.sheet);
  const cards = cardsOf(slots + Math.ceil(slots / 2));
  const { faults, symbols, decoded } = await readBack(layout, await pdfOf(layout, cards), cards);
  expect(decoded).toBe(symbols);
  return faults.map(({ sheet: page, slot, side, what, why }) => `${page}.${slot} ${side} ${what}: ${why}`);
}

test.each(SHEETS)('a face with nothing on it that every card shares, on %s', async (sheet) => {
  expect(await faultsOf(LINES, sheet)).toEqual([]);
});

test.each([
  ['curly quotes', '‘{serial}’ “{serial}”'],
  ['hyphens and spaces that do not break', '{serial}\u2011{card_id}\u00a0{serial}'],
  ['letters and signs', 'Nº {serial} – å … Ω Å € µ'],
])('type with %s', async (_, text) => {
  const line = `  - { part: text, text: ${JSON.stringify(text)}, at: [10, 26], font: text, size: 6 }\n`;
  expect(await faultsOf(line, 'a4-8up')).toEqual([]);
});

describe.each([0, 90, 180, 270])('type turned by %d', (turn) => {
  const line = `
  - { part: text, text: '{serial}', at: [60, 36], font: mono, size: 6, turn: ${turn} }
`;
  const more = `
  - { part: text, text: '{token}', at: [42.8, 22], font: mono, size: 8, align: center, groups: 4 }
  - { part: text, text: '{card_id}', at: [68, 36], font: mono, size: 6, align: center, turn: ${turn} }
  - { part: text, text: "a {serial}\\nb {serial}", at: [50, 38], font: text, size: 6, turn: ${turn} }
`;

  test('one line, on sheets of eight', async () => expect(await faultsOf(line, 'a4-8up')).toEqual([]));

  test('one line, on sheets of twenty-one', async () =>
    expect(await faultsOf(line, 'sra3-21up')).toEqual([]));

  test('several lines, on sheets that are turned over the short edge', async () =>
    expect(await faultsOf(more, 'a4-8up', 'short-edge')).toEqual([]));
});
