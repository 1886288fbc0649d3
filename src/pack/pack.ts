// The handoff: what the manufacturer gets. What shows a card is sealed; what one needs to receive it (README,
// ticket as data, manifest, checksums) is not. `.done` last, so that a folder without it is known to be unfinished.
import { createHash } from 'node:crypto';
import { type RunFolder, names } from '../base/run-folder.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { unsealStream } from '../base/vault.ts';
import type { RunKeys } from '../issue/issue.ts';
import { type GoodCards, vaultedCards, within } from '../issue/vaulted.ts';
import type { Contacts } from '../plan/handoff.ts';
import { type Plan, type Volume, cardCount, idOf, isTestRun, packOf, volumesOf } from '../plan/plan.ts';
import { artPositions, renderArt } from '../render/art.ts';
import { renderDocument } from '../render/document.ts';
import type { SlotPlace } from '../render/imposition.ts';
import type { Zone } from '../verify/places.ts';
import { reportJson, reportPage } from '../verify/report-page.ts';
import type { VolumeReport } from '../verify/report.ts';
import type { Layout } from '../render/preflight.ts';
import { commitmentOf, saltOf } from './commitment.ts';
import { dataFilesOf, dataRecords, withVolumes } from './data-file.ts';
import {
  CSV_HEADER,
  type PackedStep,
  type PackedVolume,
  csvField,
  csvRow,
  manifestJson,
  spanOf,
} from './manifest.ts';
import { type Content, type PlacedFile, place, placeAnew, placeSealed } from './place.ts';
import { fileId, proofFiles, specimensOf } from './proof.ts';
import { readmeText } from './readme.ts';
import type { Sealer } from './recipients.ts';
import type { Signer } from './signer.ts';
import { stepFile, stepFiles } from './steps.ts';
import { boxesOf, ticketOf } from './ticket.ts';
import { labelPages, ticketPage } from './ticket-page.ts';

export interface PackTools {
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly keys: RunKeys;
  readonly log: Log;
}

export interface PackFacts {
  readonly good: readonly GoodCards[];
  /** Cards that were made and voided. */
  readonly voided: number;
  readonly slots: readonly SlotPlace[];
  /** The rendered attempt of each volume that goes out. */
  readonly attempts: ReadonlyMap<number, number>;
  /** What was read back of that attempt. */
  readonly reports: ReadonlyMap<number, VolumeReport>;
  /** Where symbols stand on a card. */
  readonly zones: readonly Zone[];
  /** What the preflight let pass and would have better. */
  readonly advice: readonly string[];
  /** Columns of the sheet. */
  readonly columns: number;
  readonly layout: Layout;
  readonly sealer: Sealer;
  readonly signer: Signer | undefined;
  readonly contacts: Contacts;
  readonly now: Date;
}

export async function pack(facts: PackFacts, tools: PackTools): Promise<void> {
  const { plan, folder, log } = tools;
  const { layout, sealer, signer, contacts } = facts;
  const good = facts.good.flatMap((part) => part.good);
  const files: PlacedFile[] = [];
  const put = async (work: Promise<PlacedFile>) => {
    const placed = await work;
    files.push(placed);
    return placed;
  };
  const sealed = (file: string, content: () => Content) => put(placeSealed(file, content, sealer, folder));
  const made = (file: string, bytes: Uint8Array) =>
    put(
      sealer.extension === ''
        ? placeAnew(file, [bytes], folder)
        : placeSealed(file, () => [bytes], sealer, folder),
    );
  const plain = (file: string, text: string) => put(placeAnew(file, [Buffer.from(text)], folder));
  const about = (title: string) => ({
    title: `${plan.run}, ${title}`,
    created: new Date(plan.created),
    id: fileId(plan, title),
  });

  const stepPdfs = await stepFiles(plan, layout);
  const volumes: PackedVolume[] = [];
  for (const volume of volumesOf(plan)) {
    const packed = await packVolume(volume, facts, tools);
    volumes.push(packed);
    files.push(packed);
  }
  const steps: PackedStep[] = [];
  if (stepPdfs.length > 0) await folder.makeExtra('handoff/steps');
  for (const { step, side, pdf } of stepPdfs)
    steps.push({ step, side, ...(await made(stepFile(plan, { step, side }), pdf)) });
  const data: PlacedFile[] = [];
  if (plan.handoff.data !== null) {
    const format = plan.handoff.data;
    await folder.makeExtra('handoff/data');
    await folder.makeExtra('handoff/static');
    for (const one of dataFilesOf(format)) {
      const cards = () => vaultedCards(facts.good, 0, cardCount(plan), tools);
      data.push(await sealed(one.file, () => dataRecords(one, format, plan, cards())));
    }
    for (const face of layout.faces)
      await made(`static/${face.side}.pdf`, renderArt(layout, face, about(`art of the ${face.side}`)));
    await plain('static/positions.json', `${JSON.stringify(artPositions(layout), null, 2)}\n`);
  }
  await folder.makeExtra('handoff/proof');
  for (const [name, bytes] of await proofFiles(plan, layout)) await made(`proof/${name}`, bytes);

  const ticket = ticketOf({ plan, good, layout, volumes, steps, data, contacts, signer });
  const [card] = specimensOf(plan, layout);
  if (card === undefined) throw new Failure('bug', 'a sheet without slots');
  const specimen = { card, run: plan.run };
  await plain('ticket.json', `${JSON.stringify(ticket, null, 2)}\n`);
  const page = renderDocument(layout, [ticketPage(ticket, layout)], about('job ticket'), specimen);
  await made('ticket.pdf', page);
  const boxes = boxesOf(plan, good);
  if (boxes.length > 0)
    await made(
      'labels.pdf',
      renderDocument(layout, labelPages(ticket, boxes), about('box labels'), specimen),
    );
  const report = {
    run: plan.run,
    test: isTestRun(plan),
    columns: facts.columns,
    findings: layout.findings,
    advice: facts.advice,
    volumes: [...facts.reports.values()],
  };
  await plain('report.json', reportJson(report));
  await plain('report.html', reportPage(report));
  await put(place('return.csv', returnTemplate(facts, tools), folder));
  await put(place('manifest.csv', manifestCsv(facts, tools), folder));
  const manifest = Buffer.from(
    manifestJson({
      plan,
      good,
      voided: facts.voided,
      volumes,
      data,
      steps,
      slots: facts.slots,
      reports: [...facts.reports.values()],
      zones: facts.zones,
    }),
  );
  await put(place('manifest.json', [manifest], folder));
  await plain('README.txt', readmeText(ticket));
  if (signer !== undefined) await plain(signer.publicKey.name, signer.publicKey.text);

  const lines = files.map(({ file, written }) => [file, written.sha256] as const).sort(byName);
  const sums = Buffer.from(lines.map(([file, sha256]) => `${sha256}  ${file}\n`).join(''));
  await placeAnew('SHA256SUMS', [sums], folder);
  if (signer !== undefined) {
    for (const [name, bytes] of [
      ['SHA256SUMS', sums],
      ['manifest.json', manifest],
    ] as const) {
      const signature = await signer.sign(bytes, name, facts.now);
      await placeAnew(name + signer.extension, [Buffer.from(signature)], folder);
    }
  }
  await folder.write(names.done, `${plan.run}\n`);
  log.emit({ event: 'handoff.packed', files: files.length });
}

/** The file of a volume, relative to the handoff folder. It says TEST where nobody may take it for money. */
function volumeFile(plan: Plan, volume: number): string {
  const pad = (n: number) => String(n).padStart(3, '0');
  const test = isTestRun(plan) ? '_TEST' : '';
  return `print/${plan.run}${test}_${pad(volume)}of${pad(volumesOf(plan).length)}.pdf`;
}

async function packVolume(volume: Volume, facts: PackFacts, tools: PackTools): Promise<PackedVolume> {
  const { plan, folder, keys, log } = tools;
  const name = names.volume(volume.volume, facts.attempts.get(volume.volume) ?? 1);
  const proof = facts.reports.get(volume.volume);
  if (proof === undefined) throw new Failure('bug', `volume ${volume.volume} was not read back`);
  const pdf = () => asRead(unsealStream(folder.stream(name), keys.run, name), proof, name);
  const placed = await placeSealed(volumeFile(plan, volume.volume), pdf, facts.sealer, folder);
  // What a crash left in the handoff is taken as it lies there: it must be of this reading, too.
  if (placed.content.sha256 !== proof.content.sha256)
    throw new Failure('mismatch', `handoff/${placed.file} is not what was read back of ${name}`);
  log.emit({ event: 'volume.packed', volume: volume.volume, file: placed.file, bytes: placed.written.bytes });
  const ranges = facts.good.flatMap(({ good }) => within(good, volume.first, volume.first + volume.count));
  return { volume, ...placed, serials: spanOf(ranges) };
}

async function* manifestCsv({ good }: PackFacts, tools: PackTools): AsyncGenerator<Uint8Array> {
  const { plan, keys } = tools;
  yield Buffer.from(`${CSV_HEADER}\r\n`);
  const cards = vaultedCards(good, 0, cardCount(plan), tools);
  for await (const [card, volume] of withVolumes(cards, plan))
    yield Buffer.from(
      `${csvRow(plan, volume, card, commitmentOf(card, saltOf(card.cardId, keys.proof)))}\r\n`,
    );
}

/** The bytes of a volume, cut off before their end where they are not those that were read back. */
async function* asRead(
  pieces: AsyncIterable<Uint8Array>,
  { content: { sha256 } }: VolumeReport,
  name: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== sha256)
    throw new Failure('mismatch', `${name} is not what was read back: it has changed since`);
}

/** What the manufacturer fills in: a row a card, in printing order. */
function* returnTemplate({ good }: PackFacts, { plan }: PackTools): Generator<Uint8Array> {
  yield Buffer.from('serial,card_id,result,reason,destroyed,bundle,box\r\n');
  const ranges = good.flatMap((part) => part.good).sort((a, b) => a.position - b.position);
  for (const { position, serial, count } of ranges) {
    for (let index = 0; index < count; index += 1) {
      const packed = packOf(plan, position + index);
      const id = csvField(idOf(plan, serial + index));
      yield Buffer.from(`${serial + index},${id},,,,${packed?.bundle ?? ''},${packed?.box ?? ''}\r\n`);
    }
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
