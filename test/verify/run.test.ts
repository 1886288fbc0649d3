// Reading back as a stage of a run: what stops it, what goes on after a kill, what is packed, and the same
// once more by hand.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument, PDFName } from 'pdf-lib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { verifyCommand } from '../../src/cli/verify-command.ts';
import type { VolumeReport } from '../../src/verify/report.ts';
import { savedForPress } from '../render/samples.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { failureOf } from '../support/outcome.ts';

const JOB = `
name: spring
account: T00000001
cards:
  count: 30
  id: "S-{serial}"
  token: { length: 16, barcode: true }
  pin: { length: 6, barcode: true }
template: classic
sheet: a4-8up
volume: { sheets: 1 }
handoff: { seal: none }
`;
const VOLUMES = 4;

/** Symbols without type, and type on the side that has no such symbol. */
const BARE = `
name: bare
fonts: { regular: ../fonts/Inter-Regular.ttf, mono: ../fonts/JetBrainsMono-Medium.ttf }
front:
  - { part: text, text: Gift card, at: [6, 10], font: regular, size: 12 }
  - { part: text, text: "{token}", at: [6, 20], font: mono, size: 9 }
  - { part: barcode, data: card_id, at: [6, 30], size: [70, 10] }
back:
  - { part: text, text: Gift card, at: [6, 10], font: regular, size: 12 }
  - { part: barcode, data: token, at: [3, 14], size: [79.6, 10] }
  - { part: barcode, data: card_id, at: [6, 28], size: [70, 10] }
  - { part: text, text: "No. {card_id}", at: [6, 45], font: mono, size: 9 }
`;

const { sandbox, shop, close } = await openRehearsal();
let finished: string;
const run = () => join(shop.output, 'spring-1');

beforeAll(async () => {
  await shop.run(JOB, { run: 'spring-1' });
  finished = await mkdtemp(join(tmpdir(), 'cardpress-finished-'));
  await cp(run(), finished, { recursive: true });
});
afterAll(async () => {
  await close();
  rmSync(finished, { recursive: true });
});
beforeEach(async () => {
  rmSync(run(), { recursive: true });
  await cp(finished, run(), { recursive: true });
});

const again = (retry = false) => shop.run(JOB, { run: 'spring-1', retry });
const report = (volume: number, attempt = 1) =>
  JSON.parse(readFileSync(join(run(), `reports/00${volume}.${attempt}.json`), 'utf8')) as VolumeReport;
const volume = (number: number, attempt = 1) => join(run(), `volumes/00${number}.${attempt}.pdf.age`);

/** As if the process had been killed before it packed. */
function unpack(): void {
  for (const entry of readdirSync(join(run(), 'handoff'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) unlinkSync(join(entry.parentPath, entry.name));
  unlinkSync(join(run(), 'receipts/complete.json'));
}

function swapVolumes(a: number, b: number): void {
  renameSync(volume(a), `${volume(a)}.moved`);
  renameSync(volume(b), volume(a));
  renameSync(`${volume(a)}.moved`, volume(b));
}

test('every volume has a report of the bytes that were read, and the manifest its sums', () => {
  const manifest = JSON.parse(shop.read('spring-1/handoff/manifest.json')) as {
    verified: unknown;
    volumes: { content: { sha256: string } }[];
    symbols: unknown[];
  };
  expect(manifest.verified).toEqual({ symbols: 60, decoded: 60, engines: ['cardpress on pdfium', 'zxing'] });
  expect(manifest.symbols).toHaveLength(2);
  for (let number = 1; number <= VOLUMES; number += 1) {
    const { passed, content, witness, cards } = report(number);
    expect(passed).toBe(true);
    expect(content.sha256).toBe(manifest.volumes[number - 1]!.content.sha256);
    expect(witness).toEqual({ pictures: 2 * cards, agreed: 2 * cards, empty: 0 });
  }
});

test('the handoff has a report for programs and one for people, in its checksums, without a code in them', () => {
  const sums = shop.read('spring-1/handoff/SHA256SUMS');
  const data = JSON.parse(shop.read('spring-1/handoff/report.json')) as {
    readBack: { symbols: number; decoded: number; prediction: { outlook: string }[]; volumes: unknown[] };
  };
  const page = shop.read('spring-1/handoff/report.html');
  expect(sums).toMatch(/ {2}report\.json\n/);
  expect(sums).toMatch(/ {2}report\.html\n/);
  expect(data.readBack).toMatchObject({ symbols: 60, decoded: 60 });
  expect(data.readBack.prediction.map(({ outlook }) => outlook)).toEqual(['good', 'good']);
  expect(page).toContain('60 of 60');
  expect(page).toContain('60 of 60 agree, 0 are empty');
  expect(page.match(/■/g)).toHaveLength(30 + 1);
  for (const { tokens, pins } of Object.values(sandbox.books().accounts).flatMap(({ cards }) => cards)) {
    for (const text of [page, JSON.stringify(data), JSON.stringify(report(1))]) {
      expect(text).not.toContain(tokens[0]!.value);
      expect(text).not.toContain(`>${pins[0]!.value}`);
      expect(text).not.toContain(`"${pins[0]!.value}`);
    }
  }
});

test('a run that was killed goes on with the volumes that have no report', async () => {
  unpack();
  unlinkSync(join(run(), 'reports/002.1.json'));
  const before = readFileSync(join(run(), 'reports/001.1.json'));
  expect(await again()).toContain('60 of 60 read');
  expect(report(2).passed).toBe(true);
  expect(readFileSync(join(run(), 'reports/001.1.json'))).toEqual(before);
});

describe('volumes that are swapped before they are read', () => {
  test('stop the run, and only --retry prints them anew', async () => {
    unpack();
    swapVolumes(1, 2);
    for (let number = 1; number <= VOLUMES; number += 1)
      unlinkSync(join(run(), `reports/00${number}.1.json`));
    for (let time = 1; time <= 2; time += 1) {
      const failure = await failureOf(again());
      expect(failure.exitCode).toBe(6);
      expect(failure.message).toContain('volume 1, attempt 1');
      expect(failure.message).toContain('--retry');
      expect([1, 2, 3, 4].map((number) => report(number).passed)).toEqual([false, false, true, true]);
      expect(
        report(1)
          .faults.filter(({ what }) => what === 'token')
          .map(({ serial }) => serial),
      ).toEqual([1, 2, 3, 4, 5, 6, 7, 8].flatMap((serial) => [serial, serial]));
      expect(readdirSync(join(run(), 'handoff')).filter((name) => name.endsWith('.json'))).toEqual([]);
      expect(existsSync(volume(1, 2))).toBe(false);
    }
    expect(await again(true)).toContain('60 of 60 read');
    expect([report(1, 2).passed, report(2, 2).passed]).toEqual([true, true]);
    expect(existsSync(volume(3, 2))).toBe(false);
    const manifest = JSON.parse(shop.read('spring-1/handoff/manifest.json')) as {
      volumes: { content: { sha256: string } }[];
    };
    expect(manifest.volumes[0]!.content.sha256).toBe(report(1, 2).content.sha256);
  });

  test('after they were read are refused while packing', async () => {
    unpack();
    swapVolumes(1, 2);
    const failure = await failureOf(again());
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain('not what was read back');
    expect(readdirSync(join(run(), 'handoff'), { recursive: true })).not.toContain(
      'print/spring-1_TEST_001of004.pdf',
    );
  });
});

test('a volume that is no PDF is a report like any other', async () => {
  unpack();
  unlinkSync(join(run(), 'reports/003.1.json'));
  // Something else that is sealed to the run's key.
  writeFileSync(volume(3), readFileSync(join(run(), 'batches/0001.1.age')));
  const failure = await failureOf(again());
  expect(failure.exitCode).toBe(6);
  expect(report(3).faults).toMatchObject([{ what: 'page', why: 'the file is no PDF that can be opened' }]);
});

describe('cardpress verify', () => {
  async function verify(what: string, { key = true } = {}): Promise<string> {
    const printed: string[] = [];
    await verifyCommand(
      what,
      { output: key ? shop.output : join(shop.dir, 'nowhere') },
      {
        terminal: { out: (text) => void printed.push(text), err: () => undefined, bars: undefined },
        env: { CARDPRESS_KEY: join(shop.dir, key ? 'keys/key.txt' : 'none.txt') },
        log: silent,
        stopping: new AbortController().signal,
      },
    );
    return printed.join('');
  }
  const handoff = () => join(run(), 'handoff');
  const first = 'print/spring-1_TEST_001of004.pdf';
  /** A line for a file outside of the handoff, whose checksum is right. */
  function listElsewhere(): void {
    const plan = createHash('sha256')
      .update(readFileSync(join(run(), 'plan.json')))
      .digest('hex');
    appendFileSync(join(handoff(), 'SHA256SUMS'), `${plan}  ../plan.json\n`);
  }

  test('reads a run, and a handoff with and without its vault', async () => {
    expect(await verify('spring-1')).toBe(
      'spring-1: 60 of 60 symbols on 4 volumes read back; 30 commitments are the vault’s; not signed\n',
    );
    expect(await verify(handoff())).toContain('60 of 60 symbols on 4 volumes read back; 30 commitments');
    expect(await verify(handoff(), { key: false })).toBe(
      'spring-1: 60 of 60 symbols on 4 volumes read back; not signed\n',
    );
  });

  test.each([
    ['a file of the handoff that has changed', (): void => writeFileSync(join(handoff(), first), 'other')],
    ['a file that is gone', (): void => unlinkSync(join(handoff(), 'manifest.csv'))],
    ['a file that it did not come with', (): void => writeFileSync(join(handoff(), 'print/extra.exe'), 'x')],
    ['a manifest that is gone', (): void => unlinkSync(join(handoff(), 'manifest.json'))],
    ['checksums of what lies elsewhere', (): void => listElsewhere()],
    [
      'two files that are swapped',
      (): void => {
        const second = first.replace('001of', '002of');
        const bytes = readFileSync(join(handoff(), first));
        writeFileSync(join(handoff(), first), readFileSync(join(handoff(), second)));
        writeFileSync(join(handoff(), second), bytes);
      },
    ],
  ])('finds %s', async (_, spoil) => {
    spoil();
    expect((await failureOf(verify(handoff()))).exitCode).toBe(7);
    expect((await failureOf(verify('spring-1'))).exitCode).toBe(7);
  });

  test('finds a handoff that is not finished', async () => {
    unlinkSync(join(handoff(), '.done'));
    const failure = await failureOf(verify(handoff()));
    expect([failure.exitCode, failure.message]).toEqual([
      7,
      expect.stringContaining('.done is missing: the folder is not finished'),
    ]);
  });

  test('takes no offence at the manufacturer’s answer, or at what a killed writer left', async () => {
    writeFileSync(join(handoff(), '.ack'), 'theirs');
    writeFileSync(join(handoff(), 'print/.writing-0123456789ab'), 'half');
    expect(await verify(handoff())).toContain('60 of 60 symbols');
  });

  test('finds swapped volumes in the run folder', async () => {
    swapVolumes(1, 2);
    expect((await failureOf(verify('spring-1'))).exitCode).toBe(7);
  });

  test('finds a symbol that is not as it should be where every checksum was made to fit', async () => {
    const path = join(handoff(), first);
    const before = readFileSync(path);
    const document = await PDFDocument.load(before, { updateMetadata: false });
    const [front, back] = [document.getPage(0).node, document.getPage(1).node];
    back.set(PDFName.of('Contents'), front.get(PDFName.of('Contents'))!);
    const after = Buffer.from(await savedForPress(document));
    writeFileSync(path, after);
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const replace = (name: string, from: string, to: string) => {
      const old = readFileSync(join(handoff(), name), 'utf8');
      writeFileSync(join(handoff(), name), old.replaceAll(from, to));
      return [hash(Buffer.from(old)), hash(readFileSync(join(handoff(), name)))] as const;
    };
    const [old, now] = replace('manifest.json', hash(before), hash(after));
    replace('SHA256SUMS', hash(before), hash(after));
    replace('SHA256SUMS', old, now);
    const failure = await failureOf(verify(handoff(), { key: false }));
    expect(failure.exitCode).toBe(6);
    expect(failure.message).toContain('serial 1 (sheet 1, back, slot 1): its token’s symbol cannot be read');
  });

  test('reads symbols that have no type beside them, or have it on the other side', async () => {
    symlinkSync(new URL('../../templates/fonts', import.meta.url).pathname, join(shop.dir, 'fonts'));
    await shop.write('bare/template.yaml', BARE);
    const bare = JOB.replace('count: 30', 'count: 4').replace(/ +pin:.*\n/, '  pin: none\n');
    const job = bare.replace('template: classic', 'template: bare').replace('S-{', 'STRANGER-{');
    await shop.run(job.replace('name: spring', 'name: bare'), { run: 'bare-1' });
    const manifest = JSON.parse(shop.read('bare-1/handoff/manifest.json')) as { symbols: object[] };
    expect(manifest.symbols).toMatchObject([
      { data: 'card_id', side: 'front', typed: false },
      { data: 'token', side: 'back', typed: false },
      { data: 'card_id', side: 'back', typed: true },
    ]);
    expect(await verify(join(shop.output, 'bare-1/handoff'), { key: false })).toContain('12 of 12 symbols');
  });

  test('says where there is nothing of that name', async () => {
    expect((await failureOf(verify('autumn'))).exitCode).toBe(2);
  });
});
