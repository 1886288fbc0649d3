// Text -> Code 128 as bar and space widths, and the choice of a module width that the press can hold.
import bwipjs from 'bwip-js';
import { type Complaint, Failure, badInput } from '../base/failure.ts';
import { type CodeFormat, hardestTexts } from '../plan/format.ts';
import { STOP, code128Values } from './code128.ts';
import { mm } from '../plan/rect.ts';
import { type Press, dotsToMm, dotsWithin } from './grid.ts';

/** Clear modules on either side of a symbol (ISO/IEC 15417). */
export const QUIET_MODULES = 10;

/** Under this no scanner on a counter can be counted on, mm. */
export const MIN_MODULE = 0.15;

/** Whether a text is one that we print as a symbol: printable ASCII, and not nothing. */
export function isEncodable(text: string): boolean {
  return /^[ -~]+$/.test(text);
}

/**
 * The widths of bars and spaces in modules, a bar first and last.
 * @throws Failure, which does not show the text, where it is not encodable
 */
export function barcodeWidths(text: string): readonly number[] {
  if (!isEncodable(text)) throw new Failure('bug', 'a text that is not printable ASCII was to be a symbol');
  const patterns = (table ??= readPatterns());
  const values = code128Values(text);
  // Six a value and one more for the last; an array that grows leaves twice its size behind.
  const widths = new Array<number>(6 * values.length + 1);
  let at = 0;
  for (const value of values) for (const width of patterns[value] ?? []) widths[at++] = width;
  return widths;
}

/** Widths of each value's bars and spaces, by the value. */
let table: readonly (readonly number[])[] | undefined;

/**
 * The table out of the encoder's own: a symbol of all values in a row. To choose the values of each symbol by
 * itself the encoder takes a third of all the time that a card does.
 */
function readPatterns(): readonly (readonly number[])[] {
  const values = Array.from({ length: STOP }, (_, value) => `^${String(value).padStart(3, '0')}`);
  // An option of the encoder's that its types leave out: the text names values.
  const options: object = { raw: true };
  const [symbol] = bwipjs.raw('code128', values.join(''), options);
  if (symbol === undefined || !('sbs' in symbol)) throw new Failure('bug', 'the encoder gave no bars');
  const { sbs } = symbol;
  const patterns = values.map((_, value) => sbs.slice(6 * value, 6 * value + 6));
  // The one pattern of seven ends the symbol, after its check.
  return [...patterns, sbs.slice(6 * STOP + 6)];
}

/**
 * The modules of a QR code, row by row, 1 for dark; error correction M.
 * @throws Failure of kind `input`, which does not show the text, where it is longer than any QR code holds
 */
export function qrRows(text: string): readonly (readonly number[])[] {
  const [symbol] = encodedQr(text);
  if (symbol === undefined || !('pixs' in symbol)) throw new Failure('bug', 'the encoder gave no modules');
  const { pixs, pixx } = symbol;
  return Array.from({ length: pixs.length / pixx }, (_, row) => pixs.slice(row * pixx, (row + 1) * pixx));
}

function encodedQr(text: string) {
  try {
    return bwipjs.raw('qrcode', text, {});
  } catch (error) {
    if (!String(error).includes('qrcodeNoValidSymbol')) throw error;
    throw badInput('no QR code holds a text as long as this');
  }
}

/** Clear modules around a QR code (ISO/IEC 18004). */
export const QR_QUIET = 4;

/** Modules of a symbol without its quiet zones. */
export function modulesOf(widths: readonly number[]): number {
  let modules = 0;
  for (const width of widths) modules += width;
  return modules;
}

/** The modules, quiet zones included, of the longest symbol that one of the texts needs. */
export function modulesNeeded(texts: readonly string[]): number {
  return 2 * QUIET_MODULES + Math.max(...texts.map((text) => modulesOf(barcodeWidths(text))));
}

export interface FitRequest extends Press {
  /** Modules of the longest symbol that may come, quiet zones included. */
  readonly modules: number;
  /** The room for it, mm. */
  readonly fieldWidth: number;
  /** The module width aimed at, mm. */
  readonly target: number;
}

/** How a symbol fits its field. */
export interface SymbolFit extends FitRequest {
  /** Whole dots a module; 0 where not even one fits. */
  readonly dots: number;
  /** Module width as printed, mm. */
  readonly module: number;
  /** Module width that would fill the field, mm. */
  readonly ideal: number;
  /** Width of one quiet zone, mm. */
  readonly quiet: number;
}

/** The widest module of whole dots that fits the field and is not above the target. */
export function fitSymbol(request: FitRequest): SymbolFit {
  const { modules, fieldWidth, target } = request;
  const fitting = Math.floor(dotsWithin(fieldWidth, request) / modules);
  const dots = Math.min(dotsWithin(target, request), fitting);
  const module = dotsToMm(dots, request);
  return { ...request, dots, module, ideal: fieldWidth / modules, quiet: QUIET_MODULES * module };
}

/** How the longest code of a format fits a field: cheap, for choosing a format before there is a layout. */
export function fitFormat(format: CodeFormat, field: Omit<FitRequest, 'modules'>): SymbolFit {
  return fitSymbol({ ...field, modules: modulesNeeded(hardestTexts(format)) });
}

/** Whether a scanner can be counted on to read what is printed. */
export function isReadable({ module }: Pick<SymbolFit, 'module'>): boolean {
  return module >= MIN_MODULE - 1e-9;
}

/** What is wrong with a fit that is not readable; `what` is such as "a token of 44 characters". */
export function narrowComplaint(fit: SymbolFit, what: string): Complaint {
  const { modules, fieldWidth, dpi } = fit;
  const digits = fitSymbol({ ...fit, modules: modulesNeeded(['0'.repeat(16)]), target: 1 });
  return {
    message:
      `${what} needs ${modules} modules; the field of ${mm(fieldWidth, 1)} gives ${mm(fit.ideal, 3)}, ` +
      `on the grid of ${dpi} dpi ${mm(fit.module, 3)}: under ${mm(MIN_MODULE, 2)}`,
    hint:
      modules > digits.modules && isReadable(digits)
        ? `16 digits would give ${mm(digits.module, 2)}`
        : `give the symbol a field of at least ${mm(dotsToMm(modules * fewestDots(dpi), fit), 1)}`,
  };
}

/** Dots of the narrowest module that is readable. */
function fewestDots(dpi: number): number {
  return Math.ceil((MIN_MODULE * dpi) / 25.4 - 1e-6);
}
