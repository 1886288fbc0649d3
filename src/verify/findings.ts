// What reading a volume finds, as it is gathered: counts, faults, pictures; and the report of it.
import type { Card } from '../issue/card.ts';
import type { Side } from '../plan/template.ts';
import type { SymbolPlace } from '../render/symbol.ts';
import type { Verdict } from './judge.ts';
import type { Outlook } from './outlook.ts';
import type { Fault, MaskedPicture, VolumeReport } from './report.ts';

/** What a report says of the volume that is known before it is read. */
export interface About extends Pick<
  VolumeReport,
  'volume' | 'attempt' | 'sheets' | 'slots' | 'order' | 'engines'
> {
  /** Sheets that the second engine reads too. */
  readonly sampled: ReadonlySet<number>;
  /** Whether the platform's own pictures are looked at. */
  readonly heard: boolean;
}

/** A symbol that says something else than it should: whose it is shows once all cards are known. */
interface Stranger {
  readonly fault: Omit<Fault, 'why'>;
  readonly text: string;
}

export class Findings {
  readonly outlooks: Outlook[] = [];
  readonly witness = { pictures: 0, agreed: 0, empty: 0 };
  readonly second = { symbols: 0, decoded: 0 };
  symbols = 0;
  decoded = 0;
  lines = 0;
  readonly #about: About;
  readonly #faults: Fault[] = [];
  readonly #strangers: Stranger[] = [];
  /** Serials by what a symbol of theirs says. */
  readonly #owners = new Map<string, number>();
  readonly #serials = { first: Infinity, last: -Infinity };
  #cards = 0;
  #off = 0;
  #first: MaskedPicture | undefined;
  #last: MaskedPicture | undefined;
  #worst: MaskedPicture | undefined;
  #worstRank = -1;

  constructor(about: About) {
    this.#about = about;
  }

  /** A card that is to be there, and what its symbols are to say. */
  card({ serial }: Card, values: readonly (readonly [kind: SymbolPlace['data'], text: string])[]): void {
    this.#cards += 1;
    this.#serials.first = Math.min(this.#serials.first, serial);
    this.#serials.last = Math.max(this.#serials.last, serial);
    for (const [kind, text] of values) this.#owners.set(`${kind} ${text}`, serial);
  }

  /** A symbol as it was judged, and what it was to say. */
  symbol(place: Omit<Fault, 'why'>, verdict: Verdict, wanted: string): void {
    this.symbols += 1;
    this.#off = Math.max(this.#off, verdict.off);
    const isOwn = verdict.text === wanted;
    if (verdict.text !== undefined && !isOwn) this.#strangers.push({ fault: place, text: verdict.text });
    if (verdict.why !== undefined) this.fault({ ...place, why: verdict.why });
    if (isOwn && verdict.why === undefined) this.decoded += 1;
  }

  fault(fault: Fault): void {
    this.#faults.push(fault);
  }

  page(sheet: number, side: Side, why: string): void {
    this.fault({ serial: null, side, sheet, slot: null, what: 'page', why });
  }

  /**
   * Keeps the picture of the first symbol, of the last, and of the worst.
   * @param draw makes it, where it is one of them
   */
  async picture(verdict: Verdict, isLast: boolean, draw: () => Promise<MaskedPicture>): Promise<void> {
    // A symbol with a fault is worse than any whose edges are off.
    const rank = verdict.why === undefined ? verdict.off : 1000 + verdict.off;
    // Differences of less than a tenth of a dot are the renderer's arithmetic.
    const isWorst = rank > this.#worstRank + 0.1;
    const isFirst = this.#first === undefined;
    if (!isFirst && !isWorst && !isLast) return;
    const picture = await draw();
    if (isFirst) this.#first = picture;
    if (isLast) this.#last = picture;
    if (isWorst) {
      this.#worst = picture;
      this.#worstRank = rank;
    }
  }

  report(content: VolumeReport['content']): VolumeReport {
    for (const { fault, text } of this.#strangers) {
      const owner = this.#owners.get(`${fault.what} ${text}`);
      const whose = owner === undefined ? 'no card of this volume has' : `serial ${owner} has`;
      this.#faults.push({ ...fault, why: `says what ${whose}` });
    }
    const { volume, attempt, sheets, sampled, slots, order, engines } = this.#about;
    const faults = [...this.#faults].sort((a, b) => a.sheet - b.sheet || (a.slot ?? 0) - (b.slot ?? 0));
    return {
      format: 'cardpress-report/1',
      volume,
      attempt,
      passed: faults.length === 0,
      content,
      symbols: this.symbols,
      decoded: this.decoded,
      engines,
      second: { sheets: [...sampled], ...this.second },
      lines: this.lines,
      ...(this.#about.heard && { witness: this.witness }),
      off: Math.round(this.#off * 1000) / 1000,
      serials: this.#serials,
      slots,
      order,
      sheets,
      cards: this.#cards,
      prediction: this.outlooks,
      pictures: {
        ...(this.#first && { first: this.#first }),
        ...(this.#last && { last: this.#last }),
        ...(this.#worst && { worst: this.#worst }),
      },
      x4: faults.filter(({ what }) => what === 'file').map(({ why }) => why),
      faults,
    };
  }
}
