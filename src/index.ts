// What another program may use: cards that it has, onto a template and a sheet, as PDF for press, and the reading
// back of it. Asking a platform, sealing and handing over are the command line's. docs/api.md is its page.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { nodeDisk } from './base/disk.ts';
import { badInput } from './base/failure.ts';
import type { Card } from './issue/card.ts';
import type { CodeFormat } from './plan/format.ts';
import { readTemplateDesign } from './plan/inputs.ts';
import { sheetsFor } from './plan/seat.ts';
import { slotCount } from './plan/sheet.ts';
import { prepare } from './render/preflight.ts';
import { renderVolume } from './render/volume.ts';
import type { VolumeReport } from './verify/report.ts';

export { Failure, type Complaint, type FailureKind, type Place } from './base/failure.ts';
export { Secret, secret } from './base/secret.ts';
export type { Card, CodeFormat, VolumeReport };

/** A code's form: `numbers` alone unless said otherwise. At most 48 characters with its prefix. */
export type CodeShape = Pick<CodeFormat, 'length'> &
  Partial<Pick<CodeFormat, 'prefix' | 'numbers' | 'characters' | 'symbols'>>;

export interface LayoutOptions {
  /** The name of a built-in template, or the path of a folder with a template.yaml, or of the file itself. */
  readonly template: string;
  /** The name of a built-in sheet, or a path. */
  readonly sheet: string;
  readonly token: CodeShape;
  /** Left out where the template prints none. */
  readonly pin?: CodeShape;
  /** As long as the longest card id that will come. */
  readonly sampleCardId: string;
  /** What the line beside the cards calls all this; as long as a run's name can be. */
  readonly run: string;
  /** Dots per inch of the press: every bar stands on whole ones. Default 600. */
  readonly dpi?: number;
}

export interface VolumeOptions {
  /** In the order in which they are printed. */
  readonly cards: AsyncIterable<Card> | Iterable<Card>;
  /** How many there are. */
  readonly count: number;
  /** This file's number among all, from 1; default: the only one. */
  readonly volume?: number;
  readonly volumes?: number;
  /** Every sheet says TEST. Default: false. */
  readonly test?: boolean;
  /** When it says it was made; the same cards and the same time give the same bytes. */
  readonly created: Date;
}

export interface ReadBackOptions extends Omit<VolumeOptions, 'created'> {
  /** Share of the sheets that a second decoder reads too. Default 0.02: the first, the last and some between. */
  readonly second?: number;
}

/** A template on a sheet, checked, ready to print any number of cards. */
export interface Layout {
  readonly cardsPerSheet: number;
  /** What will print, but could be better. */
  readonly advice: readonly string[];
  /**
   * A PDF/X-4 file, piece by piece as it is made; whole when the iteration ends. A piece is made when it is asked
   * for, so memory does not grow with the number of cards.
   * @throws Failure where a card does not fit the layout, or the cards are not as many as was said
   */
  readonly render: (volume: VolumeOptions) => AsyncIterable<Uint8Array>;
  /**
   * Reads a finished file as a stranger would, and compares it with the cards: every symbol, every edge, every
   * line. What it finds wrong is in the report's `faults`, and is not thrown.
   */
  readonly readBack: (pdf: Uint8Array, volume: ReadBackOptions) => Promise<VolumeReport>;
}

const BUILT_IN = fileURLToPath(new URL('../templates', import.meta.url));

/**
 * Reads a template and a sheet, and checks all that can be known before there is a card.
 * @throws Failure of kind `input` with every complaint
 */
export async function openLayout(options: LayoutOptions): Promise<Layout> {
  const { template, sheet, token, pin, sampleCardId, run, dpi = 600 } = options;
  const design = await readTemplateDesign({ disk: nodeDisk, builtIn: BUILT_IN }, template, sheet);
  const layout = await prepare({
    ...design,
    token: formatOf(token, 'token'),
    pin: pin === undefined ? null : formatOf(pin, 'pin'),
    cards: [{ serial: longestSerial(sampleCardId), cardId: sampleCardId }],
    run,
    press: { dpi },
  });
  const cardsPerSheet = slotCount(layout.sheet);
  const factsOf = ({ count, volume = 1, volumes = 1, test = false }: Omit<VolumeOptions, 'created'>) => ({
    run,
    test,
    volume,
    volumes,
    sheets: sheetsFor(layout.sheet.order, count, cardsPerSheet),
  });
  return {
    cardsPerSheet,
    advice: layout.advice.map(({ message }) => message),
    render(volume) {
      const facts = factsOf(volume);
      const { created } = volume;
      const about = `${run}\n${created.toISOString()}\n${facts.volume}`;
      return renderVolume(layout, {
        ...facts,
        title: `${run}, volume ${facts.volume} of ${facts.volumes}`,
        created,
        id: createHash('sha256').update(about).digest().subarray(0, 16),
        cards: streamed(volume.cards),
      });
    },
    async readBack(pdf, volume) {
      // Two decoders and a renderer: a program that writes alone does not pay for them.
      const { verifyVolume } = await import('./verify/verify.ts');
      const facts = { ...factsOf(volume), attempt: 1, second: volume.second ?? 0.02 };
      return verifyVolume(layout, pdf, streamed(volume.cards), facts);
    },
  };
}

/** The longest code that a symbol is made for, as the platform has it. */
const MOST_CHARACTERS = 48;

function formatOf(shape: CodeShape, name: string): CodeFormat {
  const { length, prefix = '', numbers = true, characters = false, symbols = false } = shape;
  if (!Number.isInteger(length) || length < 1 || prefix.length + length > MOST_CHARACTERS) {
    throw badInput(
      `${name} is ${length} characters after a prefix of ${prefix.length}: it must be 1 to ${MOST_CHARACTERS} in all`,
    );
  }
  if (!numbers && !characters && !symbols) throw badInput(`${name} has no kind of character to be made of`);
  return { length, prefix, numbers, characters, symbols, barcode: false };
}

/** A serial of as many digits as the longest that the id may hold. */
function longestSerial(cardId: string): number {
  const digits = (cardId.match(/\d+/g) ?? []).map(({ length }) => length);
  return 10 ** Math.min(Math.max(1, ...digits), 15) - 1;
}

async function* streamed<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
