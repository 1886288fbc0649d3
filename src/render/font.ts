// A font's metrics, read from its bytes. Lengths are in ems: multiples of the type size.
import * as fontkit from 'fontkit';
import { badInput } from '../base/failure.ts';

/** Kerning, and nothing that would swap characters for other shapes: "->" stays two characters. */
export const STATIC_FEATURES: Readonly<Record<string, boolean>> = {
  kern: true,
  liga: false,
  clig: false,
  calt: false,
};

/** Codes are of these characters, and their widths lie in a table. */
const ASCII = 128;

/** How far type reaches above and below the baseline, em. */
export interface Extent {
  readonly above: number;
  readonly below: number;
}

export interface Font {
  /** The name that the template gives it. */
  readonly name: string;
  readonly postscriptName: string;
  /** Height of a capital, em. */
  readonly capHeight: number;
  /** What the writer of the PDF embeds. */
  readonly program: fontkit.Font;
  has(character: string): boolean;
  /**
   * What a reader of the PDF finds for a text. Characters that share a glyph look the same on paper, and the file
   * names the glyph once, by the first of them; ASCII stays as it is, so that no code is taken for another.
   */
  found(text: string): string;
  /** Width of a text set character by character, em: as variable text is set. */
  width(text: string): number;
  /** Width of a text with kerning, em: as static text is set. */
  kernedWidth(text: string): number;
  /** The ink of the tallest and the deepest of these characters. */
  extent(characters: Iterable<string>): Extent;
}

/**
 * Opens a whole TrueType or OpenType font.
 * @param name the template's name for it
 * @param file what complaints call the file
 * @throws Failure of kind `input` where the bytes are no font that can be embedded
 */
export function openFont(bytes: Uint8Array, name: string, file: string): Font {
  const program = openProgram(bytes, file);
  const em = program.unitsPerEm;
  const advances = new Map<string, number>();
  const advance = (character: string): number => {
    let known = advances.get(character);
    if (known === undefined) {
      known = program.glyphForCodePoint(codePoint(character)).advanceWidth / em;
      advances.set(character, known);
    }
    return known;
  };
  const ascii = Array.from({ length: ASCII }, (_, code) => advance(String.fromCharCode(code)));
  const widthOf = (text: string) => {
    let width = 0;
    for (const character of text) width += advance(character);
    return width;
  };
  return {
    name,
    postscriptName: program.postscriptName,
    capHeight: (program.capHeight || program.ascent) / em,
    program,
    has: (character) => program.hasGlyphForCodePoint(codePoint(character)),
    found: (text) =>
      text.replaceAll(/[^\0-\x7f]/gu, (character) =>
        String.fromCodePoint(...program.glyphForCodePoint(codePoint(character)).codePoints),
      ),
    width(text) {
      let width = 0;
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        const known = code < ASCII ? ascii[code] : undefined;
        // Beyond ASCII a character may be two units.
        if (known === undefined) return widthOf(text);
        width += known;
      }
      return width;
    },
    kernedWidth: (text) => program.layout(text, { ...STATIC_FEATURES }).advanceWidth / em,
    extent(characters) {
      let above = 0;
      let below = 0;
      for (const character of new Set(characters)) {
        const { path } = program.glyphForCodePoint(codePoint(character));
        // A blank has no outline, and fontkit reads a neighbour's box for it.
        if (path.commands.length === 0) continue;
        above = Math.max(above, path.bbox.maxY / em);
        below = Math.max(below, -path.bbox.minY / em);
      }
      return { above, below };
    },
  };
}

function openProgram(bytes: Uint8Array, file: string): fontkit.Font {
  const signature = String.fromCharCode(...bytes.subarray(0, 4));
  if (signature === 'wOFF' || signature === 'wOF2') {
    throw badInput(`${file} is a web font (${signature === 'wOF2' ? 'WOFF2' : 'WOFF'})`, {
      hint: 'take the whole TrueType or OpenType file (.ttf, .otf) that it was made from',
    });
  }
  if (signature === 'ttcf') {
    throw badInput(`${file} is a collection of fonts`, { hint: 'take a file that holds one font' });
  }
  let program: fontkit.Font;
  try {
    // fontkit reads a box even for an empty glyph; where that glyph ends the file it would read past the end.
    program = fontkit.create(Buffer.concat([bytes, Buffer.alloc(16)])) as fontkit.Font;
    nameGlyphs(program);
    probe(program);
  } catch {
    throw badInput(`${file} is not a font that can be read`, {
      hint: 'take a whole TrueType or OpenType file (.ttf, .otf)',
    });
  }
  if ((program['OS/2'] as fontkit.Os2Table | undefined)?.fsType.noEmbedding === true) {
    throw badInput(`${file} may not be embedded: its maker forbids it (fsType)`);
  }
  return program;
}

/**
 * Gives every glyph its character. fontkit keeps a glyph as it was first met; met as a part of another (the dot of
 * a colon) it has no character, and neither would the text of the PDF.
 */
function nameGlyphs(program: fontkit.Font): void {
  for (const character of [...program.characterSet].sort((a, b) => a - b))
    program.glyphForCodePoint(character);
}

/** Tables are read when they are first asked for: a font that was cut short shows here, and not at print. */
function probe(program: fontkit.Font): void {
  const outlines = [...'Ag0 '].map((character) => program.glyphForCodePoint(codePoint(character)).path);
  const { advanceWidth } = program.layout('Ag', { ...STATIC_FEATURES });
  if (!(advanceWidth > 0) || outlines.every(({ commands }) => commands.length === 0))
    throw new Error('no outlines');
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
