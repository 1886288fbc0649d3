// Every part of a template at once: the checklist, the plates' names, and symbols in all four quarters.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { readDrawing } from '../../src/render/drawing.ts';
import { checkX4 } from '../../src/verify/x4.ts';
import { picturesOf, readSymbols } from './reader.ts';
import { cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { run, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const ONE_UP = read('sheets/one-up.yaml').toString();

describe('every part', async () => {
  const design = {
    template: fixture('every-part.yaml').toString(),
    assets: { 'star.svg': fixture('star.svg') },
  };
  const layout = await layoutOf({ ...design, sheet: ONE_UP }, { steps: 'inline' });
  const pdf = await pdfOf(layout, cardsOf(2));

  test('passes the checklist', async () => {
    expect(await checkX4(pdf)).toEqual([]);
  });

  testWith('gs', 'has a plate for each of its spots', () => {
    const file = folder.write('every.pdf', pdf);
    run(
      'gs',
      '-q',
      '-dNOPAUSE',
      '-dBATCH',
      '-sDEVICE=tiffsep',
      '-r50',
      `-sOutputFile=${folder.path('every-%d.tif')}`,
      file,
    );
    for (const plate of ['PANTONE 871 C', 'Varnish', 'White', 'CutContour'])
      expect(readFileSync(folder.path(`every-1(${plate}).tif`)).length).toBeGreaterThan(0);
    expect(readFileSync(folder.path('every-2(Scratch).tif')).length).toBeGreaterThan(0);
  });

  test('sets a text smaller, and no smaller than it must', () => {
    const text = layout.faces[0]!.fixed.find(
      (mark) => mark.mark === 'text' && mark.pieces[0]!.startsWith('A text'),
    );
    expect(text).toMatchObject({ mark: 'text' });
    const { size } = text as { size: number };
    expect(size).toBeGreaterThanOrEqual(6);
    expect(size).toBeLessThan(12);
  });
});

describe.each([0, 90, 180, 270])('a symbol turned by %i degrees', (turn) => {
  test('reads as what was printed', async () => {
    const lying = turn === 0 || turn === 180;
    const size = lying ? '[60, 14]' : '[14, 46]';
    const template = `name: turned
fonts: { text: ../fonts/Inter-Regular.ttf }
front:
  - { part: barcode, data: token, at: [4, 4], size: ${size}, align: left, turn: ${turn} }
  - { part: text, text: '{serial}', at: [50, 40], font: text, size: 8, turn: ${turn} }
`;
    const layout = await layoutOf({ template, sheet: ONE_UP }, { pin: null });
    const [card] = cardsOf(1);
    const [picture] = await picturesOf(await pdfOf(layout, [card!]), 400);
    const found = await readSymbols(picture!);
    expect(found.map(({ text }) => text)).toEqual([card!.tokenText]);
    const [place] = layout.symbols;
    const middle = { x: 10 + place!.x + place!.width / 2, y: 10 + place!.y + place!.height / 2 };
    expect(Math.abs((found[0]!.x / 400) * 25.4 - middle.x)).toBeLessThan(0.5);
    expect(Math.abs((found[0]!.y / 400) * 25.4 - middle.y)).toBeLessThan(0.5);
    for (const length of [place!.x, place!.y, place!.width, place!.height]) {
      const dots = (length * 600) / 25.4;
      expect(Math.abs(dots - Math.round(dots))).toBeLessThan(1e-6);
    }
  });
});

describe('a drawing is refused, with its line', () => {
  const svg = (body: string) =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n${body}\n</svg>`);
  test.each([
    ['<path d="M0 0L9 9" stroke="black"/>', 'stroke="black" cannot be drawn'],
    ['<text>hello</text>', '<text> cannot be drawn'],
    ['<image href="a.png"/>', '<image> cannot be drawn'],
    ['<rect width="9" height="9" fill="url(#a)"/>', 'a gradient or pattern cannot be drawn'],
    ['<rect width="9" height="9" style="fill:red"/>', 'style="fill:red" cannot be drawn'],
    ['<rect width="9" height="9" opacity=".5"/>', 'opacity=".5" cannot be drawn'],
    ['<path d="M0 0 L x"/>', 'its path data cannot be read'],
    ['<rect width="9"', 'it is not well-formed'],
  ])('%s', (body, message) => {
    try {
      readDrawing(svg(body), 'art.svg');
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      const [complaint] = (error as Failure).complaints;
      expect(complaint!.message).toContain(message);
      expect(complaint!.place?.line).toBeGreaterThanOrEqual(2);
      return;
    }
    throw new Error('it was accepted');
  });

  test('with a colour that no ink is named for', async () => {
    const template = `name: x
fonts: { text: ../fonts/Inter-Regular.ttf }
front:
  - { part: svg, file: star.svg, at: [60, 30], size: [10, 10], inks: { black: black } }
  - { part: barcode, data: token, at: [4, 4], size: [60, 14] }
`;
    const made = layoutOf(
      { template, sheet: ONE_UP, assets: { 'star.svg': fixture('star.svg') } },
      { pin: null },
    );
    await expect(made).rejects.toThrow('star.svg is drawn in #102030: no ink is named for it [files]');
  });
});
