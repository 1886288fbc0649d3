// Reads the pages of one side of a volume and compares them with the cards that were to be printed there: symbols, lines of
// type, and that nothing else is there.
import type { Card } from '../issue/card.ts';
import { type Field, fieldsIn } from '../plan/template.ts';
import type { Face } from '../render/face.ts';
import { slugText } from '../render/imposition.ts';
import type { Layout } from '../render/preflight.ts';
import { piecesOf } from '../render/text.ts';
import { STRIP_DPI, linesAcross, pictureOf, scaleOf } from './bands.ts';
import { type Census, type Shape, censusTaker, isSameShape } from './census.ts';
import type { Findings } from './findings.ts';
import { type Verdict, judgeSymbol } from './judge.ts';
import { type LinePlace, isInPlace, linesOf, withoutSpaces } from './lines.ts';
import { maskedPicture } from './masked-picture.ts';
import { outlooksOn } from './outlook.ts';
import type { SidePlan, Zone } from './places.ts';
import { INK, PAPER, type PrintedPage, type PrintedVolume } from './printed.ts';
import type { Fault } from './report.ts';
import { SECOND, readEvery, readOne } from './second.ts';
import { codeFaultOf } from './sheet-code.ts';
import { squareText } from './square.ts';
import { valueOf } from './value.ts';

export interface SidePlanned extends SidePlan {
  readonly face: Face;
}

/** The cards of a sheet by slot. */
export type Seated = readonly (Card | undefined)[];

export interface SideFacts {
  readonly run: string;
  readonly test: boolean;
  readonly volume: number;
  readonly volumes: number;
  readonly sheets: number;
}

/** A card on a sheet. */
interface Placed {
  readonly card: Card;
  readonly slot: SidePlan['slots'][number];
  readonly sheet: number;
}

/** One of its symbols. */
interface PlacedSymbol extends Placed {
  readonly zone: Zone;
}

interface Shapes {
  card?: Shape;
  void?: Shape;
  rest?: Shape;
}

export class SideReader {
  readonly #volume: PrintedVolume;
  readonly #plan: SidePlanned;
  readonly #layout: Layout;
  readonly #facts: SideFacts;
  readonly #sampled: ReadonlySet<number>;
  readonly #findings: Findings;
  readonly #census: (page: PrintedPage) => Census;
  readonly #hasArtwork: boolean;
  readonly #shapes: Shapes = {};

  /** @param sampled sheets that the second engine reads too */
  constructor(
    volume: PrintedVolume,
    plan: SidePlanned,
    layout: Layout,
    facts: SideFacts,
    sampled: ReadonlySet<number>,
    findings: Findings,
  ) {
    this.#volume = volume;
    this.#plan = plan;
    this.#layout = layout;
    this.#facts = facts;
    this.#sampled = sampled;
    this.#findings = findings;
    this.#census = censusTaker(volume, plan, layout.press);
    this.#hasArtwork = plan.zones.some(({ onArtwork }) => onArtwork);
  }

  /** @param number of the page in the file, from 1 */
  async read(sheet: number, number: number, cards: Seated): Promise<void> {
    const { side, slots, zones } = this.#plan;
    const page = this.#volume.page(number);
    if (page === undefined) {
      this.#findings.symbols += cards.filter((card) => card !== undefined).length * zones.length;
      this.#findings.page(sheet, side, `page ${number} is missing`);
      return;
    }
    try {
      const sampled = this.#sampled.has(sheet);
      this.#compareShapes(this.#census(page), sheet, cards);
      // Artwork below bars is dear to render. Left out, ink takes its place: it must be covered as well.
      const hidden = this.#hasArtwork && !sampled;
      if (hidden) page.hideImages();
      const isLastSheet = sheet === this.#facts.sheets;
      const last = cards.findLastIndex((card) => card !== undefined);
      for (const [index, slot] of slots.entries()) {
        const card = cards[index];
        if (card === undefined) continue;
        await this.#readSquares(page, { card, slot, sheet }, sampled);
        for (const zone of zones) {
          const symbol = { card, slot, sheet, zone };
          const verdict = this.#readSymbol(page, symbol, hidden && zone.onArtwork ? INK : PAPER);
          if (sampled) await this.#secondOpinion(page, symbol);
          await this.#findings.picture(verdict, isLastSheet && index === last, () =>
            maskedPicture(page, { zone, slot, serial: card.serial, verdict, press: this.#layout.press }),
          );
        }
      }
      if (sheet === 1) {
        this.#findings.outlooks.push(...outlooksOn(page, this.#plan, this.#layout.press));
        await this.#lookOver(page, sheet, 0, cards[0]);
      }
      const empty = slots.findIndex((_, index) => cards[index] === undefined);
      if (isLastSheet && empty >= 0) await this.#lookOver(page, sheet, empty, undefined);
      const code = codeFaultOf(page, this.#layout, { ...this.#facts, sheet, side });
      if (code !== undefined) this.#findings.page(sheet, side, code);
      this.#compareLines(page, sheet, cards);
    } finally {
      page.close();
    }
  }

  #readSymbol(page: PrintedPage, symbol: PlacedSymbol, below: typeof INK | typeof PAPER): Verdict {
    const { zone, slot, card } = symbol;
    const { press } = this.#layout;
    const verdict = judgeSymbol(linesAcross(page, zone, slot, press, below), {
      scale: scaleOf(press),
      dots: zone.dots,
      less: zone.less,
      firstBar: zone.firstBar,
    });
    this.#findings.symbol(this.#at(symbol, zone.data), verdict, this.#value(card, zone.data));
    return verdict;
  }

  /** Square codes: those of a card's own each, those of every card where the second engine looks as well. */
  async #readSquares(page: PrintedPage, placed: Placed, sampled: boolean): Promise<void> {
    for (const { rect, text } of this.#plan.squares) {
      const fields = fieldsIn(text);
      if (fields.length === 0 && !sampled) continue;
      const wanted = fields.reduce(
        (whole, field) => whole.replaceAll(`{${field}}`, () => this.#value(placed.card, field)),
        text,
      );
      const found = await squareText(page, rect, placed.slot, this.#layout.press);
      this.#findings.symbols += 1;
      if (found === wanted) {
        this.#findings.decoded += 1;
        continue;
      }
      const why = found === undefined ? 'cannot be read' : 'says something else than it should';
      this.#findings.fault({ ...this.#at(placed, 'qr'), why });
    }
  }

  async #secondOpinion(page: PrintedPage, symbol: PlacedSymbol): Promise<void> {
    const { zone, slot, card } = symbol;
    // A line code needs its columns sharp; rows may be fewer.
    const picture = pictureOf(page, zone, slot, this.#layout.press, STRIP_DPI, STRIP_DPI / 6);
    const text = await readOne(picture);
    this.#findings.second.symbols += 1;
    if (text === this.#value(card, zone.data)) {
      this.#findings.second.decoded += 1;
      return;
    }
    const why = text === undefined ? `cannot be read by ${SECOND}` : `says something else to ${SECOND}`;
    this.#findings.fault({ ...this.#at(symbol, zone.data), why });
  }

  /** The whole face of a slot: the planned symbols are there, and nothing else that a scanner could take for one. */
  async #lookOver(page: PrintedPage, sheet: number, index: number, card: Card | undefined): Promise<void> {
    const { side, slots, zones } = this.#plan;
    const slot = slots[index];
    if (slot === undefined) return;
    const texts = [...(await readEvery(page.cut(slot, FACE_DPI)))];
    for (const { data } of zones) {
      const at = card === undefined ? -1 : texts.indexOf(this.#value(card, data));
      if (at >= 0) texts.splice(at, 1);
    }
    if (texts.length === 0) return;
    const what = texts.length === 1 ? 'a symbol' : `${texts.length} symbols`;
    this.#findings.fault({
      serial: card?.serial ?? null,
      side,
      sheet,
      slot: slot.slot,
      what: 'face',
      why: `holds ${what} that the layout does not have`,
    });
  }

  /** Every slot of a side is made of the same parts as the first, and so is what surrounds them. */
  #compareShapes({ slots, rest }: Census, sheet: number, cards: Seated): void {
    const { side } = this.#plan;
    const known = this.#shapes;
    known.rest ??= rest;
    if (!isSameShape(rest, known.rest))
      this.#findings.page(sheet, side, 'what lies outside the cards is not as on the first sheet');
    for (const [index, shape] of slots.entries()) {
      const wanted = (known[cards[index] === undefined ? 'void' : 'card'] ??= shape);
      if (isSameShape(shape, wanted)) continue;
      const why = 'is not made of the same parts as the first card’s';
      this.#findings.fault({ ...this.#inSlot(index, sheet, cards), what: 'face', why });
    }
  }

  #compareLines(page: PrintedPage, sheet: number, cards: Seated): void {
    const { side, slots, face } = this.#plan;
    const serials = cards.flatMap((card) => card?.serial ?? []);
    const slug = slugText({
      ...this.#facts,
      sheet,
      side,
      serials: { first: Math.min(...serials), last: Math.max(...serials) },
      order: this.#layout.sheet.order,
    });
    const wanted = slots.map((_, index) => {
      const card = cards[index];
      return card === undefined ? '' : this.#linesOf(card);
    });
    const rest = withoutSpaces(slug);
    const found = linesOf(this.#volume, page, slots, this.#layout.press);
    this.#findings.lines += face.lines.length > 0 ? serials.length : 0;
    const wrong = new Set<number>();
    if (found.whole !== rest + wanted.join('')) {
      const said = found.bySlot();
      if (said.rest !== rest) this.#findings.page(sheet, side, 'the line that names the sheet is another’s');
      for (const [index, text] of said.slots.entries()) {
        if (text === wanted[index]) continue;
        wrong.add(index);
        const why = 'does not say what it should';
        this.#findings.fault({ ...this.#inSlot(index, sheet, cards), what: 'lines', why });
      }
    }
    for (const index of slots.keys()) {
      const places = found.places.filter(({ slot }) => slot === index);
      if (wrong.has(index) || this.#standsRight(cards[index], places)) continue;
      const why = 'does not stand where it should, or not in its size';
      this.#findings.fault({ ...this.#inSlot(index, sheet, cards), what: 'lines', why });
    }
    found.close();
  }

  #standsRight(card: Card | undefined, places: readonly LinePlace[]): boolean {
    const lines = card === undefined ? [] : this.#plan.face.lines;
    return (
      lines.length === places.length &&
      lines.every((line, index) => {
        const place = places[index];
        const pieces = piecesOf(line, (field) => (card === undefined ? '' : this.#value(card, field)));
        return place !== undefined && isInPlace(line, pieces, place);
      })
    );
  }

  /** A card's lines, as they are set. */
  #linesOf(card: Card): string {
    let text = '';
    for (const { content, font } of this.#plan.face.lines)
      for (const segment of content)
        text += font.found('field' in segment ? this.#value(card, segment.field) : segment.text);
    return withoutSpaces(text);
  }

  #value(card: Card, field: Field): string {
    return valueOf(card, field, this.#facts.run);
  }

  #at<W extends Fault['what']>({ card, slot, sheet }: Placed, what: W) {
    return { serial: card.serial, side: this.#plan.side, sheet, slot: slot.slot, what };
  }

  #inSlot(index: number, sheet: number, cards: Seated) {
    const { side, slots } = this.#plan;
    return { serial: cards[index]?.serial ?? null, side, sheet, slot: slots[index]?.slot ?? null };
  }
}

const FACE_DPI = 200;
