// What `cardpress preview` writes: the press's own PDF, and pictures that are that PDF.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSheet } from '../../src/plan/sheet.ts';
import { slotPlaces } from '../../src/render/imposition.ts';
import { parseJob } from '../../src/plan/job.ts';
import { openPdf } from '../../src/verify/raster.ts';
import { read } from '../render/samples.ts';
import { run, testWith } from '../render/tools.ts';
import { type Ended, cardpress } from '../program/cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'cardpress-preview-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const file = (name: string) => join(cwd, name);

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

async function grey(picture: Buffer | string): Promise<Pixels> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

describe('of a built-in template', () => {
  let said: Ended;
  beforeAll(async () => {
    said = await cardpress(['preview', 'classic', '--out', 'out'], { cwd });
  });

  test('it writes the PDF and its pictures, and prints the table of rules', () => {
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(file('out')).sort()).toEqual([
      'back.png',
      'contact.png',
      'front.png',
      'sheet-back.png',
      'sheet-front.png',
      'specimen.pdf',
    ]);
    expect(said.out).toMatch(/pass +module-width +back\[1\] token/);
    expect(said.out).toMatch(/token at 0\.339 mm a module: prediction good/);
  });

  test.each(['front', 'back'] as const)('the picture of the %s is that area of the PDF', async (side) => {
    const sheet = parseSheet(read('sheets/a4-8up.yaml').toString(), 'sheet.yaml').value;
    const places = slotPlaces({ sheet, press: { dpi: 600 }, sides: ['front', 'back'] });
    const place = places.find((one) => one.side === side && one.slot === 1)!;
    const pages = await openPdf(readFileSync(file('out/specimen.pdf')), 'the specimen');
    const page = pages.render(side === 'front' ? 1 : 2, 300);
    pages.close();
    const dots = (mm: number) => Math.round((mm / 25.4) * 300);
    const [left, top] = [dots(place.x), dots(place.y)];
    const picture = sharp(file(`out/${side}.png`));
    const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([dots(place.width), dots(place.height)]);
    expect((await picture.metadata()).density).toBe(300);
    let different = 0;
    for (let y = 0; y < info.height; y += 1) {
      const start = ((top + y) * page.width + left) * 4;
      const row = page.rgba.subarray(start, start + info.width * 4);
      if (Buffer.compare(row, data.subarray(y * info.width * 4, (y + 1) * info.width * 4)) !== 0)
        different += 1;
    }
    expect(different).toBe(0);
  });

  testWith('pdftoppm', "another engine's raster of that area is the same picture", async () => {
    run('pdftoppm', '-r', '300', '-f', '2', '-l', '2', '-png', file('out/specimen.pdf'), file('poppler'));
    const [page = ''] = readdirSync(cwd).filter((name) => name.startsWith('poppler'));
    const [theirs, own] = [await grey(file(page)), await grey(file('out/back.png'))];
    const sheet = parseSheet(read('sheets/a4-8up.yaml').toString(), 'sheet.yaml').value;
    const places = slotPlaces({ sheet, press: { dpi: 600 }, sides: ['front', 'back'] });
    const place = places.find(({ side, slot }) => side === 'back' && slot === 1)!;
    const [left, top] = [place.x, place.y].map((mm) => Math.round((mm / 25.4) * 300)) as [number, number];
    // Engines differ in their greys along edges, and this one sets letters on whole pixels: ink is looked for there
    // and in the pixels beside.
    const near = ([-1, 0, 1] as const).flatMap((y) => ([-1, 0, 1] as const).map((x) => y * theirs.width + x));
    let different = 0;
    for (let y = 0; y < own.height; y += 1) {
      for (let x = 0; x < own.width; x += 1) {
        const at = (top + y) * theirs.width + left + x;
        const around = near.map((step) => theirs.data[at + step]!);
        const grey = own.data[y * own.width + x]!;
        if (grey < Math.min(...around) - 64 || grey > Math.max(...around) + 64) different += 1;
      }
    }
    expect(different / own.data.length).toBeLessThan(0.0001);
  });
});

describe('options', () => {
  test('--dpi is that of the pictures; --sheet the sheet', async () => {
    const call = ['preview', 'classic', '--dpi', '100', '--sheet', 'one-up', '--out', 'small'];
    expect(await cardpress(call, { cwd })).toMatchObject({ code: 0, err: '' });
    expect(await sharp(file('small/front.png')).metadata()).toMatchObject({ width: 337, height: 213 });
    expect(await sharp(file('small/sheet-front.png')).metadata()).toMatchObject({ width: 416, height: 307 });
    const wrong = await cardpress(['preview', 'classic', '--dpi', 'many'], { cwd });
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toMatch(/--dpi is "many": it must be a whole number from 72 to 1200/);
  });

  testWith('zbarimg', '--data shows a record, and --worst the last serials', async () => {
    writeFileSync(file('record.yaml'), 'token: AB12-CD34-EF\npin: "4711"\ncard_id: SHOP-77\nserial: 77\n');
    const call = ['preview', 'classic', '--data', 'record.yaml', '--out', 'record'];
    expect(await cardpress(call, { cwd })).toMatchObject({ code: 0 });
    expect(symbolsIn(file('record/back.png'))).toEqual(['4711', 'AB12-CD34-EF']);
    expect(await cardpress(['preview', 'classic', '--worst', '--out', 'worst'], { cwd })).toMatchObject({
      code: 0,
    });
    const token = symbolsIn(file('worst/back.png')).find((text) => text.length === 16)!;
    expect(token).toMatch(/^(\d)\1{15}$/);
    writeFileSync(file('lacks.yaml'), 'token: AB12\n');
    const lacks = await cardpress(['preview', 'classic', '--data', 'lacks.yaml'], { cwd });
    expect(lacks).toMatchObject({ code: 2 });
    expect(lacks.err).toMatch(/lacks\.yaml:1:1 {2}pin is missing: the template prints one/);
  });
});

describe('a template by itself', () => {
  test('is checked as a job is', async () => {
    const { code, out, err } = await cardpress(['check', 'classic'], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^classic can be printed/);
    expect(out).toMatch(/pass +panel-cover/);
  });

  test('that cannot be printed: the table, what is wrong with its line, exit 2, and no file', async () => {
    await cardpress(['init', 'wrong'], { cwd });
    const path = file('wrong/template/template.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('at: [3, 6], size: [79.6, 12]', 'at: [1, 6], size: [79.6, 12]'),
    );
    for (const command of ['check', 'preview']) {
      const { code, out, err } = await cardpress([command, 'wrong/template'], { cwd });
      expect(code).toBe(2);
      expect(out).toMatch(/FAIL +safe-area/);
      expect(err).toMatch(
        /template\.yaml:\d+:\d+ {2}back\[1\]: the token's barcode field leaves the safe area/,
      );
    }
    expect(readdirSync(cwd)).not.toContain('classic-preview');
  });
});

describe('in the folder that init makes', () => {
  test('preview needs no argument, and is told where there is nothing', async () => {
    expect(await cardpress(['init', 'shop'], { cwd })).toMatchObject({ code: 0 });
    const { code, out, err } = await cardpress(['preview', '--dpi', '72'], { cwd: file('shop') });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/classic-preview\/contact\.png/);
    const nothing = await cardpress(['preview'], { cwd });
    expect(nothing).toMatchObject({ code: 2 });
    expect(nothing.err).toMatch(/no template is named, and none is here/);
  });

  test('every choice that stands in a comment of its job can be taken', () => {
    const text = readFileSync(file('shop/job.yaml'), 'utf8');
    const choices = text.split('\n').map((line) => /^( *)# ?((?:- )?\w+:.*|  - .*)$/.exec(line));
    const keys = choices.flatMap((match) => match?.[2] ?? []).filter((line) => /^\w+:/.test(line));
    expect(keys.length).toBeGreaterThan(15);
    const uncommented = text.replace(/^( *)# ?(\w+:.*| {2}- .*)$/gm, '$1$2');
    const job = parseJob(uncommented.replace('SHA256:…', `SHA256:${'a'.repeat(43)}`), 'job.yaml').value;
    expect(job).toMatchObject({ recovery: 'replace', retention: '90d', packing: { bundle: 100, box: 500 } });
    expect(job.deliver).toHaveLength(2);
  });
});

function symbolsIn(picture: string): readonly string[] {
  const { stdout } = spawnSync(
    'zbarimg',
    ['--nodbus', '-q', '--raw', '-Sdisable', '-Scode128.enable', picture],
    {
      encoding: 'utf8',
    },
  );
  return stdout.trim().split('\n').sort();
}
