// Artwork -> the inks it is printed with. RGB goes through the press's profile exactly once; CMYK keeps the
// numbers that its maker gave it; grey stays black alone.
import { deflateSync } from 'node:zlib';
import type { Metadata, Sharp } from 'sharp';
import { Failure, badInput } from '../base/failure.ts';
import type { Profile } from './profile.ts';

/** An image as the PDF holds it: eight bits a channel, deflated. */
export interface Artwork {
  readonly width: number;
  readonly height: number;
  readonly space: 'DeviceCMYK' | 'DeviceGray';
  readonly data: Uint8Array;
  /** Ink where it lies thickest, percent of all channels; a thousandth of the picture may have more. */
  readonly coverage: number;
}

const FORMATS = ['png', 'jpeg', 'tiff'];

/**
 * @param file what complaints call it
 * @param profilePath the profile as a file: LittleCMS takes no bytes. Needed for RGB alone
 * @throws Failure of kind `input` where the bytes are no picture that can be printed
 */
export async function readArtwork(
  bytes: Uint8Array,
  file: string,
  profile: Profile,
  profilePath: string | undefined,
): Promise<Artwork> {
  // A tenth of a second and 17 MB, which a template without pictures does not pay.
  const { default: sharp } = await import('sharp');
  const picture = sharp(bytes, { failOn: 'warning' });
  const metadata = await opened(picture.metadata(), file);
  if (!FORMATS.includes(metadata.format)) {
    throw badInput(`${file} is ${metadata.format.toUpperCase()}: artwork is PNG, JPEG or TIFF`);
  }
  const upright = picture.autoOrient();
  switch (spaceOf(metadata, file)) {
    case 'grey':
      return raw(upright.flatten({ background: 'white' }).toColourspace('b-w'), 1, file);
    case 'cmyk':
      // The pipeline's own space set as well, or the numbers would go through RGB and back.
      return raw(upright.pipelineColourspace('cmyk').toColourspace('cmyk'), 4, file);
    case 'rgb': {
      if (profilePath === undefined)
        throw new Failure('bug', `${file} is RGB and the profile was not given as a file`);
      await checkSameProfile(profile, profilePath);
      // No toColourspace('cmyk') here: it would convert once more, through a profile of its own.
      return raw(
        upright.flatten({ background: 'white' }).withIccProfile(profilePath, { attach: false }),
        4,
        file,
      );
    }
  }
}

function spaceOf({ space, hasAlpha }: Metadata, file: string): 'grey' | 'cmyk' | 'rgb' {
  switch (space) {
    case 'b-w':
    case 'grey16':
      return 'grey';
    case 'cmyk':
      if (hasAlpha) throw badInput(`${file} is CMYK with transparency`, { hint: 'flatten it on white' });
      return 'cmyk';
    case 'srgb':
    case 'rgb':
    case 'rgb16':
      return 'rgb';
    default:
      throw badInput(`${file} is in ${space}: artwork is CMYK, RGB or grey`);
  }
}

async function raw(picture: Sharp, channels: 1 | 4, file: string): Promise<Artwork> {
  const { data, info } = await opened(
    picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
    file,
  );
  // A profile that LittleCMS cannot use is passed over in silence, and the picture stays RGB.
  if (info.channels !== channels) throw badInput(`${file} could not be converted with this colour profile`);
  return {
    width: info.width,
    height: info.height,
    space: channels === 1 ? 'DeviceGray' : 'DeviceCMYK',
    data: deflateSync(data),
    coverage: channels === 1 ? 100 : coverageOf(data),
  };
}

function coverageOf(cmyk: Uint8Array): number {
  const counts = new Uint32Array(4 * 255 + 1);
  for (let at = 0; at < cmyk.length; at += 4) {
    const sum = (cmyk[at] ?? 0) + (cmyk[at + 1] ?? 0) + (cmyk[at + 2] ?? 0) + (cmyk[at + 3] ?? 0);
    counts[sum] = (counts[sum] ?? 0) + 1;
  }
  let above = 0;
  let sum = counts.length - 1;
  for (; sum > 0; sum -= 1) {
    above += counts[sum] ?? 0;
    if (above > cmyk.length / 4 / 1000) break;
  }
  return (sum * 100) / 255;
}

async function opened<T>(work: Promise<T>, file: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badInput(`${file} is not a picture that can be read`, {
      ...(error instanceof Error && { hint: error.message }),
    });
  }
}

/** A file that changed since its bytes were read would print other colours than the PDF declares. */
async function checkSameProfile(profile: Profile, path: string): Promise<void> {
  const { default: sharp } = await import('sharp');
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } });
  const tagged = await pixel.withIccProfile(path, { attach: true }).tiff().toBuffer();
  const { icc } = await sharp(tagged).metadata();
  if (icc?.equals(profile.bytes) !== true) {
    throw new Failure('mismatch', `${path} is not the colour profile that was read before`);
  }
}
