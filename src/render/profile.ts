// The press's colour profile: whether it is one that a PDF/X-4 file may carry, and what printing condition
// it stands for.
import { deflateSync } from 'node:zlib';
import { badInput } from '../base/failure.ts';

/** An ICC output profile for CMYK. */
export interface Profile {
  readonly bytes: Uint8Array;
  /** The same, deflated once for all files that carry it. */
  readonly deflated: Uint8Array;
  /** As the profile names itself. */
  readonly description: string;
  /** The name in the ICC's registry of characterised printing conditions, or `Custom`. */
  readonly condition: string;
}

/** Where a condition's name is registered. */
export const CONDITION_REGISTRY = 'http://www.color.org';

/** Profiles in wide use whose names do not hold the name of their condition (as ECI publishes them). */
const CONDITIONS: readonly (readonly [RegExp, string])[] = [
  [/ISO Coated v2/i, 'FOGRA39'],
  [/PSO Coated v3/i, 'FOGRA51'],
  [/PSO Uncoated v3/i, 'FOGRA52'],
];

/**
 * Reads a profile's head and its name.
 * @throws Failure of kind `input` unless it is an output profile (class prtr) for CMYK
 */
export function readProfile(bytes: Uint8Array): Profile {
  if (bytes.length < 132 || ascii(bytes, 36, 4) !== 'acsp')
    throw badInput('the colour profile is not an ICC profile');
  const found = { class: ascii(bytes, 12, 4), space: ascii(bytes, 16, 4).trim(), version: bytes[8] ?? 0 };
  if (found.class !== 'prtr' || found.space !== 'CMYK') {
    throw badInput(
      `the colour profile is of class ${found.class} for ${found.space}: a press needs one of class prtr for CMYK`,
      { hint: 'ask the manufacturer for the output profile of their press and card stock' },
    );
  }
  if (found.version > 4) {
    throw badInput(`the colour profile is of ICC version ${found.version}: PDF/X-4 takes up to version 4`);
  }
  for (const tag of ['A2B0', 'B2A0']) {
    if (tagOf(bytes, tag) === undefined)
      throw badInput(`the colour profile has no ${tag} table: it is not whole`);
  }
  const description = descriptionOf(bytes);
  return { bytes, deflated: deflateSync(bytes), description, condition: conditionOf(description) };
}

function conditionOf(description: string): string {
  const named = /\bFOGRA\d{2}/i.exec(description)?.[0].toUpperCase();
  return named ?? CONDITIONS.find(([known]) => known.test(description))?.[1] ?? 'Custom';
}

function descriptionOf(bytes: Uint8Array): string {
  const tag = tagOf(bytes, 'desc');
  if (tag === undefined) return 'unnamed';
  const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
  const type = ascii(tag, 0, 4);
  try {
    if (type === 'desc') return ascii(tag, 12, view.getUint32(8)).replace(/\0+$/, '');
    // Version 4: the first of several languages, in UTF-16.
    if (type === 'mluc')
      return new TextDecoder('utf-16be').decode(
        tag.subarray(view.getUint32(24), view.getUint32(24) + view.getUint32(20)),
      );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 'unnamed';
}

function tagOf(bytes: Uint8Array, signature: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < view.getUint32(128); index += 1) {
    const entry = 132 + index * 12;
    if (entry + 12 > bytes.length) return undefined;
    const [offset, length] = [view.getUint32(entry + 4), view.getUint32(entry + 8)];
    if (ascii(bytes, entry, 4) === signature) {
      return offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : undefined;
    }
  }
  return undefined;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
