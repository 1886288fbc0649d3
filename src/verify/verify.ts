// Reads a finished volume back as a stranger would, and compares every symbol and every line with the cards
// out of the vault.
import { createHash } from 'node:crypto';
import { Failure } from '../base/failure.ts';
import { reveal } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import { bySheet } from '../plan/seat.ts';
import { slotCount } from '../plan/sheet.ts';
import { withoutSteps } from '../render/steps-off.ts';
import type { Layout } from '../render/preflight.ts';
import { Findings } from './findings.ts';
import { sidePlans, squaresOf, zonesOf } from './places.ts';
import { PrintedVolume } from './printed.ts';
import type { VolumeReport } from './report.ts';
import { SECOND } from './second.ts';
import { type Seated, type SidePlanned, SideReader } from './side-reader.ts';
import { valueOf } from './value.ts';
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

class Reading {
  readonly #layout: Layout;
  readonly #facts: VolumeFacts;
  readonly #sides: readonly SidePlanned[];
  readonly #sampled: ReadonlySet<number>;
  readonly #findings: Findings;

  constructor(layout: Layout, facts: VolumeFacts) {
    this.#layout = layout;
    this.#facts = facts;
    const plans = sidePlans({ ...layout, zones: zonesOf(layout), squares: squaresOf(layout) });
    this.#sides = plans.flatMap((plan) => {
      const face = layout.faces.find(({ side }) => side === plan.side);
      return face === undefined ? [] : [{ ...plan, face }];
    });
    this.#sampled = new Set(sampleOf(facts.sheets, facts.second));
    this.#findings = new Findings({
      ...facts,
      slots: this.#sides[0]?.slots.length ?? 0,
      order: layout.sheet.order,
      engines: ENGINES,
      sampled: this.#sampled,
      heard: (facts.pictures?.length ?? 0) > 0,
    });
  }

  get #firstSide() {
    return this.#sides[0]?.side ?? 'front';
  }

  async read(bytes: Uint8Array, cards: AsyncIterable<Card>): Promise<number> {
    let volume: PrintedVolume;
    try {
      volume = await PrintedVolume.open(withoutSteps(bytes), 'the volume');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#findings.page(1, this.#firstSide, 'the file is no PDF that can be opened');
      return 0;
    }
    try {
      const sheets = this.#facts.sheets * this.#sides.length;
      if (volume.pages !== sheets) {
        this.#findings.page(1, this.#firstSide, `the file has ${volume.pages} pages, not ${sheets}`);
      }
      const readers = this.#sides.map(
        (plan) => new SideReader(volume, plan, this.#layout, this.#facts, this.#sampled, this.#findings),
      );
      let sheet = 0;
      const { order } = this.#layout.sheet;
      const seats = { order, slots: slotCount(this.#layout.sheet), sheets: this.#facts.sheets };
      for await (const group of bySheet(cards, seats)) {
        sheet += 1;
        this.#note(group);
        await this.#hear(group, sheet);
        for (const [index, reader] of readers.entries()) {
          await reader.read(sheet, (sheet - 1) * this.#sides.length + index + 1, group);
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
    const side = this.#firstSide;
    for (const why of faults)
      this.#findings.fault({ serial: null, side, sheet: 1, slot: null, what: 'file', why });
  }

  report(content: VolumeReport['content']): VolumeReport {
    return this.#findings.report(content);
  }

  #note(cards: Seated): void {
    const kinds = [...new Set(this.#sides.flatMap(({ zones }) => zones.map(({ data }) => data)))];
    for (const card of cards)
      if (card !== undefined)
        this.#findings.card(
          card,
          kinds.map((kind) => [kind, valueOf(card, kind, this.#facts.run)]),
        );
  }

  /** The platform's own pictures say what its answer says. */
  async #hear(cards: Seated, sheet: number): Promise<void> {
    const { witness } = this.#findings;
    for (const [index, card] of cards.entries()) {
      if (card === undefined) continue;
      for (const kind of this.#facts.pictures ?? []) {
        const url = card.pictures?.[kind];
        const testimony = url === undefined ? undefined : await testimonyOf(reveal(url));
        witness.pictures += 1;
        if (testimony === undefined) witness.empty += 1;
        else if (testimony.says === valueOf(card, kind, this.#facts.run)) witness.agreed += 1;
        else {
          this.#findings.fault({
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
}

/** Some sheets of a volume: its first and its last, and as many evenly between as make up the share. */
function sampleOf(sheets: number, share: number): readonly number[] {
  const count = Math.min(sheets, Math.max(2, Math.ceil(sheets * share - 1e-9)));
  if (count === 1) return [1];
  return Array.from({ length: count }, (_, index) => 1 + Math.round((index * (sheets - 1)) / (count - 1)));
}
