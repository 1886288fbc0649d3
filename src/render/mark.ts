// What can be put on paper. A face, a sheet's marks and a crossed-out slot are lists of these and nothing
// else; painting them takes no decisions. Lengths are millimetres from the top left corner of what the marks
// belong to (a card's trim, or the page); type sizes and line weights are points.
import type { Ink } from '../plan/template.ts';
import type { Rect } from './grid.ts';

/** Cyan, magenta, yellow and black in percent. */
export type Cmyk = Ink['cmyk'];

export const BLACK: Cmyk = [0, 0, 0, 100];

/** All four inks full: crop marks must show on every plate. */
export const REGISTRATION: Cmyk = [100, 100, 100, 100];

export interface Stroke {
  readonly ink: Cmyk;
  readonly weight: number;
}

export interface RectMark extends Rect {
  readonly mark: 'rect';
  readonly corner: number;
  readonly fill?: Cmyk;
  readonly stroke?: Stroke;
}

export interface LineMark {
  readonly mark: 'line';
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly stroke: Stroke;
}

/** One line of type; x and y are the left end of its baseline. */
export interface TextMark {
  readonly mark: 'text';
  readonly x: number;
  readonly y: number;
  /** Set one after another with `gap` between: the gap is white, never a character. */
  readonly pieces: readonly string[];
  /** Em. */
  readonly gap: number;
  readonly font: string;
  readonly size: number;
  readonly ink: Cmyk;
  /** Added after each character, em. */
  readonly tracking: number;
  /** Kerned as static text is, or set character by character as variable text is. */
  readonly kerned: boolean;
  /** Prints over what lies below instead of knocking it out. */
  readonly overprint: boolean;
}

/** The bars of a symbol, in black, printed over white. */
export interface BarsMark {
  readonly mark: 'bars';
  /** The first bar's left edge. */
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Dots a module. */
  readonly dots: number;
  /** Modules of each bar and space in turn. */
  readonly widths: readonly number[];
}

export interface ImageMark extends Rect {
  readonly mark: 'image';
  readonly file: string;
}

/** A word in large pale letters along the diagonal of a rectangle, spared where a scanner looks. */
export interface OverlayMark extends Rect {
  readonly mark: 'overlay';
  readonly text: string;
  readonly font: string;
  readonly size: number;
  /** Width of the word, mm. */
  readonly length: number;
  /** Em. */
  readonly capHeight: number;
  readonly spared: readonly Rect[];
}

export type Mark = RectMark | LineMark | TextMark | BarsMark | ImageMark | OverlayMark;
