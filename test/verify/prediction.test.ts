// Predictions: better symbols are predicted better, and worse ones worse, for the reason they are.
import bwipjs from 'bwip-js';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { masked } from '../../src/verify/picture.ts';
import { predict } from '../../src/verify/prediction.ts';
import { testimonyOf } from '../../src/verify/witness.ts';
import { pictureOf, readSymbols } from '../render/reader.ts';

const PER_MM = 100;

/** A symbol of modules of so many millimetres, with white and then ink on either side. */
function lineOf(text: string, module: number, { ink = 35, ground = 255, clear = 15 } = {}) {
  const [symbol] = bwipjs.raw('code128', text, {});
  const { sbs } = symbol as { sbs: number[] };
  const modules = sbs.reduce((sum, width) => sum + width, 0);
  const pixel = (at: number) => Math.round(at * module * PER_MM);
  const beside = 100;
  const line = new Uint8Array(pixel(modules + 2 * clear) + 2 * beside).fill(ground);
  line.fill(0, 0, beside).fill(0, line.length - beside);
  let at = clear;
  for (const [index, width] of sbs.entries()) {
    if (index % 2 === 0) line.fill(ink, beside + pixel(at), beside + pixel(at + width));
    at += width;
  }
  const quiet = Math.min(10, clear);
  return {
    line,
    pixelsPerMm: PER_MM,
    zone: { from: beside + pixel(clear - quiet), to: beside + pixel(clear + modules + quiet) },
    module,
  };
}

const of = (...parts: Parameters<typeof lineOf>) => predict(lineOf(...parts))!;

test('a wide symbol on bare white is good', () => {
  expect(of('0123456789012345', 0.34)).toMatchObject({ outlook: 'good' });
});

describe('it is worse', () => {
  const good = of('0123456789012345', 0.34);
  test('the narrower the module is beside the aperture', () => {
    const found = [0.34, 0.15, 0.12, 0.09].map((module) => of('0123456789012345', module));
    for (const [index, one] of found.entries()) {
      if (index > 0) expect(one.modulation).toBeLessThan(found[index - 1]!.modulation);
      expect(one.decodability).toBeLessThanOrEqual(good.decodability);
    }
    expect(found.map(({ outlook }) => outlook)).toEqual(['good', 'good', 'good', 'poor']);
  });

  test('the darker the ground and the paler the ink', () => {
    const contrast = (inks: Parameters<typeof lineOf>[2]) => of('0123456789012345', 0.34, inks).contrast;
    expect(good.contrast).toBe(82);
    expect(contrast({ ground: 235 })).toBeLessThan(contrast({ ground: 245 }));
    expect(contrast({ ground: 245 })).toBeLessThan(82);
    expect(contrast({ ink: 90 })).toBeLessThan(contrast({ ink: 60 }));
    expect(of('0123456789012345', 0.34, { ink: 100, ground: 220 }).outlook).not.toBe('good');
  });

  test('the nearer art stands to the bars', () => {
    const near = of('0123456789012345', 0.34, { clear: 11 });
    expect(near.quiet).toBeCloseTo(11 - 0.5 / 0.34, 0);
    expect(near.outlook).toBe('fair');
    expect(good.outlook).toBe('good');
  });
});

test('a line that holds no symbol has none', () => {
  const input = lineOf('012345', 0.34);
  expect(predict({ ...input, line: input.line.map(() => 255) })).toBeUndefined();
});

describe('the platform’s own picture', () => {
  const png = async (text: string) =>
    `data:image/png;base64,${(await bwipjs.toBuffer({ bcid: 'code128', text, scale: 2, height: 10 })).toString('base64')}`;

  test('says its text, even without a quiet zone', async () => {
    expect(await testimonyOf(await png('0123456789012345'))).toEqual({ says: '0123456789012345' });
    expect(await testimonyOf(await png('aB3-x'))).toEqual({ says: 'aB3-x' });
  });

  test('may be empty, and may be none', async () => {
    expect(await testimonyOf('')).toBeUndefined();
    expect(await testimonyOf('https://example.com/picture.png')).toEqual({
      says: undefined,
      why: 'is no PNG',
    });
    expect(await testimonyOf('data:image/png;base64,AAAA')).toEqual({ says: undefined, why: 'is no PNG' });
    const white = await sharp({ create: { width: 200, height: 50, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    expect(await testimonyOf(`data:image/png;base64,${white.toString('base64')}`)).toEqual({
      says: undefined,
      why: 'cannot be read',
    });
  });
});

test('a masked picture cannot be read', async () => {
  const [symbol] = bwipjs.raw('code128', '0123456789012345', {});
  const { width, height, rgba } = pictureOf((symbol as { sbs: number[] }).sbs);
  expect(await readSymbols({ width, height, rgba })).toHaveLength(1);
  const grey = Uint8Array.from({ length: width * height }, (_, index) => rgba[index * 4]!);
  const covered = masked({ width, height, grey }, { first: 40, last: width - 40, module: 4 });
  const back = Uint8Array.from({ length: width * height * 4 }, (_, index) =>
    index % 4 === 3 ? 255 : covered.grey[index >> 2]!,
  );
  expect(await readSymbols({ width, height, rgba: back })).toEqual([]);
  // Between start and stop, every column is one colour: no bar is left to be guessed at.
  const middle = covered.grey.subarray(40 + 44, width - 40 - 52);
  expect(new Set(middle).size).toBe(1);
});
