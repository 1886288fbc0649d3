import { inflateSync } from 'node:zlib';
import sharp, { type Color, type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Artwork, readArtwork } from '../../src/render/artwork.ts';
import { readProfile } from '../../src/render/profile.ts';
import { TEMPLATES, read } from './samples.ts';

const profile = readProfile(read('profiles/iso-coated-v2-300.icc'));
const path = new URL('profiles/iso-coated-v2-300.icc', TEMPLATES).pathname;
const open = async (picture: Sharp | Buffer) =>
  readArtwork(Buffer.isBuffer(picture) ? picture : await picture.toBuffer(), 'art', profile, path);

const plain = (background: Color, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 6, height: 4, channels, background } });

/** The inks of the first pixel, percent. */
function inks({ data, space }: Artwork): readonly number[] {
  const channels = space === 'DeviceGray' ? 1 : 4;
  return [...inflateSync(data).subarray(0, channels)].map((value) => Math.round(value / 2.55));
}

describe('RGB goes through the profile once', () => {
  // The values of LittleCMS alone (perceptual); a second conversion would give red 0/92/82/0.
  test.each([
    ['red', [0, 90, 98, 0]],
    ['black', [75, 66, 64, 95]],
    ['white', [0, 0, 0, 0]],
  ])('%s', async (colour, expected) => {
    for (const picture of [plain(colour).png(), plain(colour).tiff(), plain(colour).jpeg({ quality: 100 })]) {
      const art = await open(picture);
      expect(art).toMatchObject({ width: 6, height: 4, space: 'DeviceCMYK' });
      for (const [index, ink] of inks(art).entries())
        expect(Math.abs(ink - expected[index]!)).toBeLessThanOrEqual(1);
    }
  });

  test('and never takes more ink than the profile allows', async () => {
    const noise = sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 60, sigma: 60 },
      },
    });
    const data = inflateSync((await open(noise.png())).data);
    let most = 0;
    for (let at = 0; at < data.length; at += 4)
      most = Math.max(most, data[at]! + data[at + 1]! + data[at + 2]! + data[at + 3]!);
    expect(most / 2.55).toBeLessThan(303);
  });
});

test('transparency lies on white', async () => {
  const clear = { r: 255, g: 0, b: 0, alpha: 0 };
  expect(inks(await open(plain(clear, 4).png()))).toEqual([0, 0, 0, 0]);
});

test('CMYK keeps its numbers', async () => {
  const cmyk = await plain('red').withIccProfile(path, { attach: false }).tiff().toBuffer();
  const tagged = await plain('red').withIccProfile(path).tiff().toBuffer();
  for (const picture of [cmyk, tagged]) expect(inks(await open(picture))).toEqual([0, 90, 98, 0]);
});

test('grey stays one ink', async () => {
  const grey = await plain('#808080').toColourspace('b-w').png().toBuffer();
  const art = await open(grey);
  expect(art.space).toBe('DeviceGray');
  expect(inks(art)).toEqual([50]);
});

test('a picture that lies on its side is set upright', async () => {
  const turned = await plain('red').withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(await open(turned)).toMatchObject({ width: 4, height: 6 });
});

describe('refused', () => {
  test.each([
    ['what is no picture', Buffer.from('nothing'), 'art is not a picture that can be read'],
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'art is SVG: artwork is PNG, JPEG or TIFF',
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(message);
  });

  test('another profile under the same name', async () => {
    const other = { ...profile, bytes: Buffer.from(profile.bytes).fill(0, 400, 404) };
    await expect(readArtwork(await plain('red').png().toBuffer(), 'art', other, path)).rejects.toThrow(
      'is not the colour profile that was read before',
    );
  });
});

test('a profile names its printing condition', () => {
  expect(profile).toMatchObject({ description: 'ISO Coated v2 300% (basICColor)', condition: 'FOGRA39' });
});
