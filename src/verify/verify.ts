// Reads a finished volume back as a stranger would, and compares every symbol and every line with the cards
// out of the vault. A comparison: this is where secrets are read, and none of them leaves.
import { createHash } from 'node:crypto';
import { Failure } from '../base/failure.ts';
import { reveal } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import { cardId } from '../plan/ids.ts';
import { bySheet } from '../plan/seat.ts';
import { slotCount } from '../plan/sheet.ts';
import { type Side, fieldsIn } from '../plan/template.ts';
import { type Face } from '../render/face.ts';
import { slugText } from '../render/imposition.ts';
import { withoutSteps } from '../render/pdfx.ts';
import type { Layout } from '../render/preflight.ts';
import { STRIP_DPI, bandsOf, scaleOf } from './bands.ts';
import { type Census, type Shape, censusTaker, isSameShape } from './census.ts';
import { type Verdict, judgeSymbol } from './judge.ts';
import { linesOf, withoutSpaces } from './lines.ts';
import { type Outlook, outlooksOn } from './outlook.ts';
import { masked, pngOf } from './picture.ts';
import { type SidePlan, type Zone, lieOf, onPage, sidePlans, squaresOf, zonesOf } from './places.ts';
import { INK, PAPER, type PrintedPage, PrintedVolume } from './printed.ts';
import type { Fault, MaskedPicture, VolumeReport } from './report.ts';
import { SECOND, readEvery, readOne } from './second.ts';
import { codeFaultOf } from './sheet-code.ts';
import { squareText } from './square.ts';
import { testimonyOf } from './witness.ts';
import { checkX4 } from './x4-check.ts';

export const ENGINES: readonly string[] = ['cardpress on pdfium', SECOND];

export interface VolumeFacts {
  readonly run: string;
  readonly test: boolean;
  readonly volume: number;
  readonly volumes: number;
  readonly attempt: number;
  readonly sheets: number;
  /** Share of the sheets whose symbols the second engine reads too; 1 for all. */
  readonly second: number;
  /** Codes whose format asks the platform for its own picture. */
  readonly pictures?: readonly ('token' | 'pin')[];
}

const FACE_DPI = 200;
const PICTURE_DPI = 200;

/** Reads a volume; `bytes` is the PDF and `cards` are those that were to be printed in it, in order. */
export async function verifyVolume(
  layout: Layout,
  bytes: Uint8Array,
  cards: AsyncIterable<Card>,
  facts: VolumeFacts,
): Promise<VolumeReport> {
  const reading = new Reading(layout, facts);
  const pages = await reading.read(bytes, cards);
  if (pages > 0) reading.note(await checkX4(bytes));
  return reading.report({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    pages,
  });
}

/** A symbol that says something else than it should: whose it is shows once all cards are known. */
interface Stranger {
  readonly fault: Omit<Fault, 'why'>;
  readonly text: string;
}

interface SidePlanned extends SidePlan {
  readonly face: Face;
}

class Reading {
  readonly #layout: Layout;
  readonly #facts: VolumeFacts;
  readonly #sides: readonly SidePlanned[];
  readonly #sampled: ReadonlySet<number>;
  readonly #faults: Fault[] = [];
  readonly #strangers: Stranger[] = [];
  /** Serials by what a symbol of theirs says. */
  readonly #owners = new Map<string, number>();
  readonly #serials = { first: Infinity, last: -Infinity };
  readonly #outlooks: Outlook[] = [];
  readonly #witness = { pictures: 0, agreed: 0, empty: 0 };
  readonly #second = { symbols: 0, decoded: 0 };
  #cards = 0;
  #symbols = 0;
  #decoded = 0;
  #lines = 0;
  #off = 0;
  #first: MaskedPicture | undefined;
  #last: MaskedPicture | undefined;
  #worst: MaskedPicture | undefined;
  #worstRank = -1;

  constructor(layout: Layout, facts: VolumeFacts) {
    this.#layout = layout;
    this.#facts = facts;
    const plans = sidePlans({ ...layout, zones: zonesOf(layout), squares: squaresOf(layout) });
    this.#sides = plans.flatMap((plan) => {
      const face = layout.faces.find(({ side }) => side === plan.side);
      return face === undefined ? [] : [{ ...plan, face }];
    });
    this.#sampled = new Set(sampleOf(facts.sheets, facts.second));
  }

  async read(bytes: Uint8Array, cards: AsyncIterable<Card>): Promise<number> {
    let volume: PrintedVolume;
    try {
      volume = await PrintedVolume.open(withoutSteps(bytes), 'the volume');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#page(1, this.#sides[0]?.side ?? 'front', 'the file is no PDF that can be opened');
      return 0;
    }
    try {
      const sheets = this.#facts.sheets * this.#sides.length;
      if (volume.pages !== sheets) {
        this.#page(1, this.#sides[0]?.side ?? 'front', `the file has ${volume.pages} pages, not ${sheets}`);
      }
      const readers = this.#sides.map((plan) => this.#sideReader(volume, plan));
      let sheet = 0;
      const { order } = this.#layout.sheet;
      const seats = { order, slots: slotCount(this.#layout.sheet), sheets: this.#facts.sheets };
      for await (const group of bySheet(cards, seats)) {
        sheet += 1;
        this.#note(group);
        await this.#hear(group, sheet);
        for (const [index, read] of readers.entries()) {
          await read(sheet, (sheet - 1) * this.#sides.length + index + 1, group);
        }
      }
      if (sheet !== this.#facts.sheets) {
        throw new Failure(
          'bug',
          `volume ${this.#facts.volume} was to have ${this.#facts.sheets} sheets, its cards fill ${sheet}`,
        );
      }
      return volume.pages;
    } finally {
      volume.close();
    }
  }

  /** What is wrong with the file as a file for press. */
  note(faults: readonly string[]): void {
    const side = this.#sides[0]?.side ?? 'front';
    for (const why of faults)
      this.#faults.push({ serial: null, side, sheet: 1, slot: null, what: 'file', why });
  }

  report(content: VolumeReport['content']): VolumeReport {
    for (const { fault, text } of this.#strangers) {
      const owner = this.#owners.get(`${fault.what} ${text}`);
      const whose = owner === undefined ? 'no card of this volume has' : `serial ${owner} has`;
      this.#faults.push({ ...fault, why: `says what ${whose}` });
    }
    const { volume, attempt, sheets } = this.#facts;
    const faults = [...this.#faults].sort((a, b) => a.sheet - b.sheet || (a.slot ?? 0) - (b.slot ?? 0));
    return {
      format: 'cardpress-report/1',
      volume,
      attempt,
      passed: faults.length === 0,
      content,
      symbols: this.#symbols,
      decoded: this.#decoded,
      engines: ENGINES,
      second: { sheets: [...this.#sampled], ...this.#second },
      lines: this.#lines,
      ...((this.#facts.pictures?.length ?? 0) > 0 && { witness: this.#witness }),
      off: Math.round(this.#off * 1000) / 1000,
      serials: this.#serials,
      slots: this.#sides[0]?.slots.length ?? 0,
      order: this.#layout.sheet.order,
      sheets,
      cards: this.#cards,
      prediction: this.#outlooks,
      pictures: {
        ...(this.#first && { first: this.#first }),
        ...(this.#last && { last: this.#last }),
        ...(this.#worst && { worst: this.#worst }),
      },
      x4: faults.filter(({ what }) => what === 'file').map(({ why }) => why),
      faults,
    };
  }

  /** What reads one side of each sheet. */
  #sideReader(volume: PrintedVolume, plan: SidePlanned) {
    const { press } = this.#layout;
    const census = censusTaker(volume, plan, press);
    const shapes: Shapes = {};
    const hasArtwork = plan.zones.some(({ onArtwork }) => onArtwork);
    return async (sheet: number, number: number, cards: Seated): Promise<void> => {
      const page = volume.page(number);
      if (page === undefined) {
        this.#symbols += cards.filter((card) => card !== undefined).length * plan.zones.length;
        this.#page(sheet, plan.side, `page ${number} is missing`);
        return;
      }
      try {
        const sampled = this.#sampled.has(sheet);
        this.#compareShapes(shapes, census(page), { sheet, plan, cards });
        // Artwork below bars is dear to render. Left out, ink takes its place: it must be covered as well.
        const hidden = hasArtwork && !sampled;
        if (hidden) page.hideImages();
        const last = cards.findLastIndex((card) => card !== undefined);
        for (const [index, slot] of plan.slots.entries()) {
          const card = cards[index];
          if (card === undefined) continue;
          const isLast = sheet === this.#facts.sheets && index === last;
          await this.#readSquares(page, { plan, slot, card, sheet, sampled });
          for (const zone of plan.zones) {
            const verdict = this.#readSymbol(page, { zone, slot, card, sheet, hidden });
            if (sampled) await this.#secondOpinion(page, { zone, slot, card, sheet });
            await this.#picture(page, { zone, slot, card, verdict, isLast });
          }
        }
        if (sheet === 1) {
          this.#outlooks.push(...outlooksOn(page, plan, this.#layout.press));
          await this.#lookOver(page, { plan, index: 0, card: cards[0], sheet });
        }
        const empty = plan.slots.findIndex((_, index) => cards[index] === undefined);
        if (sheet === this.#facts.sheets && empty >= 0) {
          await this.#lookOver(page, { plan, index: empty, card: undefined, sheet });
        }
        const code = codeFaultOf(page, this.#layout, { ...this.#facts, sheet, side: plan.side });
        if (code !== undefined) this.#page(sheet, plan.side, code);
        this.#compareLines(volume, page, { sheet, plan, cards });
      } finally {
        page.close();
      }
    };
  }

  #readSymbol(
    page: PrintedPage,
    {
      zone,
      slot,
      card,
      sheet,
      hidden,
    }: { zone: Zone; slot: SidePlan['slots'][number]; card: Card; sheet: number; hidden: boolean },
  ): Verdict {
    const { press } = this.#layout;
    const below = hidden && zone.onArtwork ? INK : PAPER;
    const { upright, reversed } = lieOf(zone, slot);
    const strip = page.strip(...bandsOf(onPage(zone.rect, slot, press), press, below, upright));
    const lines = reversed ? strip.map((line) => line.toReversed()) : strip;
    const verdict = judgeSymbol(lines, {
      scale: scaleOf(press),
      dots: zone.dots,
      less: zone.less,
      firstBar: zone.firstBar,
    });
    const fault = { serial: card.serial, side: zone.side, sheet, slot: slot.slot, what: zone.data } as const;
    this.#symbols += 1;
    this.#off = Math.max(this.#off, verdict.off);
    const isOwn = verdict.text === this.#value(card, zone.data);
    if (verdict.text !== undefined && !isOwn) this.#strangers.push({ fault, text: verdict.text });
    if (verdict.why !== undefined) this.#faults.push({ ...fault, why: verdict.why });
    if (isOwn && verdict.why === undefined) this.#decoded += 1;
    return verdict;
  }

  /** Square codes: those of a card's own each, those of every card where the second engine looks as well. */
  async #readSquares(
    page: PrintedPage,
    {
      plan,
      slot,
      card,
      sheet,
      sampled,
    }: { plan: SidePlanned; slot: SidePlan['slots'][number]; card: Card; sheet: number; sampled: boolean },
  ): Promise<void> {
    for (const { rect, text } of plan.squares) {
      const fields = fieldsIn(text);
      if (fields.length === 0 && !sampled) continue;
      const wanted = fields.reduce(
        (whole, field) => whole.replaceAll(`{${field}}`, () => this.#value(card, field)),
        text,
      );
      const found = await squareText(page, rect, slot, this.#layout.press);
      this.#symbols += 1;
      if (found === wanted) {
        this.#decoded += 1;
        continue;
      }
      const why = found === undefined ? 'cannot be read' : 'says something else than it should';
      this.#faults.push({
        serial: card.serial,
        side: plan.side,
        sheet,
        slot: slot.slot,
        what: 'qr',
        why,
      });
    }
  }

  async #secondOpinion(
    page: PrintedPage,
    { zone, slot, card, sheet }: { zone: Zone; slot: SidePlan['slots'][number]; card: Card; sheet: number },
  ): Promise<void> {
    // A line code needs its columns sharp; rows may be fewer.
    const { upright, reversed } = lieOf(zone, slot);
    const area = onPage(zone.rect, slot, this.#layout.press);
    const picture = page.cut(area, STRIP_DPI, STRIP_DPI / 6, upright);
    if (reversed) picture.grey.reverse();
    const text = await readOne(picture);
    this.#second.symbols += 1;
    if (text === this.#value(card, zone.data)) this.#second.decoded += 1;
    else {
      this.#faults.push({
        serial: card.serial,
        side: zone.side,
        sheet,
        slot: slot.slot,
        what: zone.data,
        why: text === undefined ? `cannot be read by ${SECOND}` : `says something else to ${SECOND}`,
      });
    }
  }

  /** The whole face of a slot: the planned symbols are there, and nothing else that a scanner could take for one. */
  async #lookOver(
    page: PrintedPage,
    { plan, index, card, sheet }: { plan: SidePlan; index: number; card: Card | undefined; sheet: number },
  ): Promise<void> {
    const slot = plan.slots[index];
    if (slot === undefined) return;
    const texts = [...(await readEvery(page.cut(slot, FACE_DPI)))];
    for (const { data } of plan.zones) {
      const at = card === undefined ? -1 : texts.indexOf(this.#value(card, data));
      if (at >= 0) texts.splice(at, 1);
    }
    if (texts.length === 0) return;
    this.#faults.push({
      serial: card?.serial ?? null,
      side: plan.side,
      sheet,
      slot: slot.slot,
      what: 'face',
      why: `holds ${texts.length === 1 ? 'a symbol' : `${texts.length} symbols`} that the layout does not have`,
    });
  }

  /** Every slot of a side is made of the same parts as the first, and so is what surrounds them. */
  #compareShapes(
    known: Shapes,
    { slots, rest }: Census,
    { sheet, plan, cards }: { sheet: number; plan: SidePlan; cards: Seated },
  ): void {
    known.rest ??= rest;
    if (!isSameShape(rest, known.rest))
      this.#page(sheet, plan.side, 'what lies outside the cards is not as on the first sheet');
    for (const [index, shape] of slots.entries()) {
      const card = cards[index];
      const kind = card === undefined ? 'void' : 'card';
      const wanted = (known[kind] ??= shape);
      if (isSameShape(shape, wanted)) continue;
      this.#faults.push({
        serial: card?.serial ?? null,
        side: plan.side,
        sheet,
        slot: plan.slots[index]?.slot ?? null,
        what: 'face',
        why: 'is not made of the same parts as the first card’s',
      });
    }
  }

  #compareLines(
    volume: PrintedVolume,
    page: PrintedPage,
    { sheet, plan, cards }: { sheet: number; plan: SidePlanned; cards: Seated },
  ): void {
    const serials = cards.flatMap((card) => card?.serial ?? []);
    const slug = slugText({
      ...this.#facts,
      sheet,
      side: plan.side,
      serials: { first: Math.min(...serials), last: Math.max(...serials) },
      order: this.#layout.sheet.order,
    });
    const wanted = (order: 'as set' | 'from the top') =>
      plan.slots.map((_, index) => {
        const card = cards[index];
        return card === undefined ? '' : this.#linesOf(plan.face, card, order);
      });
    const rest = withoutSpaces(slug);
    const found = linesOf(volume, page, plan.slots);
    this.#lines += plan.face.lines.length > 0 ? serials.length : 0;
    if (found.whole !== rest + wanted('as set').join('')) {
      const parts = found.bySlot();
      if (parts.rest !== rest) this.#page(sheet, plan.side, 'the line that names the sheet is another’s');
      const lines = wanted('from the top');
      for (const [index, text] of parts.slots.entries()) {
        if (text === lines[index]) continue;
        this.#faults.push({
          serial: cards[index]?.serial ?? null,
          side: plan.side,
          sheet,
          slot: plan.slots[index]?.slot ?? null,
          what: 'lines',
          why: 'does not say what it should',
        });
      }
    }
    found.close();
  }

  /** A card's lines in an order: as they are set, or from the top down. */
  #linesOf({ lines }: Face, card: Card, order: 'as set' | 'from the top'): string {
    const sorted =
      order === 'as set' ? lines : [...lines].sort((a, b) => a.y - b.y || a.part.at[0] - b.part.at[0]);
    let text = '';
    for (const { content } of sorted)
      for (const segment of content)
        text += 'field' in segment ? this.#value(card, segment.field) : segment.text;
    return withoutSpaces(text);
  }

  #value(card: Card, field: 'token' | 'pin' | 'serial' | 'card_id' | 'run'): string {
    switch (field) {
      case 'token':
        return reveal(card.token);
      case 'pin':
        return card.pin === undefined ? '' : reveal(card.pin);
      case 'serial':
        return cardId('{serial}', card.serial, this.#facts.run);
      case 'card_id':
        return card.cardId;
      case 'run':
        return this.#facts.run;
    }
  }

  #note(cards: Seated): void {
    const kinds = new Set(this.#sides.flatMap(({ zones }) => zones.map(({ data }) => data)));
    for (const card of cards.filter((one) => one !== undefined)) {
      this.#cards += 1;
      this.#serials.first = Math.min(this.#serials.first, card.serial);
      this.#serials.last = Math.max(this.#serials.last, card.serial);
      for (const kind of kinds) this.#owners.set(`${kind} ${this.#value(card, kind)}`, card.serial);
    }
  }

  /** The platform's own pictures say what its answer says. */
  async #hear(cards: Seated, sheet: number): Promise<void> {
    for (const [index, card] of cards.entries()) {
      if (card === undefined) continue;
      for (const kind of this.#facts.pictures ?? []) {
        const url = card.pictures?.[kind];
        const testimony = url === undefined ? undefined : await testimonyOf(reveal(url));
        this.#witness.pictures += 1;
        if (testimony === undefined) this.#witness.empty += 1;
        else if (testimony.says === this.#value(card, kind)) this.#witness.agreed += 1;
        else {
          this.#faults.push({
            serial: card.serial,
            side: this.#sides.at(-1)?.side ?? 'front',
            sheet,
            slot: index + 1,
            what: `${kind} picture`,
            why: testimony.says === undefined ? testimony.why : 'says something else than its answer',
          });
        }
      }
    }
  }

  async #picture(
    page: PrintedPage,
    {
      zone,
      slot,
      card,
      verdict,
      isLast,
    }: { zone: Zone; slot: SidePlan['slots'][number]; card: Card; verdict: Verdict; isLast: boolean },
  ): Promise<void> {
    // A symbol with a fault is worse than any whose edges are off.
    const rank = verdict.why === undefined ? verdict.off : 1000 + verdict.off;
    // Differences of less than a tenth of a dot are the renderer's arithmetic.
    const isWorst = rank > this.#worstRank + 0.1;
    const isFirst = this.#first === undefined;
    if (!isFirst && !isWorst && !isLast) return;
    const { upright, reversed } = lieOf(zone, slot);
    const cut = page.cut(onPage(zone.rect, slot, this.#layout.press), PICTURE_DPI, PICTURE_DPI, upright);
    if (reversed) cut.grey.reverse();
    const module = (cut.width / zone.widthDots) * zone.dots;
    const quiet = 10 * module;
    // Where it is not what it should be, not even its ends are sure to be the same as every symbol's.
    const readable = verdict.why === undefined;
    const first = readable ? quiet : quiet - 11 * module;
    const last = cut.width - quiet + (readable ? 0 : 13 * module);
    const png = (await pngOf(masked(cut, { first, last, module }))).toString('base64');
    const picture = {
      serial: card.serial,
      side: zone.side,
      data: zone.data,
      off: Math.round(verdict.off * 1000) / 1000,
      png,
    };
    if (isFirst) this.#first = picture;
    if (isLast) this.#last = picture;
    if (isWorst) {
      this.#worst = picture;
      this.#worstRank = rank;
    }
  }

  #page(sheet: number, side: Side, why: string): void {
    this.#faults.push({ serial: null, side, sheet, slot: null, what: 'page', why });
  }
}

/** The cards of a sheet by slot. */
type Seated = readonly (Card | undefined)[];

interface Shapes {
  card?: Shape;
  void?: Shape;
  rest?: Shape;
}

/** Some sheets of a volume: its first and its last, and as many evenly between as make up the share. */
export function sampleOf(sheets: number, share: number): readonly number[] {
  const count = Math.min(sheets, Math.max(2, Math.ceil(sheets * share - 1e-9)));
  if (count === 1) return [1];
  return Array.from({ length: count }, (_, index) => 1 + Math.round((index * (sheets - 1)) / (count - 1)));
}
