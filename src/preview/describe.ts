// A layout in the words of the live page: where things stand on the card and in the template's text.
import type { Place } from '../base/failure.ts';
import { type Part, type Side, partsOf, sidesOf } from '../plan/template.ts';
import { QUIET_MODULES } from '../render/barcode.ts';
import type { Finding } from '../render/finding.ts';
import { type Rect, box, rectOf } from '../plan/rect.ts';
import { dotsToMm } from '../render/grid.ts';
import { fieldRanges, fittedSizes, textBoxes } from '../render/longest.ts';
import { type Cmyk, isSpot } from '../render/mark.ts';
import { platesOf } from '../render/plate.ts';
import type { Layout } from '../render/preflight.ts';
import { isUpright } from '../render/symbol.ts';
import type { Specimen } from './specimen.ts';
import type { LiveDrawing, LiveFinding, LiveStep } from './state.ts';

/** @param version names the drawing's pictures */
export function describe(layout: Layout, specimen: Specimen, version: string): LiveDrawing {
  const { template, sheet, press, sides } = layout;
  return {
    version,
    name: template.name,
    card: { width: sheet.card.width, height: sheet.card.height, corner: template.card.corner },
    bleed: sheet.bleed,
    safe: template.safe,
    sides,
    sheet: { name: sheet.name, width: sheet.page.width, height: sheet.page.height },
    dpi: press.dpi,
    symbols: layout.symbols.map((symbol) => ({
      ...rectOf(symbol),
      side: symbol.side,
      data: symbol.data,
      module: dotsToMm(symbol.fit.dots, press),
      dots: symbol.fit.dots,
      quiet: dotsToMm(QUIET_MODULES * symbol.fit.dots, press),
      upright: isUpright(symbol.part),
    })),
    steps: layout.faces.flatMap(({ side, steps }) =>
      [...steps].flatMap(([step, marks]) =>
        marks.flatMap((mark): LiveStep[] => {
          if (mark.mark !== 'rect') return [];
          const ink = mark.fill ?? mark.stroke?.ink ?? [0, 0, 0, 100];
          const colour = cssOf(isSpot(ink) ? ink.cmyk : ink);
          return [{ ...rectOf(mark), side, step, corner: mark.corner, colour }];
        }),
      ),
    ),
    plates: platesOf(layout).map(({ name, cmyk }) => ({ name, colour: cssOf(cmyk) })),
    findings: findingsOf(layout, specimen),
  };
}

function findingsOf(layout: Layout, specimen: Specimen): readonly LiveFinding[] {
  const { template } = specimen.subject.design;
  const areas = areasOf(layout, specimen);
  return specimen.findings.map((finding): LiveFinding => {
    const { verdict, rule, subject, value, threshold, complaint, reason } = finding;
    const part = partNamed(finding, template.value);
    const place = complaint?.place ?? (part && template.at(part.side, part.index));
    const area = part && areas.get(part.part);
    return {
      verdict,
      rule,
      subject,
      value,
      threshold: reason === undefined ? threshold : `waived: ${reason}`,
      ...(complaint !== undefined && { message: complaint.message }),
      ...(complaint?.hint !== undefined && { hint: complaint.hint }),
      ...(part !== undefined && { side: part.side }),
      ...(area !== undefined && area.length > 0 && { areas: area }),
      ...(place !== undefined && linesOf(place, template.file)),
    };
  });
}

function linesOf(place: Place, template: string): Pick<LiveFinding, 'line' | 'elsewhere'> {
  return place.file === template ? { line: place.line } : { elsewhere: `${place.file}:${place.line}` };
}

interface PartPlace {
  readonly side: Side;
  readonly index: number;
  readonly part: Part;
}

/** The part that a row is about: `back[1] token` is the first of the back. */
function partNamed({ subject }: Finding, template: Layout['template']): PartPlace | undefined {
  const match = /^(front|back)\[(\d+)\]/.exec(subject);
  if (match === null) return undefined;
  const side = match[1] as Side;
  const index = Number(match[2]) - 1;
  const part = partsOf(template, side)[index];
  return part && { side, index, part };
}

/** Where each part stands; a text by its lines, at their longest. */
function areasOf(layout: Layout, { subject, samples }: Specimen): ReadonlyMap<Part, readonly Rect[]> {
  const { template } = subject.design;
  const ranges = fieldRanges(samples);
  const sizes = fittedSizes(template.value, layout.fonts, ranges);
  const areas = new Map<Part, Rect[]>();
  const add = (part: Part, rect: Rect) => areas.set(part, [...(areas.get(part) ?? []), rectOf(rect)]);
  for (const side of sidesOf(template.value)) {
    for (const text of textBoxes(template, side, layout.fonts, ranges, sizes, [])) add(text.part, text);
    for (const part of partsOf(template.value, side)) {
      if ('size' in part && typeof part.size !== 'number') add(part, box({ at: part.at, size: part.size }));
      else if (part.part === 'line') {
        const [[x, y], [toX, toY]] = [part.from, part.to];
        const corner = { x: Math.min(x, toX), y: Math.min(y, toY) };
        add(part, { ...corner, width: Math.abs(toX - x), height: Math.abs(toY - y) });
      } else if (part.part === 'stripe')
        add(part, { x: 0, y: part.top, width: layout.sheet.card.width, height: part.height });
    }
  }
  return areas;
}

/** What an ink looks like, roughly: for keys and shapes on screen. */
function cssOf(cmyk: Cmyk): string {
  const [c, m, y, k] = cmyk;
  const channel = (ink: number) => Math.round(255 * (1 - ink / 100) * (1 - k / 100));
  return `rgb(${channel(c)} ${channel(m)} ${channel(y)})`;
}
