// Drawings larger than what they show: nothing of the rest is printed, and what is printed can be read back.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Rect } from '../../src/plan/rect.ts';
import { type Layout, inspect } from '../../src/render/preflight.ts';
import { reachOf } from '../../src/render/outline.ts';
import { cardsOf, inputsOf, layoutOf, pdfOf } from '../render/samples.ts';
import { readBack } from './read-back.ts';

const template = (parts: string) => `name: drawn
inks: { pine: { cmyk: [92, 40, 70, 45] } }
fonts: { text: ../fonts/Inter-SemiBold.ttf, mono: ../fonts/JetBrainsMono-Medium.ttf }
front: [{ part: text, text: Gift card, at: [6, 30], font: text, size: 20 }]
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: text, text: "{token}", at: [42.8, 22], font: mono, size: 8, align: center, groups: 4 }
  - { part: rect, at: [10, 40], size: [4, 4], fill: pine }
  - ${parts}
`;
const svg = (viewBox: string, body: string) => ({
  'o.svg': Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">\n${body}\n</svg>`),
});

/** A drawing of ten millimetres on the back, below the token's bars. */
const small = (body: string, turn = 0) => ({
  template: template(`{ part: svg, file: o.svg, at: [60, 40], size: [10, 10], fill: pine, turn: ${turn} }`),
  assets: svg('0 0 10 10', body),
});
const PLAIN = '<rect width="10" height="10"/>';

/** What the marks of a layout's drawing reach to. */
const drawn = ({ faces }: Layout) =>
  reachOf(faces[1]!.fixed.flatMap((mark) => (mark.mark === 'path' ? mark.steps : [])))!;

function isNear(found: Rect, wanted: Rect): void {
  for (const side of ['x', 'y', 'width', 'height'] as const) expect(found[side]).toBeCloseTo(wanted[side], 9);
}

describe.each([
  ['over the bars', '<rect x="-30" y="-32" width="30" height="8"/>'],
  ['far away', '<rect x="500" y="900" width="3000" height="3000"/>'],
  ['around it', '<circle cx="10" cy="10" r="90"/>'],
])('a shape beyond the viewBox: %s', (_, shape) => {
  const cards = cardsOf(10);
  let layout: Layout;
  beforeAll(async () => {
    layout = await layoutOf(small(PLAIN + shape), { pin: null });
  });

  test('is not drawn', () => {
    isNear(drawn(layout), { x: 60, y: 40, width: 10, height: 10 });
  });

  test('keeps no card from being read back', async () => {
    const pdf = await pdfOf(layout, cards);
    const found = await readBack(layout, pdf, cards);
    expect(found).toMatchObject({ passed: true, faults: [] });
  });
});

test('is turned with what shows it', async () => {
  const bar = '<rect x="-5" y="2" width="20" height="3"/>';
  const turned = await layoutOf(small(bar, 90), { pin: null });
  isNear(drawn(turned), { x: 65, y: 40, width: 3, height: 10 });
});

test('a drawing of which nothing shows is refused', async () => {
  await expect(layoutOf(small('<rect x="20" width="5" height="5"/>'), { pin: null })).rejects.toThrow(
    'o.svg has no shape within its viewBox',
  );
});

describe('a drawing in the room of the bleed', () => {
  const ROOM = '{ part: svg, file: o.svg, at: [-3, -3], size: [91.6, 59.98], fill: pine }';
  const ground = (width: number, height: number) => `<rect width="${width}" height="${height}"/>`;
  const findings = async (viewBox: string, body: string) => {
    const front = template('{ part: line, from: [20, 40], to: [40, 40], stroke: pine }').replace(
      'front: [',
      `front: [${ROOM}, `,
    );
    const found = await inspect(inputsOf({ template: front, assets: svg(viewBox, body) }, { pin: null }));
    return found.findings.flatMap(({ rule, complaint }) =>
      rule === 'bleed' && complaint !== undefined ? [`${complaint.message} (${complaint.hint ?? ''})`] : [],
    );
  };

  test('of the card’s proportions does not fill it', async () => {
    expect(await findings('0 0 85.6 53.98', ground(85.6, 53.98))).toEqual([
      'front[1]: the svg goes 1.89 mm beyond the top trim: it must reach the bleed at 3 mm ' +
        '(a drawing keeps its proportions: one of 91.6 mm × 59.98 mm would fill its room)',
    ]);
  });

  test('of its own does', async () => {
    expect(await findings('0 0 91.6 59.98', ground(91.6, 59.98))).toEqual([]);
    expect(await findings('0 0 91.6 59.98', '<rect x="-9" y="-9" width="120" height="80"/>')).toEqual([]);
  });

  test('and drawn to the trim alone does not', async () => {
    expect(await findings('-3 -3 91.6 59.98', ground(85.6, 53.98))).toHaveLength(1);
  });

  test('may have ornaments that end where they like', async () => {
    expect(await findings('-3 -3 91.6 59.98', '<circle cx="1" cy="20" r="2.5"/>')).toEqual([]);
    expect(await findings('-3 -3 91.6 59.98', '<circle cx="30" cy="20" r="5"/>')).toEqual([]);
  });
});
