// Rules about single parts of a template that a number decides: each part is a row, measured against what
// shops and makers of scanners ask for.
import type { Complaint, Place } from '../base/failure.ts';
import type { Limits } from '../plan/press.ts';
import {
  type ImagePart,
  type Side,
  type SvgPart,
  type Template,
  partsOf,
  sidesOf,
} from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Artwork } from './artwork.ts';
import { indexOf, nameOf } from './clearance.ts';
import { type Finding, atLeast, failing } from './finding.ts';
import type { SymbolFit } from './barcode.ts';
import { type Rect, box, mm } from '../plan/rect.ts';
import { dotsToMm, growthDots } from './grid.ts';
import { type Colour, isSpot } from './mark.ts';
import { reachOf, straightAt } from './outline.ts';
import { type SymbolPlace, isUpright } from './symbol.ts';
import { type Drawing, drawingMarks } from './vector.ts';

/** Bars under this share of a symbol's width are hard to hit. */
const HEIGHT_SHARE = 0.15;

/** A template's pictures and drawings by file, without those that cannot be read. */
interface Art {
  readonly artwork: ReadonlyMap<string, Artwork>;
  readonly drawings: ReadonlyMap<string, Drawing>;
}

/** @param bleed what the sheet cuts through, mm */
export function partFindings(
  template: Checked<Template>,
  symbols: readonly SymbolPlace[],
  { artwork, drawings }: Art,
  limits: Limits,
  bleed: number,
): readonly Finding[] {
  return [
    ...symbols.flatMap((symbol) => symbolFindings(template, symbol, limits)),
    ...sidesOf(template.value).flatMap((side) => [
      ...images(template, side).flatMap((part) => imageFindings(template, side, part, artwork, limits)),
      ...typeFindings(template, side, limits),
      ...failing('bleed', shortOfBleed(template, side, drawings, bleed)),
    ]),
    ...Object.entries(template.value.inks).map(([name, { cmyk }]) =>
      coverage(
        `ink ${name}`,
        cmyk.reduce((sum, percent) => sum + percent),
        limits,
        { message: `the ink ${name}`, place: template.at('inks', name) },
      ),
    ),
    ...failing('secrets', namedFields(template)),
  ];
}

function symbolFindings(
  template: Checked<Template>,
  symbol: SymbolPlace,
  limits: Limits,
): readonly Finding[] {
  const { side, part, data, fit } = symbol;
  const subject = `${nameOf(template, side, part)} ${data}`;
  const name = `${nameOf(template, side, part)}: the ${data}'s`;
  const place = template.at(side, indexOf(template, side, part), 'size');
  const { width, height } = template.value.card;
  const beside = Math.min(symbol.x, width - symbol.x - symbol.width);
  const above = Math.min(symbol.y, height - symbol.y - symbol.height);
  const upright = isUpright(part);
  const toTrim = Math.min(beside + (upright ? fit.quiet : 0), above + (upright ? 0 : fit.quiet));
  const [long, high] = upright ? [symbol.width, symbol.height] : [symbol.height, symbol.width];
  const low = Math.max(limits['bar-height'].warn, HEIGHT_SHARE * long);
  const module = atLeast('module-width', subject, fit.module, limits['module-width'], 'mm', (limit) => ({
    message: `${name} bars are ${mm(fit.module, 3)} a module: under ${mm(limit)} make test cards`,
    place,
  }));
  return [
    {
      ...module,
      value: `${mm(fit.module, 3)} (${fit.dots} dots of ${fit.dpi} dpi; ideal ${mm(fit.ideal, 3)})`,
    },
    ...growthFindings(subject, name, fit, place),
    atLeast('quiet-zone', subject, fit.quiet, limits['quiet-zone'], 'mm', (limit) => ({
      message: `${name} quiet zones are ${mm(fit.quiet)}: ${mm(limit)} is safer`,
      place,
    })),
    atLeast(
      'bar-height',
      subject,
      high,
      { ...limits['bar-height'], warn: round(low) },
      'mm',
      (limit, fails) => ({
        message: fails
          ? `${nameOf(template, side, part)}: bars of ${mm(high, 1)} are too low: they need ${mm(limit)}`
          : `${name} bars are ${mm(high, 1)} high: ${mm(limit)} is easier to hit`,
        place,
      }),
    ),
    atLeast('trim-distance', subject, toTrim, limits['trim-distance'], 'mm', (limit) => ({
      message: `${name} bars come to ${mm(toTrim, 1)} from the trim: ${mm(limit)} is safer`,
      place,
    })),
  ];
}

/** Shares of a module that bars may lose: more, and thin bars are lost to the scanner instead. */
const GROWTH = { fail: 0.25, warn: 0.15 };

function growthFindings(subject: string, name: string, fit: SymbolFit, place: Place): readonly Finding[] {
  const dots = growthDots(fit);
  if ((fit.barGrowth ?? 0) === 0 || fit.dots === 0) return [];
  const share = dots / fit.dots;
  const taken = `${Math.round(dotsToMm(dots, fit) * 1000)} µm`;
  const verdict = share > GROWTH.fail ? 'fail' : share > GROWTH.warn ? 'warn' : 'pass';
  return [
    {
      rule: 'bar-growth',
      subject,
      value: `${taken} (${dots} dots, ${share.toFixed(2)} modules) for ${fit.barGrowth ?? 0} µm`,
      threshold: `at most ${GROWTH.fail} / ${GROWTH.warn} modules`,
      verdict,
      ...(verdict !== 'pass' && {
        complaint: {
          message: `${name} bars would be drawn ${taken} narrower, ${share.toFixed(2)} of a module: measure again`,
          place,
        },
      }),
    },
  ];
}

const round = (value: number) => Math.floor(value * 100) / 100;

function images(template: Checked<Template>, side: Side): readonly ImagePart[] {
  return partsOf(template.value, side).filter((part): part is ImagePart => part.part === 'image');
}

function imageFindings(
  template: Checked<Template>,
  side: Side,
  part: ImagePart,
  artwork: ReadonlyMap<string, Artwork>,
  limits: Limits,
): readonly Finding[] {
  const art = artwork.get(part.file);
  if (art === undefined) return [];
  const name = nameOf(template, side, part);
  const pixels = Math.floor(Math.min(art.width / part.size[0], art.height / part.size[1]) * 25.4);
  return [
    atLeast('resolution', `${name} ${part.file}`, pixels, limits.resolution, 'ppi', (limit) => ({
      message: `${name}: ${part.file} has ${pixels} pixels an inch at this size`,
      place: template.at(side, indexOf(template, side, part), 'size'),
      hint: `print wants ${limit}`,
    })),
    coverage(`${name} ${part.file}`, art.coverage, limits, {
      message: `${name}: ${part.file}`,
      place: template.at(side, indexOf(template, side, part), 'file'),
    }),
  ];
}

function coverage(subject: string, total: number, limits: Limits, what: Complaint): Finding {
  const { fail, warn } = limits['ink-coverage'];
  const verdict = total > fail + 0.5 ? 'fail' : total > warn + 0.5 ? 'warn' : 'pass';
  return {
    rule: 'ink-coverage',
    subject,
    value: `${Math.round(total)} %`,
    threshold: `at most ${fail} %`,
    verdict,
    ...(verdict !== 'pass' && {
      complaint: {
        ...what,
        message: `${what.message} is ${Math.round(total)} % in all: presses take ${verdict === 'fail' ? fail : warn} %`,
      },
    }),
  };
}

/** Type and lines that are too fine to hold. The smallest of a side stands for all that are fine. */
function typeFindings(template: Checked<Template>, side: Side, limits: Limits): readonly Finding[] {
  const findings = partsOf(template.value, side).flatMap((part): Finding[] => {
    const name = nameOf(template, side, part);
    const place = (key: string) => template.at(side, indexOf(template, side, part), key);
    if (part.part === 'text') {
      const least = part.fit === undefined ? part.size : Math.min(part.fit, part.size);
      return [
        atLeast('text-size', name, least, limits['text-size'], 'pt', (limit) => ({
          message: `${name}: type of ${least} pt is hard to print and to read: ${limit} pt holds`,
          place: place('size'),
        })),
      ];
    }
    if ((part.part === 'line' || part.part === 'rect') && part.stroke !== undefined) {
      return [
        atLeast('hairline', name, part.weight, limits.hairline, 'pt', (limit) => ({
          message: `${name}: a line of ${part.weight} pt may break up: ${limit} pt holds`,
          place: place('weight'),
        })),
      ];
    }
    return [];
  });
  const fine = (['text-size', 'hairline'] as const).flatMap((rule) =>
    findings
      .filter((finding) => finding.rule === rule && finding.verdict === 'pass')
      .sort((a, b) => parseFloat(a.value) - parseFloat(b.value))
      .slice(0, 1),
  );
  return [...findings.filter(({ verdict }) => verdict !== 'pass'), ...fine];
}

/** Art that reaches the trim without going on to the bleed's edge: a cut that is off would show paper. */
function shortOfBleed(
  template: Checked<Template>,
  side: Side,
  drawings: ReadonlyMap<string, Drawing>,
  bleed: number,
): readonly Complaint[] {
  const { card } = template.value;
  return partsOf(template.value, side).flatMap((part): Complaint[] => {
    const bare = part.part === 'rect' && (part.fill === undefined || part.fill === 'white');
    if ((part.part !== 'rect' && part.part !== 'image' && part.part !== 'svg') || bare) return [];
    const room = box(part);
    const [short] =
      part.part === 'svg'
        ? drawnShort(part, template.value, drawings.get(part.file), bleed)
        : shortEdges(room, card, bleed);
    if (short === undefined) return [];
    const hasRoom = shortEdges(room, card, bleed).every(({ edge }) => edge !== short.edge);
    return [
      {
        message: `${nameOf(template, side, part)}: the ${part.part} goes ${mm(Math.max(0, short.by))} beyond the ${short.edge} trim: it must reach the bleed at ${mm(bleed)}`,
        place: template.at(side, indexOf(template, side, part), 'at'),
        ...(hasRoom && {
          hint: `a drawing keeps its proportions: one of ${mm(room.width)} × ${mm(room.height)} would fill its room`,
        }),
      },
    ];
  });
}

/** An edge of what is drawn, between the trim and the bleed. */
interface ShortEdge {
  readonly edge: 'left' | 'top' | 'right' | 'bottom';
  /** Beyond the trim, mm. */
  readonly by: number;
  readonly axis: 0 | 1;
  readonly at: number;
}

function shortEdges(reach: Rect, card: Template['card'], bleed: number): readonly ShortEdge[] {
  const [right, bottom] = [reach.x + reach.width, reach.y + reach.height];
  const edges: readonly ShortEdge[] = [
    { edge: 'left', by: -reach.x, axis: 0, at: reach.x },
    { edge: 'top', by: -reach.y, axis: 1, at: reach.y },
    { edge: 'right', by: right - card.width, axis: 0, at: right },
    { edge: 'bottom', by: bottom - card.height, axis: 1, at: bottom },
  ];
  return edges.filter(({ by }) => by > -0.01 && by < bleed - 0.01);
}

/** The length of a straight edge, mm, from which on it is a ground's; an ornament may end where it likes. */
const GROUND = 5;

/** Where a drawing, as it is drawn, ends in a straight edge. */
function drawnShort(
  part: SvgPart,
  template: Template,
  drawing: Drawing | undefined,
  bleed: number,
): readonly ShortEdge[] {
  const isBare = (ink: Colour) => !isSpot(ink) && ink.every((percent) => percent === 0);
  const steps = drawingMarks(part, template, drawing).flatMap((mark) =>
    mark.mark === 'path' && !isBare(mark.fill) ? mark.steps : [],
  );
  const reach = reachOf(steps);
  if (reach === undefined) return [];
  return shortEdges(reach, template.card, bleed).filter(
    ({ axis, at }) => straightAt(steps, axis, at) >= GROUND,
  );
}

/** A plate's or an ink's name stands in the file as it is: no field may stand in it. */
function namedFields(template: Checked<Template>): readonly Complaint[] {
  return Object.entries(template.value.inks)
    .filter(([, { spot }]) => spot !== undefined && /[{}]/.test(spot))
    .map(([name, { spot }]) => ({
      message: `the spot ${JSON.stringify(spot)} names a field: what a plate is called stands in the file`,
      place: template.at('inks', name, 'spot'),
    }));
}
