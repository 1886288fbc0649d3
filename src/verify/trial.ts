// A trial: sheets of specimens, printed and read back by the reader of the run itself. A design that it cannot read
// would stop a run for good, with its cards made and the design frozen: it is said before a card exists.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Complaint, Failure, type Place } from '../base/failure.ts';
import type { Card } from '../issue/card.ts';
import { type Part, type Template, fieldsIn, partsOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Layout } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';
import type { Outlook } from './outlook.ts';
import type { Fault, VolumeReport } from './report.ts';
import { verifyVolume } from './verify.ts';

export interface Trial {
  readonly run: string;
  readonly test: boolean;
  readonly volumes: number;
  readonly sheets: number;
  /** As many as leave slots of the last sheet empty, where the run does. */
  readonly cards: readonly Card[];
}

/**
 * Prints the sheets of a trial and reads them back; returns what is predicted of the symbols. Nothing is written.
 * @throws Failure of kind `input` with everything that a run's reading would find
 */
export async function tryOut(
  layout: Layout,
  template: Checked<Template>,
  trial: Trial,
): Promise<readonly Outlook[]> {
  const { passed, faults, prediction } = await readTrial(layout, trial).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.kind !== 'doubt') throw error;
    throw new Failure('input', [
      { message: `a specimen sheet cannot be printed: ${error.message}`, place: template.at(), hint: HINT },
    ]);
  });
  if (!passed) throw new Failure('input', complaintsOf(faults, template));
  return prediction;
}

const HINT = 'a run of it would stop after its cards are made';

async function readTrial(layout: Layout, { cards, ...trial }: Trial): Promise<VolumeReport> {
  const volume = trial.volumes;
  const pdf = renderVolume(layout, {
    ...trial,
    volume,
    title: trial.run,
    created: new Date(0),
    id: new Uint8Array(16),
    cards: Readable.from(cards),
  });
  return verifyVolume(layout, await buffer(pdf), Readable.from(cards), {
    ...trial,
    volume,
    attempt: 1,
    second: 1,
  });
}

/** Each kind of fault once, where it is met first. */
function complaintsOf(faults: readonly Fault[], template: Checked<Template>): readonly Complaint[] {
  const first = new Map<string, Fault>();
  for (const fault of faults) {
    const kind = `${fault.side} ${fault.what} ${fault.why}`;
    if (!first.has(kind)) first.set(kind, fault);
  }
  return [...first.values()].map((fault) => {
    const { side, sheet, slot, what, why } = fault;
    const where = `${side} of sheet ${sheet}${slot === null ? '' : `, slot ${slot}`}`;
    const found = isOfSheet(fault) ? why : `${what.replace('_', ' ')} ${why}`;
    return {
      message: `specimen sheets cannot be read back: ${where}: ${found}`,
      place: placeOf(fault, template),
      hint: HINT,
    };
  });
}

/** The part that a fault is about, as far as that can be told. */
function placeOf(fault: Fault, template: Checked<Template>): Place {
  const { side, what } = fault;
  const index = partsOf(template.value, side).findIndex((part) => isOf(part, what));
  if (index >= 0) return template.at(side, index);
  return isOfSheet(fault) ? template.at() : template.at(side);
}

const isOfSheet = ({ what }: Fault) => what === 'page' || what === 'file';

function isOf(part: Part, what: Fault['what']): boolean {
  switch (part.part) {
    case 'barcode':
      return part.data === what;
    case 'qr':
      return what === 'qr';
    case 'text':
      return what === 'lines' && fieldsIn(part.text).length > 0;
    default:
      return false;
  }
}
