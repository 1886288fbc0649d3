// docs/template.md and docs/gallery.md against the program: every key, every snippet, every picture.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { illustrationsOf } from '../../scripts/illustration.ts';
import { partPicture, templatePicture } from '../../scripts/portrait.ts';
import { jsonSchemaOf } from '../../src/plan/json-schema.ts';
import { parseTemplate } from '../../src/plan/template.ts';
import { outlookFor } from '../../src/preview/outlook.ts';
import { openSpecimen } from '../../src/preview/specimen.ts';
import { readSubject } from '../../src/preview/subject.ts';
import { tryTemplate } from '../../src/preview/trial.ts';
import { reader } from '../../src/cli/environment.ts';
import { inputsOf, layoutOf } from '../render/samples.ts';
import { ROOT, blocksOf, codeIn, readPage } from './page.ts';

const PAGE = readPage('docs/template.md');
const FOLDER = fileURLToPath(ROOT).replace(/\/$/, '');
const TEMPLATES = readdirSync(new URL('templates/', ROOT)).filter((name) =>
  existsSync(new URL(`templates/${name}/template.yaml`, ROOT)),
);

/** The keys of a schema, at any depth. */
function keysOf(schema: unknown): readonly string[] {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  const { properties, ...rest } = schema as { properties?: Record<string, unknown> };
  return [
    ...Object.keys(properties ?? {}),
    ...Object.values(properties ?? {}).flatMap(keysOf),
    ...keysOf(Object.values(rest)),
  ];
}

test.each(['template', 'sheet', 'press'] as const)('docs/template.md names every key of a %s', (file) => {
  const keys = [...new Set(keysOf(jsonSchemaOf(file)))];
  expect(keys.length).toBeGreaterThan(10);
  const told = new Set(codeIn(PAGE).flatMap((code) => code.split(/[^\w-]+/)));
  expect(keys.filter((key) => !told.has(key))).toEqual([]);
});

test('docs/template.md shows every part there is', () => {
  const { properties } = jsonSchemaOf('template') as {
    properties: { front: { items: { oneOf: unknown[] } } };
  };
  const names = properties.front.items.oneOf.map(
    (part) => (part as { properties: { part: { const: string } } }).properties.part.const,
  );
  expect(names).toHaveLength(12);
  const shown = illustrationsOf(PAGE).flatMap(({ snippet }) =>
    [...snippet.matchAll(/part: ([a-z]+)/g)].map(([, name]) => name),
  );
  expect(names.filter((name) => !shown.includes(name))).toEqual([]);
});

test('its whole template can be printed', async () => {
  const [whole = ''] = blocksOf(PAGE, 'yaml');
  expect(parseTemplate(whole, 'docs/template.md').value.name).toBe('first');
  expect((await layoutOf({ template: whole })).advice).toEqual([]);
  expect(inputsOf({ template: whole }).assets.size).toBe(2);
});

describe('what check says can be printed is read back', () => {
  const SHEETS = ['a4-8up', 'sra3-21up', '13x19-21up', 'one-up'];
  const shop = mkdtempSync(join(tmpdir(), 'cardpress-'));
  mkdirSync(join(shop, 'template'));
  mkdirSync(join(shop, 'fonts'));
  for (const name of readdirSync(new URL('templates/fonts/', ROOT)))
    copyFileSync(new URL(`templates/fonts/${name}`, ROOT), join(shop, 'fonts', name));
  const [whole = ''] = blocksOf(PAGE, 'yaml');
  writeFileSync(join(shop, 'template/template.yaml'), whole);
  afterAll(() => rmSync(shop, { recursive: true }));

  test.each(SHEETS)('the page’s whole template on %s', async (sheet) => {
    const subject = await readSubject(reader, { template: join(shop, 'template') }, sheet);
    const { layout } = await openSpecimen(subject, 'worst');
    expect(layout?.sheet.name).toBe(sheet);
    expect(await tryTemplate(subject, layout!)).toHaveLength(2);
  });

  test.each(TEMPLATES)('the built-in template %s', async (name) => {
    const subject = await readSubject(reader, { template: name });
    const { layout } = await openSpecimen(subject, 'worst');
    expect((await tryTemplate(subject, layout!)).length).toBeGreaterThan(0);
  });
});

describe('the pictures', () => {
  const seen = new Set<string>();
  /** Engines of pictures differ by a shade from machine to machine; a part that moved differs by far more. */
  async function expectSame(file: string, drawn: Buffer): Promise<void> {
    seen.add(file);
    const pixels = (picture: Buffer) =>
      sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const [kept, now] = await Promise.all([pixels(readFileSync(new URL(file, ROOT))), pixels(drawn)]);
    expect([kept.info.width, kept.info.height], file).toEqual([now.info.width, now.info.height]);
    let different = 0;
    for (let at = 0; at < now.data.length; at += 1)
      if (Math.abs(now.data[at]! - kept.data[at]!) > 40) different += 1;
    expect(different / now.data.length, `${file} is not as it would be drawn; npm run gallery`).toBeLessThan(
      0.0005,
    );
  }

  test.each(TEMPLATES)('docs/gallery.md shows %s as it is', async (name) => {
    const gallery = readPage('docs/gallery.md');
    expect(gallery).toContain(`\n## ${name}\n`);
    expect(gallery).toContain(`(gallery/${name}.png)`);
    await expectSame(`docs/gallery/${name}.png`, await templatePicture(FOLDER, name));
  });

  test.each(illustrationsOf(PAGE))('docs/template.md shows $picture as it is', async (illustration) => {
    await expectSame(`docs/template/${illustration.picture}.png`, await partPicture(FOLDER, illustration));
  });

  afterAll(() => {
    const kept = ['gallery', 'template'].flatMap((folder) =>
      readdirSync(new URL(`docs/${folder}/`, ROOT)).map((name) => `docs/${folder}/${name}`),
    );
    expect([...seen].sort()).toEqual(kept.sort());
    expect(kept.length).toBeGreaterThan(20);
  });
});

describe('the gallery', () => {
  test('has templates of four kinds', () =>
    expect(TEMPLATES).toEqual(['classic', 'fashion', 'minimal', 'voucher']));

  test.each(TEMPLATES)('%s checks without a warning, and is predicted to be read well', async (name) => {
    const subject = await readSubject(reader, { template: name });
    const { layout, findings, samples } = await openSpecimen(subject, 'worst');
    expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    const outlooks = await outlookFor(layout!, samples);
    expect(outlooks.length).toBeGreaterThan(0);
    expect(outlooks.map(({ outlook }) => outlook)).toEqual(
      outlooks.map(() => expect.stringMatching(/good/) as string),
    );
  });
});
