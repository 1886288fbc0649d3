// The plates that a press would be given: what prints over its ground, and what knocks it out.
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import type { Layout } from '../../src/render/preflight.ts';
import { cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { ghostscript, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();
const DPI = 200;
/** Millimetres as dots. */
const mm = (value: number) => Math.round((value / 25.4) * DPI);
const INKS = ['Cyan', 'Magenta', 'Yellow', 'Black'] as const;

type Plates = Readonly<Record<(typeof INKS)[number], Uint8Array>>;

/** A page's plates, within the trim of a one-up card; a byte a pixel, 255 for no ink. */
async function platesOf(
  parts: string,
  page: number,
  name: string,
  spoil = (layout: Layout) => layout,
): Promise<Plates> {
  const template = `name: plates
inks: { sky: { cmyk: [80, 20, 0, 0] } }
fonts: { text: ../fonts/Inter-SemiBold.ttf }
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: sky }
${parts}back:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: sky }
  - { part: rect, at: [3, 5], size: [79.6, 14], fill: white }
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
`;
  const sheet = read('sheets/one-up.yaml').toString();
  const layout = spoil(await layoutOf({ template, sheet }, { pin: null }));
  const pdf = folder.write(`${name}.pdf`, await pdfOf(layout, cardsOf(1)));
  const out = folder.path(name);
  const pages = [`-dFirstPage=${page}`, `-dLastPage=${page}`];
  ghostscript('-sDEVICE=tiffsep', `-r${DPI}`, ...pages, `-sOutputFile=${out}.tif`, pdf);
  const trim = { left: mm(10) + 2, top: mm(10) + 2, width: mm(85.6) - 4, height: mm(53.98) - 4 };
  const plates = INKS.map(async (ink) => {
    const plate = sharp(`${out}(${ink}).tif`).extract(trim).toColourspace('b-w').raw();
    return [ink, new Uint8Array(await plate.toBuffer())] as const;
  });
  return Object.fromEntries(await Promise.all(plates)) as Plates;
}

const text = (ink: string, size: number) =>
  `  - { part: text, text: HHHHHH, at: [10, 30], font: text, size: ${size}, ink: ${ink} }\n`;
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('the plates', () => {
  testWith('gs', 'small black type leaves the inks below it as they are', async () => {
    const bare = await platesOf('', 1, 'bare');
    const set = await platesOf(text('black', 8), 1, 'small');
    expect(same(bare.Cyan, set.Cyan) && same(bare.Magenta, set.Magenta)).toBe(true);
    expect(same(bare.Black, set.Black)).toBe(false);
  });

  testWith('gs', 'large black type and white type knock it out', async () => {
    const bare = await platesOf('', 1, 'bare');
    for (const [ink, size] of [
      ['black', 30],
      ['white', 8],
    ] as const) {
      expect(same(bare.Cyan, (await platesOf(text(ink, size), 1, `${ink}${size}`)).Cyan)).toBe(false);
    }
  });

  /** Dots of bars, and how many of them have another ink below. */
  function barsOn({ Cyan, Magenta, Yellow, Black }: Plates) {
    const count = { bars: 0, mixed: 0 };
    for (const [at, black] of Black.entries()) {
      if (black > 128) continue;
      count.bars += 1;
      if (Math.min(Cyan[at]!, Magenta[at]!, Yellow[at]!) < 255) count.mixed += 1;
    }
    return count;
  }

  testWith('gs', 'bars are on the black plate alone, on white', async () => {
    const { bars, mixed } = barsOn(await platesOf('', 2, 'bars'));
    expect(bars).toBeGreaterThan(1000);
    expect(mixed).toBe(0);
  });

  testWith('gs', 'bars that were laid over art would not be', async () => {
    // The preflight refuses such a template; here its white box is gone after it passed.
    const spoil = (layout: Layout): Layout => ({
      ...layout,
      faces: layout.faces.map((face) => ({ ...face, fixed: face.fixed.slice(0, 1) })),
    });
    const { bars, mixed } = barsOn(await platesOf('', 2, 'mixed', spoil));
    expect(mixed).toBe(bars);
  });
});

describe('processes beside printing, in the volume', () => {
  const SCRATCH = '  - { part: scratch, at: [20, 10], size: [30, 20] }\n';
  /** Art below, a panel over it; the whole of a page's plates and their names. */
  async function stepPlates(name: string, parts: string, spoil = (pdf: Buffer) => pdf) {
    const template = `name: steps
card: { width: 85.6, height: 53.98, corner: 3.18, die: cut }
inks: { sky: { cmyk: [80, 20, 0, 0] } }
fonts: { text: ../fonts/Inter-SemiBold.ttf }
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: sky }
  - { part: rect, at: [3, 36], size: [79.6, 14], fill: white }
  - { part: barcode, data: token, at: [3, 37], size: [79.6, 12] }
${parts}`;
    const layout = await layoutOf(
      { template, sheet: read('sheets/one-up.yaml').toString() },
      { pin: null, steps: 'inline' },
    );
    const out = folder.path(name);
    const pdf = folder.write(`${name}.pdf`, spoil(await pdfOf(layout, cardsOf(1))));
    ghostscript('-sDEVICE=tiffsep', `-r${DPI}`, `-sOutputFile=${out}.tif`, pdf);
    const at = async (ink: string, x: number, y: number) => {
      const area = { left: mm(10 + x) - 2, top: mm(10 + y) - 2, width: 4, height: 4 };
      const { data } = await sharp(`${out}(${ink}).tif`)
        .extract(area)
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return Math.round(100 - (Math.min(...data) / 255) * 100);
    };
    return { at };
  }

  testWith('gs', 'lie on plates of their own, with the art below them whole', async () => {
    const { at } = await stepPlates('inline', SCRATCH);
    expect([await at('Scratch', 30, 20), await at('Cyan', 30, 20)]).toEqual([100, 80]);
    expect([await at('Scratch', 60, 20), await at('Cyan', 60, 20)]).toEqual([0, 80]);
    expect(await at('CutContour', 0, 20)).toBe(100);
    expect(await at('CutContour', 30, 20)).toBe(0);
    expect(await at('Cyan', 0, 20)).toBe(80);
    // Crop marks are on every plate of the print volume.
    expect(await at('Magenta', -6, 0)).toBe(100);
  });

  testWith('gs', 'would knock the art out without overprint', async () => {
    // The same file with its overprint taken away, byte for byte as long.
    const { at } = await stepPlates('spoilt', SCRATCH, (pdf) =>
      Buffer.from(
        pdf.toString('latin1').replaceAll('/OP true', '/OP null').replaceAll('/op true', '/op null'),
        'latin1',
      ),
    );
    expect([await at('Scratch', 30, 20), await at('Cyan', 30, 20)]).toEqual([100, 0]);
  });
});
