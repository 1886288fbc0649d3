// The objects of a PDF file. pdfkit numbers, writes and cross-references them and embeds the fonts; everything
// that reaches inside it is in this file.
import { constants, deflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';
import { Failure } from '../base/failure.ts';
import { PRINTABLE_ASCII } from '../plan/format.ts';
import { type Font, STATIC_FEATURES } from './font.ts';

export type Dictionary = Record<string, unknown>;

/** An object by its number; it is written when it ends. */
export interface Reference {
  readonly id: number;
  data: Dictionary;
  compress: boolean;
  end(bytes?: Uint8Array): void;
}

/** A font in a file. Codes are hex, two bytes a glyph. */
export interface PdfFont {
  readonly resource: string;
  /** The code of one character, never joined with its neighbours. */
  code(character: string): string;
  /** Codes and kerning of a whole text, for TJ. */
  kerned(text: string): string;
}

/** Content is digits, of which short repeats are worth less than it costs to name them. */
const FLATE = { level: 6, strategy: constants.Z_FILTERED };

/** What we use of pdfkit beyond its types; the tests of `pdfx` hold every line of it. */
interface Inside {
  _root: { data: Dictionary & { Pages: Reference } };
  _id: Uint8Array;
  _font: EmbeddedFont;
  info: Dictionary;
  endMetadata(): void;
  ref(data?: Dictionary): Reference;
  font(program: unknown): void;
  read(): Uint8Array | null;
  end(): void;
  readonly readableLength: number;
}

interface EmbeddedFont {
  id: string;
  ref(): Reference;
  encode(
    text: string,
    features: Readonly<Record<string, boolean>>,
  ): [string[], { xAdvance: number; advanceWidth: number }[]];
}

/** The objects of one file, written from its head to its end. */
export class PdfObjects {
  readonly #pdf: Inside;

  /**
   * @param id sixteen bytes
   * @param beforeEnd the last that is written besides fonts and the catalogue
   */
  constructor(info: Dictionary, id: Uint8Array, beforeEnd: () => void) {
    const pdf = new PDFDocument({
      pdfVersion: '1.6',
      autoFirstPage: false,
      // No font of pdfkit's own: those cannot be embedded.
      font: '',
      // It would keep every text that was ever set.
      fontLayoutCache: false,
    }) as unknown as Inside;
    pdf.info = info;
    pdf._id = id;
    pdf.endMetadata = beforeEnd;
    this.#pdf = pdf;
  }

  get catalogue(): Dictionary {
    return this.#pdf._root.data;
  }

  /** The root of the page tree. */
  get pages(): Reference {
    return this.#pdf._root.data.Pages;
  }

  /** Bytes that are written and not yet taken. */
  get waiting(): number {
    return this.#pdf.readableLength;
  }

  /** Takes what is written. */
  take(): Uint8Array {
    return this.#pdf.read() ?? new Uint8Array();
  }

  ref(data?: Dictionary): Reference {
    return this.#pdf.ref(data);
  }

  /** @param number of the font in this file, from 1 */
  embed(font: Font, number: number): { readonly reference: Reference; readonly font: PdfFont } {
    this.#pdf.font(font.program);
    const embedded = this.#pdf._font;
    embedded.id = subsetId(number, this.#pdf._id);
    const reference = embedded.ref();
    const codes = new Map<string, string>();
    const code = (character: string): string => {
      let known = codes.get(character);
      if (known === undefined) {
        if (!font.has(character))
          throw new Failure('doubt', `the font ${font.name} lacks a character of a code`);
        known = embedded.encode(character, STATIC_FEATURES)[0].join('');
        codes.set(character, known);
      }
      return known;
    };
    // All of ASCII first: where characters share a glyph, a reader finds the ASCII one.
    for (const character of PRINTABLE_ASCII) if (font.has(character)) code(character);
    const kerned = (text: string) => kernedCodes(embedded.encode(text, STATIC_FEATURES));
    return { reference, font: { resource: `F${number}`, code, kerned } };
  }

  /** Writes fonts and catalogue; `take` then gives the last bytes. */
  end(): void {
    this.#pdf.end();
  }
}

/**
 * pdfkit makes a subset's tag (ABCDEF+) of the six characters after the first, each moved up by 17; by
 * itself it would give every file the same tags, and files that are merged would mix up their fonts.
 */
function subsetId(number: number, id: Uint8Array): string {
  const letters = [number, ...id.subarray(0, 5)].map((byte) => String.fromCharCode(0x30 + (byte % 26)));
  return `F${letters.join('')}`;
}

function kernedCodes([codes, positions]: ReturnType<EmbeddedFont['encode']>): string {
  let array = '<';
  for (const [index, code] of codes.entries()) {
    array += code;
    const { advanceWidth = 0, xAdvance = 0 } = positions[index] ?? {};
    const kern = Math.round((advanceWidth - xAdvance) * 1000) / 1000;
    if (kern !== 0 && index < codes.length - 1) array += `>${kern}<`;
  }
  return `${array}>`;
}

/** Content as a stream with the filter FlateDecode has it. */
export function deflated(content: string): Uint8Array {
  return deflateSync(Buffer.from(content, 'latin1'), FLATE);
}

/** A PDF name, of any text. */
export function nameOf(value: string): unknown {
  const escaped = value.replaceAll(
    /[^!-~]|[#()<>[\]{}/%]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return bare(`/${escaped}`);
}

/** A PDF text; pdfkit takes plain strings for names. */
export function text(value: string): unknown {
  return Object(value);
}

/** Something that is to be written as it stands. */
export function bare(pdf: string): unknown {
  return { [Symbol.toStringTag]: 'Bare', toString: () => pdf };
}
