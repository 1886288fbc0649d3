// Room on a face: what keeps a symbol readable and a text whole when the card is cut. Pure geometry; every
// complaint says by how many millimetres, and where in the template.
import type { Complaint } from '../base/failure.ts';
import { type Ink, type Part, type Side, type Template, inkOf, partsOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { SymbolPlace } from './symbol.ts';
import { type Rect, box, extent, grown, margin, mm, overlaps } from '../plan/rect.ts';
import { POINTS_PER_MM } from './grid.ts';

/** A line of a text, or a QR code, with the room it takes at its longest. */
export interface TextBox extends Rect {
  readonly part: Part;
  /** Each card has its own. */
  readonly isVariable: boolean;
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

/** What a scanner reads: a symbol, or a QR code. */
interface Code extends Rect {
  readonly part: Part;
  readonly name: string;
}

function codesOf({ symbols, texts }: Occupants): readonly Code[] {
  return [
    ...symbols.map((symbol) => ({ ...symbol, name: `the ${symbol.data}'s symbol` })),
    ...texts.filter(({ part }) => part.part === 'qr').map((square) => ({ ...square, name: 'the QR code' })),
  ];
}

/** Complaints about codes that share room with another code or a text, and about texts that share it with a text. */
export function crowded(template: Checked<Template>, seen: Occupants): readonly Complaint[] {
  const { side } = seen;
  const codes = codesOf(seen);
  const lines = seen.texts.filter(({ part }) => part.part === 'text');
  const index = ({ part }: { readonly part: Part }) => indexOf(template, side, part);
  const told = new Set<string>();
  const complaints = (one: Code | TextBox, other: Code | TextBox): readonly Complaint[] => {
    const key = `${index(one)} ${index(other)}`;
    if (!overlaps(one, other) || told.has(key)) return [];
    told.add(key);
    return [sharedRoom(template, side, one, other)];
  };
  return [
    ...codes.flatMap((code, at) => [
      ...codes.slice(at + 1).flatMap((other) => complaints(code, other)),
      // What every card has below a QR code is covered by the white that it stands on.
      ...lines
        .filter((line) => code.part.part !== 'qr' || line.isVariable || index(line) > index(code))
        .flatMap((line) => complaints(code, line)),
    ]),
    ...lines.flatMap((line, at) =>
      lines.slice(at + 1).flatMap((other) => (isMuddle(line, other) ? complaints(line, other) : [])),
    ),
  ];
}

/** So many times as large, a word is a shape behind what is set on it. */
const SHAPE = 3;

/**
 * Whether two lines cannot be read where they share room. What is the same on every card is as it was drawn; a line of
 * a card's own may stand on a word that is art: far larger, and in another ink.
 */
function isMuddle(one: TextBox, other: TextBox): boolean {
  if (one.part.part !== 'text' || other.part.part !== 'text') return false;
  if (one.isVariable && other.isVariable) return true;
  if (!one.isVariable && !other.isVariable) return false;
  const [own, shared] = one.isVariable ? [one.part, other.part] : [other.part, one.part];
  return shared.size < SHAPE * own.size || shared.ink === own.ink;
}

function sharedRoom(
  template: Checked<Template>,
  side: Side,
  one: Code | TextBox,
  other: Code | TextBox,
): Complaint {
  const name = nameOf(template, side, one.part);
  const otherName = nameOf(template, side, other.part);
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const shared = `they share ${mm(across)} × ${mm(down)}`;
  const place = template.at(side, indexOf(template, side, other.part), 'at');
  if ('name' in one) {
    return {
      message: `${otherName} stands in ${one.name} (${name}): ${shared}`,
      place,
      hint: `${one.part.part === 'qr' ? 'the code with its quiet zone' : 'the symbol with its quiet zones'} takes ${extentText(one)}`,
    };
  }
  if (one.part === other.part) {
    return {
      message: `${name}: its lines run into each other: ${shared}`,
      place: template.at(side, indexOf(template, side, one.part)),
      hint: 'give it more leading',
    };
  }
  return {
    message: `${otherName} stands in the text ${name}: ${shared}`,
    place,
    hint: `at its longest that takes ${extentText(one)}`,
  };
}

/** Complaints about codes on anything but bare white, or white put over whatever lies below. */
export function onInk(template: Checked<Template>, seen: Occupants): readonly Complaint[] {
  const { side } = seen;
  return codesOf(seen).flatMap((code): Complaint[] => {
    const isSquare = code.part.part === 'qr';
    const index = indexOf(template, side, code.part);
    // A QR code lies on white of its own: what comes after it in the list lies on that.
    const parts = partsOf(template.value, side).slice(isSquare ? index + 1 : 0);
    const culprit = groundOf(code, { ...template.value, [side]: parts }, side);
    if (culprit === undefined) return [];
    const ink = `${nameOf(template, side, culprit)} (${describe(culprit)})`;
    const name = nameOf(template, side, code.part);
    return [
      {
        message: isSquare
          ? `${name}: ${ink} lies over the ground of the QR code: modules need bare white`
          : `${name}: ${code.name} stands on ${ink}: bars need bare white`,
        place: template.at(side, index, 'at'),
        hint: isSquare
          ? 'move it, or list it after that part: it brings white of its own'
          : `move it, or put { part: rect, ${extent(code)}, fill: white } over that part`,
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
        if (crosses(part.from, part.to, grown(zone, part.weight / 2 / POINTS_PER_MM))) culprit = part;
        break;
      case 'rect': {
        const half = part.stroke === undefined ? 0 : part.weight / 2 / POINTS_PER_MM;
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

/** Whether a rectangle with rounded corners holds another whole. */
function holds(outer: Rect, corner: number, inner: Rect): boolean {
  return margin(outer, corner, inner) >= -1e-6;
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
