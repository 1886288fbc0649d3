// Every part of a template at once: the checklist, the plates' names, and symbols in all four quarters.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDrawing } from '../../src/render/drawing.ts';
import { reachOf } from '../../src/render/outline.ts';
import { checkX4 } from '../../src/verify/x4.ts';
import { failureOf } from '../support/outcome.ts';
import { picturesOf, readSymbols } from './reader.ts';
import { cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { ghostscript, scratchFolder, testWith } from './tools.ts';

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
    ghostscript('-sDEVICE=tiffsep', '-r50', `-sOutputFile=${folder.path('every-%d.tif')}`, file);
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
    ['<rect width="9" height="9" fill="#0a5c3680"/>', 'fill="#0a5c3680" cannot be drawn: it is seen through'],
    ['<rect width="9" height="9" fill="#0a58"/>', 'fill="#0a58" cannot be drawn'],
    ['<rect width="9" height="9" fill="rgba(1, 2, 3, .5)"/>', 'fill="rgba(1, 2, 3, .5)" cannot be drawn'],
    ['<rect width="9" height="9" fill="rgb(1 2 3 / 50%)"/>', 'fill="rgb(1 2 3 / 50%)" cannot be drawn'],
    ['<defs><style>rect { fill: red }</style></defs><rect width="9" height="9"/>', '<style> cannot be drawn'],
    ['<rect width="9" height="9" style="fill:red"/>', 'style="fill:red" cannot be drawn'],
    ['<rect width="9" height="9" opacity=".5"/>', 'opacity=".5" cannot be drawn'],
    ['<path d="M0 0 L x"/>', 'its path data cannot be read'],
    ['<rect width="9"', 'it is not well-formed'],
    ['<path d="M0 0L1e999 9z"/>', 'its numbers are too large'],
    ['<rect width="50%" height="9"/>', 'its path data cannot be read'],
    [
      '<svg x="5" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>',
      '<svg> within another cannot be drawn',
    ],
    ['<rect width="9" height="9" transform="rotate(45deg)"/>', 'transform="rotate(45deg)" cannot be read'],
    ['<g transform="translate(1) skew(4)"><rect width="9" height="9"/></g>', 'cannot be read'],
    ['<rect width="9" height="9" transform="scale(1 2 3)"/>', 'transform="scale(1 2 3)" cannot be read'],
    ['<rect width="9" height="9" transform="rotate(1) 4"/>', 'transform="rotate(1) 4" cannot be read'],
    ['<x:text xmlns:x="http://www.w3.org/2000/svg">hello</x:text>', '<text> cannot be drawn'],
  ])('%s', async (body, message) => {
    const { complaints } = await failureOf(() => readDrawing(svg(body), 'art.svg'));
    expect(complaints[0]!.message).toContain(message);
    expect(complaints[0]!.place?.line).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ['viewBox="a 0 10 10"', 'viewBox="a 0 10 10" cannot be read'],
    ['viewBox="0 0 10"', 'viewBox="0 0 10" cannot be read'],
    ['viewBox="0 0 10 10 10"', 'viewBox="0 0 10 10 10" cannot be read'],
    ['viewBox="0 0 1e999 10"', 'viewBox="0 0 1e999 10" cannot be read'],
    ['viewBox="0 0 0 10"', 'it has no width or no height'],
    ['width="10mm" height="10mm"', 'neither a viewBox nor width and height without units'],
    ['width="100%" height="100%"', 'neither a viewBox nor width and height without units'],
    ['width="10"', 'neither a viewBox nor width and height without units'],
  ])('where its extent is not to be told: %s', (extent, message) => {
    const file = `<svg xmlns="http://www.w3.org/2000/svg" ${extent}><rect width="9" height="9"/></svg>`;
    expect(() => readDrawing(Buffer.from(file), 'art.svg')).toThrow(message);
    expect(() => readDrawing(Buffer.from(file), 'art.svg')).toThrow('art.svg:1');
  });

  test('and nothing of a key that was named in its place', () => {
    const key = 'AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQS9PYQS';
    expect(() => readDrawing(Buffer.from(key), 'art.svg')).toThrow('art.svg:1');
    expect(() => readDrawing(Buffer.from(key), 'art.svg')).not.toThrow('QPQYQSZ');
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

describe('a drawing is taken as other programs take it', () => {
  const drawn = (text: string) => readDrawing(Buffer.from(text), 'art.svg');
  const SVG = 'http://www.w3.org/2000/svg';
  const wanted = drawn(
    `<svg xmlns="${SVG}" viewBox="0 0 9 9"><rect x="1" y="-2" width="4" height="4"/></svg>`,
  );

  test.each([
    [
      'under a prefix',
      `<s:svg xmlns:s="${SVG}" viewBox="0 0 9 9"><s:rect x="1" y="-2" width="4" height="4"/></s:svg>`,
    ],
    [
      'with a shape under another prefix',
      `<svg xmlns="${SVG}" viewBox="0 0 9 9"><y:rect xmlns:y="${SVG}" x="1" y="-2" width="4" height="4"/></svg>`,
    ],
    ['without a namespace', '<svg viewBox="0 0 9 9"><rect x="1" y="-2" width="4" height="4"/></svg>'],
    [
      'under an undeclared svg:',
      '<svg:svg viewBox="0 0 9 9"><svg:rect x="1" y="-2" width="4" height="4"/></svg:svg>',
    ],
    [
      'with what other programs left in it',
      `<svg xmlns="${SVG}" viewBox="0 0 9 9" z:a="b"><z:rect width="9" height="9"/><g xmlns="urn:other"><rect/></g><rect x="1" y="-2" width="4" height="4"/></svg>`,
    ],
    [
      'with numbers that nothing stands between',
      `<svg xmlns="${SVG}" viewBox="0,0 9,9"><rect transform="translate(1-2)" width="4" height="4"/></svg>`,
    ],
    [
      'with a list of transforms',
      `<svg xmlns="${SVG}" width="9px" height="9"><rect transform=" translate(.5, -2), translate(5e-1) " width="4" height="4"/></svg>`,
    ],
    [
      'with none',
      `<svg xmlns="${SVG}" viewBox="0 0 9 9"><rect transform="none" x="1" y="-2" width="4" height="4"/></svg>`,
    ],
  ])('%s', (_, text) => {
    const { shapes, ...seen } = drawn(text);
    expect(seen).toEqual({ x: 0, y: 0, width: 9, height: 9 });
    expect(shapes.map(({ steps }) => reachOf(steps))).toEqual(
      wanted.shapes.map(({ steps }) => reachOf(steps)),
    );
  });
});
