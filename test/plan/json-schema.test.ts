// The JSON Schemas against what they speak of: shipped files, and the readers' own word on good and bad ones.
import { existsSync, readFileSync, readdirSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Failure } from '../../src/base/failure.ts';
import { initCommand } from '../../src/cli/init-command.ts';
import { silent } from '../../src/base/log.ts';
import { schemaCommand } from '../../src/cli/schema-command.ts';
import { parseJob } from '../../src/plan/job.ts';
import { WRITTEN_FILES, type WrittenFile } from '../../src/plan/json-schema.ts';
import { parsePress } from '../../src/plan/press.ts';
import { parseSheet } from '../../src/plan/sheet.ts';
import { parseTemplate } from '../../src/plan/template.ts';
import { read } from '../render/samples.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url).pathname;

const PARSERS = { job: parseJob, template: parseTemplate, sheet: parseSheet, press: parsePress } as const;

function printed(name: string): string {
  let text = '';
  const out = (more: string) => void (text += more);
  schemaCommand(name, {
    terminal: { out, err: out, bars: undefined },
    env: {},
    log: silent,
    stopping: new AbortController().signal,
  });
  return text;
}

const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allErrors: true,
  formats: { date: true },
});
const SCHEMAS = Object.fromEntries(
  WRITTEN_FILES.map((name) => [name, ajv.compile(JSON.parse(printed(name)) as object)]),
) as unknown as Record<WrittenFile, ValidateFunction>;

const fits = (file: WrittenFile, yaml: string) => SCHEMAS[file](parse(yaml));
const reads = (file: WrittenFile, yaml: string) => {
  try {
    PARSERS[file](yaml, `${file}.yaml`);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'input') return false;
    throw error;
  }
};

test.each(WRITTEN_FILES)('the shipped schema of a %s is what the command prints', (name) => {
  expect(read(`schemas/${name}.json`).toString()).toBe(printed(name));
});

test('the manifest has one too, and an unknown name is told what there is', () => {
  expect(printed('manifest')).toContain('"title": "cardpress manifest"');
  expect(() => printed('cards')).toThrow(/schemas: job, template, sheet, press, manifest/);
});

test.each(WRITTEN_FILES)('every key of a %s that could be mistaken has a word about it', (name) => {
  const keys = Object.entries(
    (JSON.parse(printed(name)) as { properties: Record<string, { description?: string }> }).properties,
  );
  // Keys whose name and choices say it all.
  const plain = ['volume', 'packing', 'contacts', 'schedule', 'vault', 'verify'];
  expect(keys.filter(([key, { description }]) => description === undefined && !plain.includes(key))).toEqual(
    [],
  );
});

/** YAML files below a folder, by path. */
function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('deploy/'))
    .map((path) => join(folder, path));
}

function named(path: string): WrittenFile {
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path, 'utf8')) ?? [];
  expect(schema, `${path} names its schema in its first line`).toMatch(/^[./a-z]*schemas\/[a-z]+\.json$/);
  expect(existsSync(join(dirname(path), schema)), `${schema} of ${path}`).toBe(true);
  return /(\w+)\.json$/.exec(schema)![1] as WrittenFile;
}

test.each(yamlFiles(TEMPLATES).map((path) => path.slice(TEMPLATES.length)))(
  '%s names its schema and fits it',
  (path) => {
    const text = readFileSync(join(TEMPLATES, path), 'utf8');
    const name = named(join(TEMPLATES, path));
    expect([fits(name, text), SCHEMAS[name].errors]).toEqual([true, null]);
    expect(reads(name, text)).toBe(true);
  },
);

describe('in the folder that init makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardpress-schema-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('every file finds its schema beside it', async () => {
    const nothing = () => undefined;
    await initCommand(join(folder, 'shop'), {
      terminal: { out: nothing, err: nothing, bars: undefined },
      env: {},
      log: silent,
      stopping: new AbortController().signal,
    });
    const files = yamlFiles(join(folder, 'shop'));
    expect(files.map((path) => [path.slice(folder.length), named(path)]).sort()).toEqual([
      ['/shop/job.yaml', 'job'],
      ['/shop/template/template.yaml', 'template'],
    ]);
  });
});

const JOB =
  'name: a\naccount: T00000001\ncards: { count: 1, id: "A-{serial}" }\ntemplate: classic\nsheet: a4-8up\n';
const SEALED = `${JOB}handoff: { seal: none }\n`;
const part = (keys: string) => `name: a\nfonts: { f: f.ttf }\nfront: [{ ${keys} }]\n`;
const SHEET = 'name: a\npage: { width: 210, height: 297 }\ngrid: { columns: 2, rows: 4 }\nslug: [16, 284]\n';

const GOOD: readonly (readonly [WrittenFile, string])[] = [
  ['job', SEALED],
  ['job', `${SEALED}press: ./acme.yaml\nverify: { second: all }\n`],
  ['job', SEALED.replace('count: 1,', 'count: 1, overs: 2.5%, first: 7, token: auto, pin: none,')],
  [
    'job',
    SEALED.replace(
      'count: 1,',
      'count: 1, token: { bits: 64 }, pin: { length: 4, numbers: false, symbols: true },',
    ),
  ],
  ['job', `${JOB}handoff: { seal: [k.asc, { key: k.asc, fingerprint: AB }], data: { format: csv } }\n`],
  ['job', `${SEALED}notify: { webhook: "https://example.com/h", heartbeat: "http://127.0.0.1:9/x" }\n`],
  ['job', `${SEALED}deliver: [{ folder: out }]\nactivation: { ceiling: "500000,00", currency: NOK }\n`],
  ['template', part('part: rect, at: [-3, -3], size: [9, 9], fill: black')],
  ['template', part('part: text, text: "{token} {pin}", at: [1, 1], font: f, size: 8, turn: 90')],
  ['template', part('part: svg, file: a.svg, at: [0, 0], size: [1, 1], inks: { "#fff": white }')],
  ['template', part('part: stripe')],
  ['template', `${part('part: stripe')}card: { width: 90, height: 50, holes: [] }\n`],
  ['template', `${part('part: stripe')}inks: { gold: { cmyk: [0, 0, 0, 0], spot: PANTONE 871 C } }\n`],
  ['sheet', SHEET],
  ['sheet', `${SHEET}order: cut-and-stack\nmargins: { top: 5 }\nregistration: [[105, 18]]\n`],
  ['press', 'name: Acme\n'],
  [
    'press',
    'dpi: 2400.5\nthresholds: { resolution: { warn: 250 } }\nwaivers: [{ rule: bleed, reason: agreed }]\n',
  ],
];

const BAD: readonly (readonly [WrittenFile, string])[] = [
  ['job', JOB],
  ['job', `${SEALED}templates: classic\n`],
  ['job', SEALED.replace('count: 1', 'count: many')],
  ['job', SEALED.replace('count: 1', 'count: 1, counts: 1')],
  ['job', SEALED.replace('count: 1', 'count: 1, overs: two')],
  ['job', SEALED.replace('A-{serial}', 'A')],
  ['job', SEALED.replace('T00000001', 'T1')],
  ['job', SEALED.replace('T00000001', 'P00000001')],
  ['job', SEALED.replace('count: 1', 'count: 1, token: { length: 8, numbers: false }')],
  ['job', `${SEALED}notify: { webhook: "ftp://example.com" }\n`],
  ['job', `${SEALED}deliver: [{ folder: out, sftp: {} }]\n`],
  ['job', `${SEALED}press: { waivers: [{ rule: glyphs, reason: because }] }\n`],
  ['template', 'name: a\nfront: [{ part: stripe }]\n'],
  ['template', 'name: a\nfonts: { f: f.ttf }\nfront: []\n'],
  ['template', part('part: rect, at: [0, 0], size: [9, 9]')],
  ['template', part('part: rect, at: [0, 0], size: [9, 9], fill: black, radius: 3')],
  ['template', part('part: rect, at: [0, 0, 1], size: [9, 9], fill: black')],
  ['template', part('part: rect, at: [0, 0], size: [9, 0], fill: black')],
  ['template', part('part: circle, at: [0, 0], size: [9, 9], fill: black')],
  ['template', part('part: text, text: "{balance}", at: [1, 1], font: f, size: 8')],
  ['template', part('part: text, text: a, at: [1, 1], font: f, size: 8, turn: 45')],
  ['template', part('part: svg, file: a.svg, at: [0, 0], size: [1, 1]')],
  ['template', part('part: svg, file: a.svg, at: [0, 0], size: [1, 1], fill: black, inks: { red: black }')],
  ['template', `${part('part: stripe')}inks: { gold: { cmyk: [0, 0, 0, 0], spot: Black } }\n`],
  ['template', `${part('part: stripe')}inks: { gold: { rgb: [0, 0, 0] } }\n`],
  [
    'template',
    `${part('part: stripe')}card: { width: 90, height: 50, holes: [{ at: [4, 4], size: [4, 4] }] }\n`,
  ],
  ['sheet', `${SHEET}bleeds: 3\n`],
  ['sheet', SHEET.replace('columns: 2', 'columns: 2.5')],
  ['sheet', `${SHEET}turn: left\n`],
  ['press', 'dpi: "600"\n'],
  ['press', 'thresholds: { colour: { fail: 1 } }\n'],
];

/** What a schema cannot say: each needs another part of the file, or arithmetic. */
const READER_ALONE: readonly (readonly [WrittenFile, string])[] = [
  ['job', `${SEALED}packing: { bundle: 3, box: 10 }\n`],
  ['job', SEALED.replace('A-{serial}', 'A-{serial}-{serial}')],
  ['job', SEALED.replace('count: 1', 'count: 1, token: { length: 40, prefix: ABCDEFGHIJ }')],
  ['job', `${SEALED}schedule: { cron: "never" }\n`],
  ['template', part('part: rect, at: [0, 0], size: [9, 9], fill: pine')],
  ['template', part('part: text, text: a, at: [1, 1], font: g, size: 8')],
  ['sheet', `${SHEET}bleed: 9\n`],
];

describe('schema and reader', () => {
  test.each(GOOD)('both take a %s: %s', (file, yaml) => {
    expect([fits(file, yaml), reads(file, yaml)], ajv.errorsText(SCHEMAS[file].errors)).toEqual([true, true]);
  });
  test.each(BAD)('both refuse a %s: %s', (file, yaml) => {
    expect([fits(file, yaml), reads(file, yaml)]).toEqual([false, false]);
  });
  test.each(READER_ALONE)('the reader alone refuses a %s: %s', (file, yaml) => {
    expect([fits(file, yaml), reads(file, yaml)]).toEqual([true, false]);
  });
});
