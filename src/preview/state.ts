// What the live page is told, as JSON. Types alone: the page in the browser has them too.

export type LiveSide = 'front' | 'back';

/** Millimetres from the trim's top left corner. */
export interface LiveRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LiveSymbol extends LiveRect {
  readonly side: LiveSide;
  /** token, pin or card_id. */
  readonly data: string;
  /** Of a module: millimetres, and dots of the press. */
  readonly module: number;
  readonly dots: number;
  /** Clear room before and after the longest symbol, mm; along the card's width where it is upright. */
  readonly quiet: number;
  readonly upright: boolean;
}

/** The shape of a process beside printing. */
export interface LiveStep extends LiveRect {
  readonly side: LiveSide;
  readonly step: string;
  readonly corner: number;
  /** As CSS has it. */
  readonly colour: string;
}

export interface LivePlate {
  readonly name: string;
  readonly colour: string;
}

export interface LiveFinding {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'waived';
  readonly rule: string;
  readonly subject: string;
  readonly value: string;
  readonly threshold: string;
  readonly message?: string;
  readonly hint?: string;
  /** Where it is on the card, and in the template's text. */
  readonly side?: LiveSide;
  readonly areas?: readonly LiveRect[];
  readonly line?: number;
  /** Where it stands in another file. */
  readonly elsewhere?: string;
}

export interface LiveOutlook {
  readonly side: LiveSide;
  readonly data: string;
  readonly module: number;
  readonly outlook: 'good' | 'fair' | 'poor';
  readonly decodability: number;
  readonly contrast: number;
}

/** What is wrong: with line, column and the line itself where a file is at fault. */
export interface LiveComplaint {
  readonly message: string;
  readonly hint?: string;
  readonly rule?: string;
  readonly place?: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly excerpt: string;
  };
}

/** A drawing: what its pictures show. */
export interface LiveDrawing {
  /** Names its pictures. */
  readonly version: string;
  readonly name: string;
  readonly card: { readonly width: number; readonly height: number; readonly corner: number };
  /** Millimetres: the bleed that the pictures of faces have around the trim, and the safe area's distance. */
  readonly bleed: number;
  readonly safe: number;
  readonly sides: readonly LiveSide[];
  readonly sheet: { readonly name: string; readonly width: number; readonly height: number };
  readonly dpi: number;
  readonly symbols: readonly LiveSymbol[];
  readonly steps: readonly LiveStep[];
  readonly plates: readonly LivePlate[];
  readonly findings: readonly LiveFinding[];
  /** What is predicted of the symbols; it comes after the pictures. */
  readonly outlooks?: readonly LiveOutlook[];
}

/** When things were done, milliseconds since 1970 with fractions. */
export interface LiveTimes {
  readonly noticed: number;
  readonly read: number;
  readonly prepared: number;
  readonly rendered: number;
}

export interface LiveState {
  /** The last that could be drawn. */
  readonly drawing?: LiveDrawing;
  /** Why the files as they are now cannot be drawn; none where they can. */
  readonly complaints: readonly LiveComplaint[];
  /** The template as it was last read. */
  readonly source?: { readonly file: string; readonly text: string };
  readonly times?: LiveTimes;
}
