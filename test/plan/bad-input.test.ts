// Every kind of bad input ends before anything is done: one complaint, at the line of the mistake, with what
// was found and what would be right; no run is planned and the platform is not called.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Mistake, JOB as WHOLE, openShop, openToOthers } from './bad-job.ts';

interface Expected {
  /** The file of the mistake and a text that stands on its line alone; none where there is no file. */
  readonly at?: readonly [file: string, text: string];
  /** What the complaint says of what was found and what would be right. */
  readonly says: readonly (string | RegExp)[];
}

const JOB = 'job.yaml';
const TEMPLATE = 'card/template.yaml';
const SHEET = 'sheet.yaml';

async function expectRefusal(mistake: Mistake, { at, says }: Expected): Promise<void> {
  const shop = await openShop(mistake);
  const failure = await shop.run();
  expect(failure, 'the job was made').toBeDefined();
  expect(failure!.message).toBe(failure!.message.trim());
  expect(failure).toMatchObject({ kind: 'input', exitCode: 2 });
  expect(failure!.complaints.map(({ message }) => message)).toHaveLength(1);
  const { message, place, hint } = failure!.complaints[0]!;
  for (const words of says) expect(`${message}\n${hint ?? ''}`).toMatch(words);
  expect(message).not.toMatch(/undefined|\[object|Invalid input|NaN/);

  expect(place && [relative(shop.folder, place.file), place.excerpt]).toEqual(
    at && [at[0], expect.stringContaining(at[1])],
  );
  if (place !== undefined) {
    const lines = (await readFile(place.file, 'utf8')).split('\n');
    const own = lines.filter((line) => line.includes(at![1]));
    expect(own, 'lines that hold the text of the mistake').toHaveLength(1);
    // A long line is cut.
    expect(lines[place.line - 1]?.replace(/^(.{160}).+$/, '$1…')).toBe(place.excerpt);
    expect(place.column >= 1 && place.column <= place.excerpt.length + 1).toBe(true);
  }
  expect(await shop.runs()).toEqual([]);
  expect(shop.written()).toBe('');
  expect(shop.calls()).toBe(0);
}

type Row = readonly [kind: string, mistake: Mistake, expected: Expected];

/** A mistake in the job's text. */
const inJob = (
  kind: string,
  before: string,
  after: string,
  line: string,
  ...says: (string | RegExp)[]
): Row => [kind, { job: [before, after] }, { at: [JOB, line], says }];
const inTemplate = (
  kind: string,
  before: string,
  after: string,
  line: string,
  ...says: (string | RegExp)[]
): Row => [kind, { template: [before, after] }, { at: [TEMPLATE, line], says }];
const inSheet = (
  kind: string,
  before: string,
  after: string,
  line: string,
  ...says: (string | RegExp)[]
): Row => [kind, { sheet: [before, after] }, { at: [SHEET, line], says }];

const COUNT = '  count: 16';
const LOGO = '  - { part: image, file: logo.png, at: [10, 10], size: [5, 5] }\nback:';

const theFile: Row[] = [
  [
    'no job file',
    { prepare: (folder) => rm(join(folder, JOB)) },
    { says: ['job.yaml', 'there is no such file'] },
  ],
  [
    'a folder for a job file',
    {
      prepare: async (folder) => (
        await rm(join(folder, JOB)),
        mkdir(join(folder, JOB)).then(() => undefined)
      ),
    },
    { says: ['job.yaml', 'is a folder, not a file'] },
  ],
  inJob('not YAML', 'name: spring', 'name: "spring', 'name: "spring', 'not YAML', 'closing'),
  inJob(
    'a tab as indentation',
    COUNT,
    '\tcount: 16',
    '\tcount: 16',
    'not YAML',
    'tabs are not allowed as indentation',
  ),
  inJob(
    'a key that comes twice',
    'template: ./card',
    'template: ./card\naccount: X',
    'account: X',
    'keys must be unique',
  ),
  inJob(
    'a list instead of a map',
    WHOLE,
    '- name: spring\n',
    '- name: spring',
    'the file is a list',
    'must be a map of keys',
  ),
  [
    'an empty file',
    { job: [WHOLE, '# to be written\n'] },
    { at: [JOB, '# to be written'], says: ['the file is empty'] },
  ],
  inJob('an unknown key', 'packing:', 'packaging:', 'packaging:', 'packaging is not a key'),
  inJob(
    'an unknown key further in',
    COUNT,
    `${COUNT}\n  number: 17`,
    'number: 17',
    'cards.number is not a key',
  ),
  inJob('a missing key', 'template: ./card\n', '', 'name: spring', 'template is missing', 'must be a text'),
  inJob('a missing key further in', `${COUNT}\n`, '', 'cards:', 'cards.count is missing', 'must be a number'),
  inJob(
    'a value of the wrong type',
    COUNT,
    '  count: many',
    'count: many',
    'cards.count is "many"',
    'must be a number',
  ),
  inJob(
    'a key without a value',
    'sheet: ./sheet.yaml',
    'sheet:',
    'sheet:',
    'sheet is null',
    'must be a text',
  ),
];

const theOrder: Row[] = [
  inJob('no cards', COUNT, '  count: 0', 'count: 0', 'cards.count is 0', 'at least 1'),
  inJob('half a card', COUNT, '  count: 16.5', 'count: 16.5', 'cards.count is 16.5', 'a whole number'),
  inJob('more cards than anybody orders', COUNT, '  count: 10000001', 'count: 10000001', 'at most 10000000'),
  inJob('negative overs', 'overs: 2', 'overs: -2', 'overs: -2', 'cards.overs is -2', 'a number of cards'),
  inJob(
    'a batch of 1001',
    'handoff:',
    'batch: { size: 1001 }\nhandoff:',
    'size: 1001',
    'batch.size is 1001',
    'at most 1000',
  ),
  inJob(
    'a batch of none',
    'handoff:',
    'batch: { size: 0 }\nhandoff:',
    'size: 0',
    'batch.size is 0',
    'at least 1',
  ),
  inJob(
    'an account of neither kind',
    'T12345678',
    'X12345678',
    'X12345678',
    'account is "X12345678"',
    'T or P and 8 digits',
  ),
  inJob(
    'an account that is too short',
    'T12345678',
    'T1234567',
    'account:',
    'account is "T1234567"',
    '8 digits',
  ),
  inJob(
    'a job name with a slash',
    'name: spring',
    'name: spring/26',
    'spring/26',
    'name is "spring/26"',
    'lower-case letters, digits and hyphens',
  ),
  inJob('a job name with dots', 'name: spring', 'name: ..', 'name: ..', 'name is ".."', 'lower-case letters'),
  inJob(
    'a job name in upper case',
    'name: spring',
    'name: Spring',
    'name: Spring',
    'name is "Spring"',
    'lower-case letters',
  ),
  inJob('an empty job name', 'name: spring', 'name: ""', 'name: ""', 'name is ""', 'lower-case letters'),
  inJob(
    'a packing that cuts bundles',
    'box: 8',
    'box: 10',
    'box: 10',
    'packing.box is 10',
    'whole bundles of 4',
  ),
  inJob(
    'a time zone that there is not',
    'handoff:',
    'schedule: { timezone: Europe/Olso }\nhandoff:',
    'Olso',
    '"Europe/Olso"',
    'such as Europe/Oslo',
  ),
  inJob(
    'a day that there is not',
    COUNT,
    `${COUNT}\n  validUntil: 2031-02-30`,
    '2031-02-30',
    '"2031-02-30"',
    'a date such as',
  ),
  inJob(
    'no word on sealing',
    'handoff: { seal: none }\n',
    '',
    'name: spring',
    'handoff.seal is missing',
    'seal: none',
  ),
  inJob('a handoff without its seal', '{ seal: none }', '{}', 'handoff:', 'handoff.seal is missing'),
  inJob(
    'a P account that does not seal',
    'T12345678',
    'P12345678',
    'seal: none',
    'handoff.seal is none',
    'a P account never hands off unsealed',
  ),
];

const theIds: Row[] = [
  inJob(
    'an id without its serial',
    'S-{serial}',
    'SPRING26',
    'id:',
    '"SPRING26"',
    '{serial} once',
    'for example',
  ),
  inJob('an id with two serials', 'S-{serial}', '{serial}-{serial}', 'id:', '{serial} once'),
  inJob(
    'a field that an id does not have',
    'S-{serial}',
    'S-{serial}-{batch}',
    'id:',
    '{batch}',
    'fields: {serial}, {run}',
  ),
  inJob(
    'an id that begins with a space',
    '"S-{serial}"',
    '" S-{serial}"',
    'id:',
    'begins or ends with a space',
  ),
  inJob('an id outside ASCII', 'S-{serial}', 'Å-{serial}', 'id:', 'outside printable ASCII'),
  inJob(
    'a pattern over 255 characters',
    'S-{serial}',
    `${'A'.repeat(250)}{serial}`,
    'id:',
    'cards.id is',
    'at most 255',
  ),
  inJob(
    'ids over 255 characters',
    'S-{serial}',
    `${'A'.repeat(200)}{serial:60}`,
    'id:',
    'ids of 260 characters',
    'at most 255',
  ),
  inJob(
    'a number for an id',
    '"S-{serial}"',
    '0123',
    'id:',
    'cards.id is 123',
    'must be a text',
    'in quotes',
  ),
  inJob(
    'a first serial that is none',
    COUNT,
    `${COUNT}\n  first: last`,
    'first: last',
    'cards.first',
    'next',
  ),
];

const theCodes: Row[] = [
  inJob(
    'a number for a prefix',
    '{ length: 16 }',
    '{ length: 16, prefix: 0123 }',
    'prefix:',
    'cards.token.prefix is 123',
    'in quotes',
  ),
  inJob(
    'a prefix of 13',
    '{ length: 16 }',
    '{ length: 16, prefix: "1234567890123" }',
    'prefix:',
    'cards.token.prefix',
    'at most 12',
  ),
  inJob(
    'a prefix with a space',
    '{ length: 16 }',
    '{ length: 16, prefix: "GC " }',
    'prefix:',
    'ASCII without spaces',
  ),
  inJob(
    'a token of 5',
    '{ length: 16 }',
    '{ length: 5 }',
    'length: 5',
    'cards.token.length is 5',
    'at least 6',
  ),
  inJob('a PIN of 3', '{ length: 6 }', '{ length: 3 }', 'length: 3', 'cards.pin.length is 3', 'at least 4'),
  inJob(
    'prefix and length over 48',
    '{ length: 16 }',
    '{ length: 40, prefix: "123456789" }',
    'length: 40',
    'at most 48 characters',
  ),
  inJob(
    'a format without an alphabet',
    '{ length: 16 }',
    '{ length: 16, numbers: false }',
    'numbers: false',
    'numbers, characters or symbols',
  ),
  [
    'a code too long for its field',
    {
      job: ['{ length: 16 }', '{ length: 44, characters: true }'],
      template: ['size: 8, align: center', 'size: 5, align: center'],
    },
    { at: [TEMPLATE, 'part: barcode, data: token'], says: ['back[1]', 'token of 44 characters', /0\.15/] },
  ],
];

const theFiles: Row[] = [
  inJob(
    'a template that there is not',
    './card',
    './cards',
    './cards',
    './cards',
    'there is no such file',
    /looked for .*cards\/template.yaml/,
  ),
  inJob(
    'a built-in template that there is not',
    './card',
    'clasic',
    'clasic',
    'clasic',
    'there is no such file',
    'built-in templates: classic',
  ),
  inJob(
    'a sheet that there is not',
    './sheet.yaml',
    './a4.yaml',
    './a4.yaml',
    './a4.yaml',
    'there is no such file',
    /looked for .*a4.yaml/,
  ),
  inJob(
    'a built-in sheet that there is not',
    './sheet.yaml',
    'a4-9up',
    'a4-9up',
    'there is no such file',
    '13x19-21up, 24up-360x520, a4-8up, a4-labels-8up, one-up-vt, one-up, sra3-21up',
  ),
  inJob('a sheet that is a folder', './sheet.yaml', './card/.', './card/.', 'is a folder, not a file'),
  inJob(
    'a profile that there is not',
    'iso-coated-v2-300',
    './shop.icc',
    './shop.icc',
    'there is no such file',
    /looked for .*shop.icc/,
  ),
  inTemplate(
    'a font that there is not',
    'Inter-Regular.ttf',
    'Inter.ttf',
    'Inter.ttf',
    '../fonts/Inter.ttf',
    'there is no such file',
  ),
  inTemplate('an image that there is not', 'back:', LOGO, 'logo.png', 'logo.png', 'there is no such file'),
  [
    'an image that is none',
    {
      template: ['back:', LOGO],
      prepare: (folder) => writeFile(join(folder, 'card/logo.png'), 'to be drawn'),
    },
    { at: [TEMPLATE, 'logo.png'], says: ['logo.png', 'not a picture that can be read'] },
  ],
  [
    'an image of another format',
    {
      template: ['back:', LOGO],
      prepare: (folder) =>
        writeFile(
          join(folder, 'card/logo.png'),
          '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        ),
    },
    { at: [TEMPLATE, 'logo.png'], says: ['logo.png is SVG', 'PNG, JPEG or TIFF'] },
  ],
  [
    'a web font',
    {
      template: ['../fonts/Inter-Regular.ttf', 'web.woff2'],
      prepare: (folder) => writeFile(join(folder, 'card/web.woff2'), 'wOF2 and so on'),
    },
    { at: [TEMPLATE, 'web.woff2'], says: ['web.woff2 is a web font (WOFF2)', '.ttf, .otf'] },
  ],
  [
    'a font that is none',
    {
      template: ['../fonts/Inter-Regular.ttf', 'letter.ttf'],
      prepare: (folder) => writeFile(join(folder, 'card/letter.ttf'), 'Dear shop,'),
    },
    { at: [TEMPLATE, 'letter.ttf'], says: ['letter.ttf', 'not a font that can be read'] },
  ],
];

const theTemplate: Row[] = [
  inTemplate('not YAML', 'bleed: 3', 'bleed: [3', 'safe: 3', 'not YAML'),
  inTemplate(
    'an unknown ink',
    'ink: moss',
    'ink: mos',
    'ink: mos,',
    '"mos"',
    'no such ink',
    'inks: black, white, rich-black, scratch, varnish, white-ink, cut, pine, moss',
  ),
  inTemplate(
    'an unknown font',
    'text: PIN, at: [9, 44.6], font: semibold',
    'text: PIN, at: [9, 44.6], font: bold',
    'font: bold',
    '"bold"',
    'no such font',
    'fonts: regular, semibold, mono',
  ),
  inTemplate(
    'an unknown field',
    '{card_id}',
    '{cardid}',
    '{cardid}',
    '{cardid}',
    'no such field',
    '{card_id}',
  ),
  inTemplate(
    'a colour over 100 percent',
    '[82, 28, 60, 31]',
    '[82, 28, 60, 310]',
    '310',
    'inks.moss.cmyk[4] is 310',
    'at most 100',
  ),
  inTemplate(
    'a text that the font has no glyph for',
    'text: Gift card',
    'text: 礼品卡',
    '礼品卡',
    'the font semibold has no "礼", "品", "卡"',
  ),
  inTemplate(
    'a text that is too wide',
    'align: right, width: 24',
    'align: right, width: 5',
    'width: 5',
    'its width is 5 mm',
    /at \S+ pt it would fit/,
  ),
  inTemplate(
    'a barcode outside the safe area',
    'data: token, at: [3, 6]',
    'data: token, at: [1, 6]',
    'data: token',
    'back[1]',
    'leaves the safe area by 2 mm on the left',
    '3 mm from the trim',
  ),
  inTemplate(
    'a text in a symbol',
    'text: Gift card, at: [48, 29.8]',
    'text: Gift card, at: [48, 16]',
    'Gift card, at',
    "stands in the token's symbol",
    'quiet zones',
  ),
  inTemplate(
    'a symbol on ink',
    'stroke: black, weight: 0.5 }',
    'stroke: black, weight: 0.5, fill: pine }',
    'data: pin',
    "the pin's symbol stands on",
    'bars need bare white',
  ),
  inTemplate(
    'bars that are too low',
    'size: [34, 10]',
    'size: [34, 4]',
    'size: [34, 4]',
    '4 mm',
    'need 5 mm',
  ),
  inTemplate(
    'a card of another size than the sheet’s',
    'width: 85.6',
    'width: 86.6',
    'width: 86.6',
    '86.6 mm × 53.98 mm',
    'cut to 85.6 mm × 53.98 mm',
  ),
  inTemplate('less bleed than the sheet cuts', 'bleed: 3', 'bleed: 2', 'bleed: 2', '2 mm of bleed', '3 mm'),
  [
    'a PIN that is printed and was not asked for',
    { job: ['pin: { length: 6 }', 'pin: none'] },
    { at: [TEMPLATE, 'data: pin'], says: ['prints a PIN', 'the job asks for none', 'take this part out'] },
  ],
  [
    'a PIN that was asked for and is not printed',
    {
      template: [
        ['  - { part: barcode, data: pin, at: [8, 29.98], size: [34, 10], module: 0.34 }\n', ''],
        ['text: "{pin}"', 'text: none'],
      ],
    },
    { at: [TEMPLATE, 'back:'], says: ['a PIN that the template never prints', 'pin: none'] },
  ],
  [
    'a token that is not printed',
    {
      template: [
        ['data: token', 'data: card_id'],
        ['text: "{token}"', 'text: none'],
      ],
    },
    { at: [TEMPLATE, 'name: plain'], says: ['never prints the token'] },
  ],
];

const theSheet: Row[] = [
  inSheet(
    'slots that overlap',
    'rows: 4 }',
    'rows: 4, pitch: [90, 60] }',
    'pitch: [90, 60]',
    'slots overlap',
    '90 mm apart',
    '91.6 mm',
    'pitch larger or the bleed smaller',
  ),
  inSheet(
    'slots that leave the paper',
    'rows: 4',
    'rows: 5',
    'rows: 5',
    'slot 1 leaves the paper',
    'the page is 210 mm × 297 mm',
  ),
  inSheet('marks in the bleed', 'offset: 3.5', 'offset: 2', 'offset: 2', 'marks.offset is 2 mm', '3.5 mm'),
  inSheet('a slug line off the paper', '280]', '300]', '300]', 'slug is', 'would leave the paper'),
  inSheet('a slug line over the cards', '280]', '150]', '150]', 'slug', 'runs into slot 3 on the front'),
];

const theSurroundings: Row[] = [
  [
    'an output folder that cannot be made',
    { env: { CARDPRESS_OUTPUT: './job.yaml/output' } },
    { says: ['the output folder', 'job.yaml/output cannot be made'] },
  ],
  [
    'no key',
    { env: { CARDPRESS_KEY: './none.txt' } },
    { says: ['none.txt', 'no key to seal the vault with', 'cardpress keygen'] },
  ],
  [
    'a key that others may read',
    { prepare: openToOthers('key.txt') },
    { says: ['key.txt may be read by others', '640', 'chmod 600'] },
  ],
  [
    'a key file that holds no key',
    { prepare: (folder) => writeFile(join(folder, 'key.txt'), 'to be made\n') },
    { says: ['key.txt holds no age identity', 'AGE-SECRET-KEY-1'] },
  ],
  [
    'a key that was cut off',
    {
      prepare: async (folder) =>
        writeFile(join(folder, 'key.txt'), (await readFile(join(folder, 'key.txt'))).subarray(0, -9)),
    },
    { says: ['key.txt holds a damaged age identity'] },
  ],
  [
    'plain http to another host',
    { env: { CARDPRESS_API_URL: 'http://api.dintero.com/v1' } },
    { says: ['CARDPRESS_API_URL', 'http://api.dintero.com', 'must be https'] },
  ],
  [
    'an address that is none',
    { env: { CARDPRESS_API_URL: 'api' } },
    { says: ['CARDPRESS_API_URL', 'must be a URL such as https://'] },
  ],
  [
    'no client id',
    { env: { DINTERO_CLIENT_ID: undefined } },
    { says: ['DINTERO_CLIENT_ID is not set', 'DINTERO_CLIENT_ID_FILE'] },
  ],
  [
    'an empty client secret',
    { env: { DINTERO_CLIENT_SECRET: '' } },
    { says: ['DINTERO_CLIENT_SECRET is not set', 'DINTERO_CLIENT_SECRET_FILE'] },
  ],
  [
    'a secret in a file that there is not',
    { env: { DINTERO_CLIENT_SECRET: undefined, DINTERO_CLIENT_SECRET_FILE: './secret.txt' } },
    { says: ['DINTERO_CLIENT_SECRET_FILE', 'secret.txt', 'there is no such file'] },
  ],
  [
    'a secret in an empty file',
    {
      env: { DINTERO_CLIENT_SECRET: undefined, DINTERO_CLIENT_SECRET_FILE: './secret.txt' },
      prepare: (folder) => writeFile(join(folder, 'secret.txt'), '\n'),
    },
    { says: ['secret.txt', 'it is empty'] },
  ],
];

/** What a first version told wrongly or not at all. */
const subtle: Row[] = [
  inJob('overs without the sign', 'overs: 2', 'overs: 2 percent', '2 percent', 'a share such as 2%'),
  inJob('an unknown key of the PIN', 'pin: { length: 6 }', 'pin: { lenght: 6 }', 'lenght', 'lenght'),
  inJob('recipients that are not there', 'seal: none', 'seal: [printer.asc]', 'printer.asc', 'no such file'),
  inJob(
    'a first serial too large to count',
    COUNT,
    `${COUNT}\n  first: 9007199254740990`,
    'first:',
    'cards.first',
  ),
  inJob('a field of templates in an id', 'S-{serial}', '{card_id}-{serial}', 'id:', '{card_id}', 'fields:'),
  inJob('an alias to nothing', 'T12345678', '*test', '*test', 'alias'),
  inJob(
    'a built-in profile that there is not',
    'iso-coated-v2-300',
    'fogra39',
    'fogra39',
    'iso-coated-v2-300',
  ),
  [
    'a profile that is none',
    {
      job: ['iso-coated-v2-300', './shop.icc'],
      prepare: (folder) => writeFile(join(folder, 'shop.icc'), 'to come'),
    },
    { at: [JOB, './shop.icc'], says: ['not an ICC profile'] },
  ],
  inTemplate('an ink in RGB', 'cmyk: [92, 40, 70, 45]', 'rgb: [0, 80, 60]', 'pine:', /cmyk/i),
  [
    'a settle time that is none',
    { env: { CARDPRESS_SETTLE: 'soon' } },
    { says: ['CARDPRESS_SETTLE', 'seconds'] },
  ],
  [
    'threads that are no number',
    { env: { CARDPRESS_THREADS: 'two' } },
    { says: ['CARDPRESS_THREADS', 'number'] },
  ],
  [
    'a run name that leaves the output',
    { options: { run: '../elsewhere' } },
    { says: ['--run', 'lower-case'] },
  ],
  ['a run name with a slash', { options: { run: 'spring/1' } }, { says: ['--run', 'lower-case'] }],
  ['a hidden run name', { options: { run: '.spring' } }, { says: ['--run', 'lower-case'] }],
  ['a run name with a space', { options: { run: 'spring 1' } }, { says: ['--run', 'lower-case'] }],
];

test('there are enough kinds of bad input here', () => {
  const all = [theFile, theOrder, theIds, theCodes, theFiles, theTemplate, theSheet, theSurroundings].flat();
  expect(all.length).toBeGreaterThanOrEqual(45);
});

describe.each([
  ['the job file', theFile],
  ['the order', theOrder],
  ['the ids', theIds],
  ['the codes', theCodes],
  ['the files that are named', theFiles],
  ['the template', theTemplate],
  ['the sheet', theSheet],
  ['the surroundings', theSurroundings],
])('%s', (_, rows) => {
  test.each(rows)('%s', (__, mistake, expected) => expectRefusal(mistake, expected));
});

describe('the subtle ones', () => {
  test.each(subtle)('%s', (_, mistake, expected) => expectRefusal(mistake, expected));
});

test('the job that all these mistakes are made in is right, and its ids are taken from then on', async () => {
  const shop = await openShop();
  expect(await shop.run()).toBeUndefined();
  expect(shop.written()).toContain('is complete');
  const runs = await shop.runs();
  expect(runs).toHaveLength(1);

  await writeFile(
    join(shop.folder, JOB),
    WHOLE.replace('spring', 'summer').replace(COUNT, `${COUNT}\n  first: 5`),
  );
  const before = shop.calls();
  const failure = await shop.run();
  expect(failure).toMatchObject({ kind: 'input' });
  expect(failure!.complaints).toHaveLength(1);
  const { message, place, hint } = failure!.complaints[0]!;
  expect(message).toContain('card id "S-000005" belongs to run spring-');
  expect(hint).toContain('cards.first: next goes on after the last');
  expect(place?.excerpt).toBe('  first: 5');
  expect(await shop.runs()).toEqual(runs);
  expect(shop.calls()).toBe(before);
});

test('an open run is not gone on with after its job was changed, or against another platform', async () => {
  const shop = await openShop(
    { env: { CARDPRESS_SETTLE: '0' } },
    {
      faults: {
        rules: [
          { operation: 'batch', fault: 'drop-after-commit' },
          { operation: 'get', fault: 'status', status: 403 },
        ],
      },
    },
  );
  expect(await shop.run()).toMatchObject({ kind: 'refused' });
  const runs = await shop.runs();
  const before = shop.calls();

  await writeFile(join(shop.folder, JOB), WHOLE.replace(COUNT, '  count: 17'));
  const changed = await shop.run();
  expect(changed).toMatchObject({ kind: 'input' });
  expect(changed!.message).toMatch(/no longer says what run spring-\S+ was planned with: cards.count/);
  expect(changed!.message).toContain('--new');

  const other = await openShop({ env: { CARDPRESS_OUTPUT: join(shop.folder, 'output') } });
  const elsewhere = await other.run();
  expect(elsewhere).toMatchObject({ kind: 'input' });
  expect(elsewhere!.message).toContain(`was begun against ${shop.origin}, this call goes to ${other.origin}`);
  expect(await shop.runs()).toEqual(runs);
  expect([shop.calls() - before, other.calls()]).toEqual([0, 0]);
});
