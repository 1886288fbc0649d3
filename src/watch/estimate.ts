// How much room a run will take on the disk, measured on specimen sheets of its own design.
import { Readable } from 'node:stream';
import { specimenCards } from '../issue/specimen.ts';
import type { Design } from '../plan/inputs.ts';
import { type Job, oversOf, pinOf } from '../plan/job.ts';
import { slotCount } from '../plan/sheet.ts';
import type { Layout } from '../render/preflight.ts';
import { renderVolume } from '../render/volume.ts';

/** Bytes a card beside the print files: the sealed answer, the records, the rows of the manifest. */
const BESIDE = 4096;

/** Bytes of what every handoff has besides: ticket, proof, schema, reports. */
const FIXED = 1_000_000;

/** A print file lies in the run folder twice: sealed to us, and sealed to the manufacturer. */
const COPIES = 2;

/** Bytes of a whole run, once it is packed. */
export async function estimateBytes(job: Job, design: Design, layout: Layout): Promise<number> {
  const slots = slotCount(design.sheet.value);
  const overs = oversOf(job);
  const sheets = Math.ceil(job.cards.count / slots) + Math.ceil(overs / slots);
  const volumes = Math.ceil(sheets / job.volume.sheets) + (overs > 0 ? 1 : 0);
  const [one, two] = [await volumeBytes(1), await volumeBytes(2)];
  const print = volumes * (2 * one - two) + sheets * (two - one);
  const inputs = design.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return COPIES * print + inputs + FIXED + BESIDE * (job.cards.count + overs);

  async function volumeBytes(count: number): Promise<number> {
    const { token } = job.cards;
    const formats = { token, pin: pinOf(job), idPattern: job.cards.id, run: job.name };
    const pdf = renderVolume(layout, {
      run: job.name,
      title: job.name,
      test: true,
      volume: 1,
      volumes: 1,
      sheets: count,
      created: new Date(0),
      id: new Uint8Array(16),
      cards: Readable.from(specimenCards(count * slots, formats)),
    });
    let bytes = 0;
    for await (const piece of pdf) bytes += piece.length;
    return bytes;
  }
}
