// How fast a print is read back: cards per second of CPU, over volumes that are really rendered and sealed.
// npm run bench:read-back -- [cards] [sheet] [sheets a volume]
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { secret } from '../src/base/secret.ts';
import { generateKeyPair, sealStream, unsealStream } from '../src/base/vault.ts';
import type { Card } from '../src/issue/card.ts';
import type { CodeFormat } from '../src/plan/format.ts';
import { parseSheet, slotCount } from '../src/plan/sheet.ts';
import { filesOf, parseTemplate } from '../src/plan/template.ts';
import { prepare } from '../src/render/preflight.ts';
import { renderVolume } from '../src/render/volume.ts';
import { verifyVolume } from '../src/verify/verify.ts';

const [wanted = '20000', sheetName = 'sra3-21up', sheetsAVolume = '50'] = process.argv.slice(2);
const TEMPLATES = 'templates/';
const RUN = 'bench-2026-11-23';

const format = (length: number): CodeFormat => ({
  length,
  prefix: '',
  numbers: true,
  characters: false,
  symbols: false,
  barcode: false,
});

const template = parseTemplate(readFileSync(`${TEMPLATES}classic/template.yaml`, 'utf8'), 'template.yaml');
const sheet = parseSheet(readFileSync(`${TEMPLATES}sheets/${sheetName}.yaml`, 'utf8'), 'sheet.yaml');
const profilePath = `${TEMPLATES}profiles/iso-coated-v2-300.icc`;
const layout = await prepare({
  template,
  sheet,
  assets: new Map(
    filesOf(template.value).map((file) => [file, readFileSync(`${TEMPLATES}classic/${file}`)] as const),
  ),
  token: format(16),
  pin: format(6),
  cards: [{ serial: 1, cardId: 'BENCH-0000001' }],
  run: RUN,
  press: { dpi: 600 },
  profile: readFileSync(profilePath),
  profilePath,
});

const count = Number(wanted);
const sheets = Number(sheetsAVolume);
const perVolume = sheets * slotCount(sheet.value);
const volumes = Math.ceil(count / perVolume);
const key = await generateKeyPair();

let [cpu, wall, cards, symbols, decoded, peak] = [0, 0, 0, 0, 0, 0];
const rss: number[] = [];
for (let volume = 1; volume <= volumes; volume += 1) {
  const first = (volume - 1) * perVolume;
  const printed = cardsFrom(first + 1, Math.min(perVolume, count - first));
  const sheetsHere = Math.ceil(printed.length / slotCount(sheet.value));
  const sealed = await buffer(
    sealStream(
      renderVolume(layout, {
        run: RUN,
        title: 'bench',
        test: true,
        volume,
        volumes,
        sheets: sheetsHere,
        created: new Date(0),
        id: createHash('sha256').update(String(volume)).digest().subarray(0, 16),
        cards: stream(printed),
      }),
      [key.recipient],
    ),
  );
  const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
  const pdf = await buffer(unsealStream(stream([sealed]), key, 'the volume'));
  const facts = { run: RUN, test: true, volume, volumes, attempt: 1, sheets: sheetsHere, second: 0.02 };
  const report = await verifyVolume(layout, pdf, stream(printed), facts);
  const used = process.cpuUsage(cpuBefore);
  cpu += (used.user + used.system) / 1e6;
  wall += (performance.now() - wallBefore) / 1e3;
  cards += report.cards;
  symbols += report.symbols;
  decoded += report.decoded;
  rss.push(process.memoryUsage.rss() / 2 ** 20);
  peak = Math.max(peak, rss.at(-1) ?? 0);
  if (!report.passed) console.log(`volume ${volume} failed:`, report.faults.slice(0, 3));
}

const third = Math.ceil(rss.length / 3);
const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
console.log(
  [
    `${decoded} of ${symbols} symbols of ${cards} cards on ${sheetName}, ${volumes} volumes`,
    `${Math.round(cards / cpu)} cards a CPU-second (${cpu.toFixed(1)} s CPU, ${wall.toFixed(1)} s in all)`,
    `memory: ${Math.round(mean(rss.slice(0, third)))} MiB in the first third, ${Math.round(mean(rss.slice(-third)))} in the last, ${Math.round(peak)} at most (rendering included)`,
  ].join('\n'),
);

function cardsFrom(serial: number, many: number): readonly Card[] {
  return Array.from({ length: many }, (_, index) => {
    const digits = createHash('sha256')
      .update(String(serial + index))
      .digest();
    const code = (from: number, length: number) =>
      Array.from({ length }, (_unused, at) => (digits[from + at] ?? 0) % 10).join('');
    return {
      serial: serial + index,
      cardId: `BENCH-${String(serial + index).padStart(7, '0')}`,
      token: secret(code(0, 16)),
      pin: secret(code(16, 6)),
    };
  });
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of what is at hand
async function* stream<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
