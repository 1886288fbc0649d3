// Everything that can be known before a card exists: files, fit of the hardest codes, glyphs, room, ground.
// What passes is a layout, ready to print any number of cards.
import { type Complaint, Failure, type Place } from '../base/failure.ts';
import { type CodeFormat, PRINTABLE_ASCII, codeLength, hardestTexts } from '../plan/format.ts';
import type { SheetFormat } from '../plan/sheet.ts';
import {
  type BarcodePart,
  type Field,
  type Side,
  type Template,
  fieldsIn,
  fieldsOf,
  partsOf,
  sidesOf,
} from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import { LIMITS, type PressKeys, RULES, type Rule } from '../plan/press.ts';
import { partFindings } from './advice.ts';
import { openArtwork, openDrawings, openFonts } from './assets.ts';
import type { Artwork } from './artwork.ts';
import { type SymbolFit, fitSymbol, isReadable, modulesNeeded, narrowComplaint } from './barcode.ts';
import { crowded, nameOf, onInk, outsideSafe } from './clearance.ts';
import { type Finding, type Strictness, complaintsOf, failing, judged, quietRows } from './finding.ts';
import { type Face, composeFace } from './face.ts';
import { type SymbolPlace, lengthOf } from './symbol.ts';
import type { Font } from './font.ts';
import { mm } from '../plan/rect.ts';
import type { Press } from './grid.ts';
import { sheetCodeFit } from './imposition.ts';
import { type NumberedCard, fieldRanges, fittedSizes, textBoxes } from './longest.ts';
import { kept } from '../base/kept.ts';
import { keepOutFindings } from './keep-out.ts';
import { panelFindings } from './panel.ts';
import { squareFindings } from './square.ts';
import { type Profile, readProfile } from './profile.ts';

export interface LayoutInputs {
  readonly template: Checked<Template>;
  /** Fonts and images, by the name that the template gives them. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly sheet: Checked<SheetFormat>;
  readonly token: CodeFormat;
  /** Null where the job asks for none. */
  readonly pin: CodeFormat | null;
  /** Cards among which is one of each length, of serial and of id, that may come; their codes are not known yet. */
  readonly cards: readonly NumberedCard[];
  /** The run's name, or one as long. */
  readonly run: string;
  readonly press: Press;
  /** The press's ICC profile, and the same as a file: colour conversion takes no bytes. Needed for RGB art alone. */
  readonly profile: Uint8Array;
  readonly profilePath?: string;
  /** Where processes beside printing go; `separate` unless said. */
  readonly steps?: Layout['steps'];
  /** How strictly rules are held; as the house has it unless a press says otherwise. */
  readonly strictness?: Strictness;
  /** What the manufacturer cuts to, mm, and their deep black. */
  readonly maker?: Pick<PressKeys, 'trim' | 'bleed' | 'black'>;
}

/** A template on a sheet, checked and ready to print. */
export interface Layout {
  readonly template: Template;
  readonly sheet: SheetFormat;
  readonly press: Press;
  readonly sides: readonly Side[];
  readonly faces: readonly Face[];
  /** Where symbols stand on each side; for reading back. */
  readonly symbols: readonly SymbolPlace[];
  readonly fonts: ReadonlyMap<string, Font>;
  readonly artwork: ReadonlyMap<string, Artwork>;
  readonly profile: Profile;
  /** Sets slug lines and the word on unused slots. */
  readonly slugFont: Font;
  readonly steps: 'separate' | 'inline' | 'none';
  /** Every check with its value, threshold and verdict. */
  readonly findings: readonly Finding[];
  /** What will print, but could be better. */
  readonly advice: readonly Complaint[];
}

/** What the preflight found, and the layout where nothing stands against it. */
export interface Inspection {
  readonly findings: readonly Finding[];
  readonly layout: Layout | undefined;
  /** The layout whatever stands against it, to be looked at; none where it cannot be drawn at all. */
  readonly draft: Layout | undefined;
}

const profileOf = kept(readProfile);

/** Rules without which there is nothing to look at. */
const NOT_DRAWN: readonly Rule[] = ['files', 'glyphs', 'sheet'];

export const HOUSE_RULES: Strictness = { limits: LIMITS, waivers: [], strict: false };

/**
 * Checks a template against the sheet, the press and the codes that it is to carry.
 * @throws Failure of kind `input` with every complaint that was found
 */
export async function prepare(inputs: LayoutInputs): Promise<Layout> {
  const { findings, layout } = await inspect(inputs);
  if (layout === undefined) throw new Failure('input', complaintsOf(findings, 'fail'));
  return layout;
}

/** As `prepare`, but gives what it found whatever the verdict. */
export async function inspect(inputs: LayoutInputs): Promise<Inspection> {
  const { sheet, press, strictness = HOUSE_RULES } = inputs;
  const template = withBlack(inputs.template, inputs.maker?.black);
  const { limits } = strictness;
  const sides = sidesOf(template.value);
  const files: Complaint[] = [];
  const texts: Complaint[] = [];
  const profile = profileOf(inputs.profile);
  const fonts = await openFonts(inputs, files);
  const artwork = await openArtwork(inputs, profile, inputs.profilePath, files);
  const drawings = await openDrawings(inputs, files);
  const narrow: Complaint[] = [];
  const fits = chooseFits(inputs, narrow);
  const ranges = fieldRanges(inputs);
  const textSizes = fittedSizes(template.value, fonts, ranges);
  const faces = sides.map((side) =>
    composeFace(template.value, side, fonts, fits, textSizes, drawings, press),
  );
  const symbols = faces.flatMap((face) => face.symbols);
  const slugFont = [...fonts.values()].find((font) =>
    [...PRINTABLE_ASCII].every((character) => font.has(character)),
  );
  const sizes = sizeFindings(inputs);
  const found: Finding[] = [
    ...sizes,
    ...failing('fields', fieldComplaints(inputs)),
    ...failing('files', files),
    ...failing('symbol-fit', narrow),
    ...partFindings(
      template,
      symbols,
      { artwork, drawings },
      limits,
      sizes.length > 0 ? 0 : sheet.value.bleed,
    ),
    ...faces.flatMap(({ side, symbols: own }) => {
      const boxes = textBoxes(template, side, fonts, ranges, textSizes, texts);
      const seen = { side, symbols: own, texts: boxes };
      return [
        ...failing('safe-area', outsideSafe(template, seen)),
        ...failing('overlap', crowded(template, seen)),
        ...failing('bar-ground', onInk(template, seen)),
        ...panelFindings(template, seen, limits),
        ...keepOutFindings(template, seen, limits),
        ...squareFindings(template, side, press, ranges, limits),
      ];
    }),
    ...texts.flatMap((complaint) => failing(complaint.rule as Rule, [complaint])),
  ];
  if (slugFont === undefined && !found.some(({ verdict }) => verdict === 'fail')) {
    found.push(
      ...failing('glyphs', [
        {
          message: 'no font of the template has all of ASCII: the line that names a sheet could not be set',
          place: template.at('fonts'),
        },
      ]),
    );
  }
  const findings = judged([...found, ...quietRows(found, RULES)], strictness);
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  if (slugFont === undefined || failed.some(({ rule }) => NOT_DRAWN.includes(rule)))
    return { findings, layout: undefined, draft: undefined };
  if (failed.length === 0) allPlaced(template.value, symbols);
  const layout: Layout = {
    template: template.value,
    sheet: sheet.value,
    press,
    sides,
    faces,
    symbols,
    fonts,
    artwork,
    profile,
    slugFont,
    steps: inputs.steps ?? 'separate',
    findings,
    advice: complaintsOf(findings, 'warn'),
  };
  return { findings, layout: failed.length === 0 ? layout : undefined, draft: layout };
}

/** Whatever was waived, no symbol is left out of what is printed. */
function allPlaced(template: Template, symbols: readonly SymbolPlace[]): void {
  const placed = new Set(symbols.map(({ part }) => part));
  for (const side of sidesOf(template))
    for (const part of partsOf(template, side))
      if (part.part === 'barcode' && !placed.has(part))
        throw new Failure(
          'bug',
          `the ${part.data}'s symbol on the ${side} passed every check and has no place`,
        );
}

/** The template with the press's own deep black. */
function withBlack(template: Checked<Template>, black: PressKeys['black']): Checked<Template> {
  if (black === undefined) return template;
  const inks = { 'rich-black': { cmyk: black }, ...template.value.inks };
  return { ...template, value: { ...template.value, inks } };
}

function sizeFindings({ template, sheet, press, maker }: LayoutInputs): readonly Finding[] {
  const { card, bleed } = template.value;
  const slot = sheet.value.card;
  const complaints: Complaint[] = [];
  const short: Complaint[] = [];
  const codes: Complaint[] = [];
  if (Math.abs(card.width - slot.width) > 0.005 || Math.abs(card.height - slot.height) > 0.005) {
    complaints.push({
      message: `the template's card is ${mm(card.width)} × ${mm(card.height)}, the sheet ${sheet.value.name} is cut to ${mm(slot.width)} × ${mm(slot.height)}`,
      place: template.at('card'),
    });
  }
  if (bleed < sheet.value.bleed - 0.005) {
    short.push({
      message: `the template's art has ${mm(bleed)} of bleed, the sheet ${sheet.value.name} cuts through ${mm(sheet.value.bleed)}`,
      place: template.at('bleed'),
      hint: `draw the art to ${mm(sheet.value.bleed)} beyond the trim`,
    });
  }
  const { trim, bleed: asked = 0 } = maker ?? {};
  if (
    trim !== undefined &&
    (Math.abs(card.width - trim[0]) > 0.005 || Math.abs(card.height - trim[1]) > 0.005)
  ) {
    complaints.push({
      message: `the template's card is ${mm(card.width)} × ${mm(card.height)}, the press trims to ${mm(trim[0])} × ${mm(trim[1])}`,
      place: template.at('card'),
    });
  }
  if (sheet.value.bleed < asked - 0.005) {
    short.push({
      message: `the sheet ${sheet.value.name} has ${mm(sheet.value.bleed)} of bleed, the press asks for ${mm(asked)}`,
      place: sheet.at('bleed'),
    });
  }
  const code = sheetCodeFit(sheet.value, press);
  if (code !== undefined && !isReadable(code)) {
    codes.push({ ...narrowComplaint(code, "the sheet's code"), place: sheet.at('sheetCode', 'size') });
  }
  return [...failing('card-size', complaints), ...failing('bleed', short), ...failing('sheet', codes)];
}

function fieldComplaints({ template, pin }: LayoutInputs): readonly Complaint[] {
  const fields = fieldsOf(template.value);
  const complaints: Complaint[] = [];
  if (!fields.has('token')) {
    complaints.push({
      message: 'the template never prints the token: nobody could use the card',
      place: template.at(),
    });
  }
  if (pin === null && fields.has('pin')) {
    complaints.push({
      message: 'the template prints a PIN, and the job asks for none',
      place: placeOfField(template, 'pin'),
      hint: 'take this part out, or have cards.pin in the job',
    });
  }
  if (pin !== null && !fields.has('pin')) {
    complaints.push({
      message: 'the job asks for a PIN that the template never prints',
      place: template.at('back'),
      hint: 'print it, or say pin: none in the job',
    });
  }
  return complaints;
}

function placeOfField(template: Checked<Template>, field: Field): Place {
  for (const side of sidesOf(template.value)) {
    for (const [index, part] of partsOf(template.value, side).entries()) {
      if (part.part === 'barcode' && part.data === field) return template.at(side, index, 'data');
      if ((part.part === 'text' || part.part === 'qr') && fieldsIn(part.text).includes(field))
        return template.at(side, index, 'text');
    }
  }
  return template.at();
}

/** How each symbol of the template is printed, whatever code comes. */
function chooseFits(inputs: LayoutInputs, complaints: Complaint[]): ReadonlyMap<BarcodePart, SymbolFit> {
  const { template, press } = inputs;
  const fits = new Map<BarcodePart, SymbolFit>();
  for (const side of sidesOf(template.value)) {
    for (const [index, part] of partsOf(template.value, side).entries()) {
      const code = part.part === 'barcode' ? codeOf(part.data, inputs) : undefined;
      if (part.part !== 'barcode' || code === undefined) continue;
      const name = nameOf(template, side, part);
      const place = template.at(side, index, 'size');
      const fieldWidth = lengthOf(part);
      const fit = fitSymbol({
        modules: modulesNeeded(code.texts),
        fieldWidth,
        dpi: press.dpi,
        ...(press.barGrowth !== undefined && { barGrowth: press.barGrowth }),
        target: part.module,
      });
      if (isReadable(fit)) fits.set(part, fit);
      else {
        const complaint = narrowComplaint(fit, code.name);
        complaints.push({ ...complaint, message: `${name}: ${complaint.message}`, place });
      }
    }
  }
  return fits;
}

/** The hardest texts that a symbol may hold, and what complaints call it. */
function codeOf(data: BarcodePart['data'], { token, pin, cards }: LayoutInputs) {
  const named = (what: string, characters: number) => `a ${what} of ${characters} characters`;
  switch (data) {
    case 'token':
      return { texts: hardestTexts(token), name: named('token', codeLength(token)) };
    case 'pin':
      return pin === null ? undefined : { texts: hardestTexts(pin), name: named('PIN', codeLength(pin)) };
    case 'card_id': {
      // An odd digit needs more modules than a pair: the longest is not always the hardest.
      const ids = cards.map(({ cardId }) => cardId);
      const hardest = ids.reduce((a, b) => (modulesNeeded([b]) > modulesNeeded([a]) ? b : a));
      return { texts: [hardest], name: named('card id', hardest.length) };
    }
  }
}
