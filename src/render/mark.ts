// What can be put on paper. A face, a sheet's marks and a crossed-out slot are lists of these and nothing
// else; painting them takes no decisions. Lengths are millimetres from the top left corner of what the marks
// belong to (a card's trim, or the page); type sizes and line weights are points.
import type { Ink, Turn } from '../plan/template.ts';
import type { PathStep } from './drawing.ts';
import type { Rect } from '../plan/rect.ts';

/** Cyan, magenta, yellow and black in percent. */
export type Cmyk = Ink['cmyk'];

/** An ink on a plate of its own, and what it looks like in process inks. */
export interface SpotInk {
  readonly spot: string;
  readonly cmyk: Cmyk;
}

export type Colour = Cmyk | SpotInk;

export const BLACK: Cmyk = [0, 0, 0, 100];

/** Every plate there is, whatever their names: what crop marks are drawn in. */
export const REGISTRATION: SpotInk = { spot: 'All', cmyk: [100, 100, 100, 100] };

/** A template's ink as marks carry it. */
export function colourOf({ cmyk, spot }: Ink): Colour {
  return spot === undefined ? cmyk : { spot, cmyk };
}

export function isSpot(colour: Colour): colour is SpotInk {
  return 'spot' in colour;
}

/** The inks of a mark that have plates of their own. */
export function spotsOf(mark: Mark): readonly SpotInk[] {
  const colours: readonly (Colour | undefined)[] =
    mark.mark === 'rect'
      ? [mark.fill, mark.stroke?.ink]
      : mark.mark === 'line'
        ? [mark.stroke.ink]
        : mark.mark === 'text'
          ? [mark.ink]
          : mark.mark === 'path'
            ? [mark.fill]
            : [];
  return colours.filter((colour) => colour !== undefined).filter(isSpot);
}

export interface Stroke {
  readonly ink: Colour;
  readonly weight: number;
}

export interface RectMark extends Rect {
  readonly mark: 'rect';
  readonly corner: number;
  readonly fill?: Colour;
  readonly stroke?: Stroke;
  /** Lies over what is below instead of knocking it out: where one process does not know of another. */
  readonly overprint?: boolean;
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
  readonly ink: Colour;
  /** Added after each character, em. */
  readonly tracking: number;
  /** Kerned as static text is, or set character by character as variable text is. */
  readonly kerned: boolean;
  /** Prints over what lies below instead of knocking it out. */
  readonly overprint: boolean;
  readonly turn?: Turn;
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
  /** Read down, from right to left, or up; x and y are the upper left corner however it is turned. */
  readonly turn?: Turn;
  /** Dots that each bar is drawn narrower by; the odd one is taken at its end. */
  readonly less?: number;
}

/** A filled path, its steps in mm. */
export interface PathMark {
  readonly mark: 'path';
  readonly steps: readonly PathStep[];
  readonly fill: Colour;
  readonly evenOdd: boolean;
}

/** A square symbol of dark and light modules, in black; x and y are its upper left corner, quiet zone left out. */
export interface MatrixMark {
  readonly mark: 'matrix';
  readonly x: number;
  readonly y: number;
  /** Dots a module. */
  readonly dots: number;
  /** Row by row, 1 for dark. */
  readonly rows: readonly (readonly number[])[];
}

export interface ImageMark extends Rect {
  readonly mark: 'image';
  readonly file: string;
}

/** A word in pale letters, once or more, along the diagonal of a rectangle; spared where a scanner looks. */
export interface OverlayMark extends Rect {
  readonly mark: 'overlay';
  readonly text: string;
  readonly font: string;
  readonly size: number;
  /** Width of the word, mm. */
  readonly length: number;
  /** Em. */
  readonly capHeight: number;
  /** The middle of each. */
  readonly middles: readonly (readonly [x: number, y: number])[];
  readonly spared: readonly Rect[];
}

export type Mark =
  RectMark | LineMark | TextMark | BarsMark | MatrixMark | PathMark | ImageMark | OverlayMark;
