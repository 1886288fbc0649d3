// A sheet of specimens: the preflight's findings, and the press's own PDF with the word SPECIMEN across each face.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { secret } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import { specimenCards } from '../issue/specimen.ts';
import { type CodeFormat, hardestTexts } from '../plan/format.ts';
import { cardId } from '../plan/ids.ts';
import { slotCount } from '../plan/sheet.ts';
import type { Checked } from '../plan/yaml.ts';
import { modulesNeeded } from '../render/barcode.ts';
import type { Finding } from '../render/finding.ts';
import type { Samples } from '../render/longest.ts';
import { type Layout, inspect } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';
import { type SampleRecord, cardOf, subjectOf } from './record.ts';
import { type Subject, layoutInputsOf } from './subject.ts';

/** What stands on the cards: digits in a row, the longest that may come, or a record of the operator's. */
export type Shown = 'specimen' | 'worst' | Checked<SampleRecord>;

export interface Specimen {
  readonly findings: readonly Finding[];
  /** Undefined where a rule stands against it. */
  readonly layout: Layout | undefined;
  /** To be looked at, whatever stands against it. */
  readonly draft: Layout | undefined;
  /** As many as the sheet has slots. */
  readonly cards: readonly Card[];
  readonly run: string;
  readonly subject: Subject;
  /** What the layout was made for. */
  readonly samples: Samples;
}

/** The same template gives the same bytes. */
const CREATED = new Date(0);

export async function openSpecimen(asked: Subject, shown: Shown): Promise<Specimen> {
  const subject = typeof shown === 'string' ? asked : subjectOf(asked, shown);
  const cards = cardsOf(subject, shown);
  const inputs = layoutInputsOf(subject, cards);
  return { ...(await inspect(inputs)), cards, run: subject.run, subject, samples: inputs };
}

/** The specimens' sheet, front and back, as the press would get it. */
export function specimenPdf(
  layout: Layout,
  { cards, run }: Pick<Specimen, 'cards' | 'run'>,
): Promise<Buffer> {
  return buffer(
    renderVolume(layout, {
      run,
      title: `${layout.template.name}, specimen`,
      test: true,
      volume: 1,
      volumes: 1,
      sheets: 1,
      created: CREATED,
      id: createHash('sha256').update(layout.template.name).digest().subarray(0, 16),
      cards: Readable.from(cards),
      overlay: 'SPECIMEN',
    }),
  );
}

function cardsOf(subject: Subject, shown: Shown): readonly Card[] {
  const { design, token, pin, idPattern, run } = subject;
  const count = slotCount(design.sheet.value);
  if (shown === 'specimen') return specimenCards(count, { token, pin, idPattern, run });
  if (shown === 'worst') {
    const [hardToken, hardPin] = [hardest(token), pin && hardest(pin)];
    const first = 10 ** digitsOf(idPattern) - count;
    return Array.from({ length: count }, (_, index) => ({
      serial: first + index,
      cardId: cardId(idPattern, first + index, run),
      token: secret(hardToken),
      ...(hardPin !== null && { pin: secret(hardPin) }),
    }));
  }
  const card = cardOf(shown.value, cardId(idPattern, shown.value.serial, run));
  return Array.from({ length: count }, () => card);
}

/** The text that takes the widest symbol. */
function hardest(format: CodeFormat): string {
  return hardestTexts(format).reduce((a, b) => (modulesNeeded([b]) > modulesNeeded([a]) ? b : a));
}

/** Digits that an id's serial is written in. */
function digitsOf(idPattern: string): number {
  return Number(/\{serial:(\d{1,2})\}/.exec(idPattern)?.[1] ?? 6);
}
