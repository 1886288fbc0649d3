// Room on a face: what keeps a symbol readable and a text whole when the card is cut. Pure geometry; every
// complaint says by how many millimetres, and where in the template.
import type { Complaint } from '../base/failure.ts';
import { type Ink, type Part, type Side, type Template, inkOf, partsOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { SymbolPlace } from './symbol.ts';
import { type Rect, box, extent, grown, mm, overlaps } from './grid.ts';

/** A text with the room it takes at its longest. */
export interface TextBox extends Rect {
  readonly part: Part;
}

/** Everything on a side that a scanner or a reader must see whole. */
export interface Occupants {
  readonly side: Side;
  readonly symbols: readonly SymbolPlace[];
  readonly texts: readonly TextBox[];
}

/** Complaints about texts and symbols that come too near to the trim. */
export function outsideSafe(
  template: Checked<Template>,
  { side, symbols, texts }: Occupants,
): readonly Complaint[] {
  const { card, safe } = template.value;
  const area = grown({ x: 0, y: 0, width: card.width, height: card.height }, -safe);
  const offenders = [
    ...texts.map((text) => ({
      what: text.part.part === 'qr' ? 'the QR code' : 'the text',
      part: text.part,
      box: text,
    })),
    ...symbols.map((symbol) => ({
      what: `the ${symbol.data}'s barcode field`,
      part: symbol.part,
      box: box(symbol.part),
    })),
  ];
  const told = new Set<Part>();
  return offenders.flatMap(({ what, part, box: taken }): Complaint[] => {
    const over = excess(taken, area);
    if (over === undefined || told.has(part)) return [];
    told.add(part);
    return [
      {
        message: `${nameOf(template, side, part)}: ${what} leaves the safe area by ${mm(over.by)} ${over.edge}`,
        place: template.at(side, indexOf(template, side, part), 'at'),
        hint: `what matters stays ${mm(safe)} from the trim`,
      },
    ];
  });
}

/** Complaints about symbols that share room with another symbol or a text. */
export function crowded(
  template: Checked<Template>,
  { side, symbols, texts }: Occupants,
): readonly Complaint[] {
  const told = new Set<string>();
  return symbols.flatMap((symbol, index) =>
    [...symbols.slice(index + 1), ...texts].flatMap((other): Complaint[] => {
      const key = `${indexOf(template, side, symbol.part)} ${indexOf(template, side, other.part)}`;
      if (!overlaps(symbol, other) || told.has(key)) return [];
      told.add(key);
      const across = Math.min(symbol.x + symbol.width, other.x + other.width) - Math.max(symbol.x, other.x);
      const down = Math.min(symbol.y + symbol.height, other.y + other.height) - Math.max(symbol.y, other.y);
      return [
        {
          message:
            `${nameOf(template, side, other.part)} stands in the ${symbol.data}'s symbol ` +
            `(${nameOf(template, side, symbol.part)}): they share ${mm(across)} × ${mm(down)}`,
          place: template.at(side, indexOf(template, side, other.part), 'at'),
          hint: `the symbol with its quiet zones takes ${extentText(symbol)}`,
        },
      ];
    }),
  );
}

/** Complaints about symbols on anything but bare white, or white put over whatever lies below. */
export function onInk(template: Checked<Template>, { side, symbols }: Occupants): readonly Complaint[] {
  return symbols.flatMap((symbol): Complaint[] => {
    const culprit = groundOf(symbol, template.value, side);
    if (culprit === undefined) return [];
    return [
      {
        message:
          `${nameOf(template, side, symbol.part)}: the ${symbol.data}'s symbol stands on ` +
          `${nameOf(template, side, culprit)} (${describe(culprit)}): bars need bare white`,
        place: template.at(side, indexOf(template, side, symbol.part), 'at'),
        hint: `move it, or put { part: rect, ${extent(symbol)}, fill: white } over that part`,
      },
    ];
  });
}

/** The part whose ink shows in a symbol's zone; none where it is white. */
function groundOf(zone: Rect, template: Template, side: Side): Part | undefined {
  let culprit: Part | undefined;
  for (const part of partsOf(template, side)) {
    switch (part.part) {
      case 'image':
      case 'svg':
        if (overlaps(box(part), zone)) culprit = part;
        break;
      case 'line':
        if (crosses(part.from, part.to, grown(zone, part.weight / 2 / POINTS_TO_MM))) culprit = part;
        break;
      case 'rect': {
        const half = part.stroke === undefined ? 0 : part.weight / 2 / POINTS_TO_MM;
        if (!overlaps(grown(box(part), half), zone)) break;
        const whole = holds(grown(box(part), -half), Math.max(0, part.corner - half), zone);
        const white = part.fill !== undefined && isBare(inkOf(template, part.fill));
        if (white && whole) culprit = undefined;
        else if ((part.fill !== undefined && !white) || (part.stroke !== undefined && !whole)) culprit = part;
        break;
      }
      // A process beside printing leaves the print as it is.
      case 'scratch':
      case 'varnish':
      case 'white':
      case 'stripe':
      case 'signature':
      case 'qr':
      case 'text':
      case 'barcode':
        break;
    }
  }
  return culprit;
}

function isBare({ cmyk, spot }: Ink): boolean {
  return spot === undefined && cmyk.every((percent) => percent === 0);
}

const POINTS_TO_MM = 72 / 25.4;

/** Whether a rectangle with rounded corners holds another whole. */
function holds(outer: Rect, corner: number, inner: Rect): boolean {
  const corners = [inner.x, inner.x + inner.width].flatMap((x) =>
    [inner.y, inner.y + inner.height].map((y) => ({ x, y })),
  );
  return corners.every(({ x, y }) => {
    // Distance into the corner's square, if the point is in one.
    const dx = Math.max(outer.x + corner - x, x - (outer.x + outer.width - corner), 0);
    const dy = Math.max(outer.y + corner - y, y - (outer.y + outer.height - corner), 0);
    return dx > 0 && dy > 0 ? Math.hypot(dx, dy) <= corner + 1e-6 : Math.max(dx, dy) <= corner + 1e-6;
  });
}

/** Whether a line from a point to another goes through a rectangle (Liang and Barsky). */
function crosses(from: readonly [number, number], to: readonly [number, number], rect: Rect): boolean {
  let [enter, leave] = [0, 1];
  const edges = [
    [to[0] - from[0], rect.x - from[0], rect.x + rect.width - from[0]],
    [to[1] - from[1], rect.y - from[1], rect.y + rect.height - from[1]],
  ] as const;
  for (const [run, low, high] of edges) {
    if (run === 0) {
      if (low >= 0 || high <= 0) return false;
      continue;
    }
    enter = Math.max(enter, Math.min(low / run, high / run));
    leave = Math.min(leave, Math.max(low / run, high / run));
  }
  return enter < leave;
}

/** How far a box leaves an area, at the worst edge. */
function excess(taken: Rect, area: Rect): { readonly by: number; readonly edge: string } | undefined {
  const sides = [
    { by: area.x - taken.x, edge: 'on the left' },
    { by: taken.x + taken.width - area.x - area.width, edge: 'on the right' },
    { by: area.y - taken.y, edge: 'at the top' },
    { by: taken.y + taken.height - area.y - area.height, edge: 'at the bottom' },
  ];
  const worst = sides.reduce((a, b) => (b.by > a.by ? b : a));
  // A hundredth of a millimetre is less than any press holds.
  return worst.by > 0.01 ? worst : undefined;
}

export function indexOf({ value }: Checked<Template>, side: Side, part: Part): number {
  return partsOf(value, side).indexOf(part);
}

/** A part as complaints name it: `back[3]`. */
export function nameOf(template: Checked<Template>, side: Side, part: Part): string {
  return `${side}[${indexOf(template, side, part) + 1}]`;
}

function describe(part: Part): string {
  switch (part.part) {
    case 'rect':
      return part.fill === undefined
        ? `the outline of a rect in ${String(part.stroke)}`
        : `a rect in ${part.fill}`;
    case 'image':
      return `the image ${part.file}`;
    case 'svg':
      return `the drawing ${part.file}`;
    case 'signature':
    case 'stripe':
      return `the ${part.part}`;
    case 'qr':
      return 'a QR code';
    case 'scratch':
      return 'the scratch panel';
    case 'line':
    case 'text':
    case 'barcode':
    case 'varnish':
    case 'white':
      return `a ${part.part}`;
  }
}

function extentText({ x, y, width, height }: Rect): string {
  return `${mm(width)} × ${mm(height)} from ${mm(x)}, ${mm(y)}`;
}
