// Templates: what they may say, and what they must not. How they fit a press is the preflight's business.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { fieldsIn, fieldsOf, filesOf, parseTemplate, sidesOf } from '../../src/plan/template.ts';

const CLASSIC = await readFile(new URL('../../templates/classic/template.yaml', import.meta.url), 'utf8');

const SMALL = `name: small
inks:
  pine: { cmyk: [92, 40, 70, 45] }
fonts: { body: body.ttf }
front:
  - { part: rect, at: [0, 0], size: [10, 10], fill: pine }
  - { part: text, text: "{serial} of {run}", at: [5, 5], font: body, size: 8 }
back:
  - { part: barcode, data: token, at: [5, 5], size: [70, 10] }
  - { part: image, file: logo.png, at: [5, 20], size: [10, 10] }
  - { part: line, from: [0, 0], to: [10, 0], stroke: black }
`;

const parse = (text: string) => parseTemplate(text, 'template.yaml');

test('the shipped template is right and prints what a card needs', () => {
  const { value } = parse(CLASSIC);
  expect(fieldsOf(value)).toEqual(new Set(['token', 'pin', 'serial', 'card_id']));
  expect(sidesOf(value)).toEqual(['front', 'back']);
});

test('a template that says little is an ISO card with 3 mm of bleed', () => {
  const { value } = parse(SMALL);
  expect(value.card).toEqual({ width: 85.6, height: 53.98, corner: 3.18, holes: [] });
  expect([value.bleed, value.safe]).toEqual([3, 3]);
  expect(value.front[1]).toMatchObject({ ink: 'black', align: 'left', tracking: 0 });
  expect(value.back![0]).toMatchObject({ module: 0.33, align: 'center' });
});

test('a template names its files once each, and its fields', () => {
  const { value } = parse(
    SMALL.replace('line, from', 'image, file: logo.png, at: [5, 30], size: [5, 5] }\n  - { part: line, from'),
  );
  expect(filesOf(value)).toEqual(['body.ttf', 'logo.png']);
  expect(fieldsOf(value)).toEqual(new Set(['serial', 'run', 'token']));
  expect(fieldsIn('{token}-{pin} {TOKEN} { pin }')).toEqual(['token', 'pin']);
});

test('a card without a back has one side', () => {
  expect(sidesOf(parse(SMALL.slice(0, SMALL.indexOf('back:'))).value)).toEqual(['front']);
});

test.each<[string, string, string, string]>([
  [
    'an unknown ink',
    'fill: pine',
    'fill: pin',
    '6 front[1].fill is "pin": the template has no such ink; inks: black, white, rich-black, scratch, varnish, white-ink, cut, pine',
  ],
  [
    'an unknown ink of a line',
    'stroke: black',
    'stroke: blue',
    '11 back[3].stroke is "blue": the template has no such ink; inks: black, white, rich-black, scratch, varnish, white-ink, cut, pine',
  ],
  [
    'an unknown font',
    'font: body',
    'font: bold',
    '7 front[2].font is "bold": the template has no such font; fonts: body',
  ],
  [
    'a font by a name that every object has',
    'font: body',
    'font: constructor',
    '7 front[2].font is "constructor": the template has no such font; fonts: body',
  ],
  [
    'an ink by such a name',
    'fill: pine',
    'fill: constructor',
    '6 front[1].fill is "constructor": the template has no such ink; inks: black, white',
  ],
  [
    'an unknown field',
    '{run}',
    '{batch}',
    '7 front[2].text names {batch}: there is no such field; fields: {token}, {pin}, {serial}, {card_id}, {run}',
  ],
  [
    'a rect that would not be seen',
    ', fill: pine',
    '',
    '6 front[1] has neither fill nor stroke: it would not be seen',
  ],
  ['RGB', 'cmyk: [92, 40, 70, 45]', 'rgb: [0, 80, 60]', 'inks.pine.rgb is not a key that is known here'],
  ['a colour of three values', '[92, 40, 70, 45]', '[92, 40, 70]', 'inks.pine.cmyk'],
  [
    'a colour over 100 percent',
    '[92, 40, 70, 45]',
    '[92, 40, 70, 145]',
    '3 inks.pine.cmyk[4] is 145: it must be at most 100',
  ],
  [
    'an unknown part',
    'part: image',
    'part: picture',
    '10 back[2].part is "picture": its part is not one that is known here',
  ],
  [
    'a barcode of what is none',
    'data: token',
    'data: serial',
    '9 back[1].data is "serial": it must be token or pin or card_id',
  ],
  [
    'an empty face',
    SMALL.slice(SMALL.indexOf('back:')),
    'back: []\n',
    '8 back is a list: it must have at least 1 entries',
  ],
  ['a width of nothing', 'size: [70, 10]', 'size: [0, 10]', '9 back[1].size[1] is 0: it must be above 0'],
  ['a coordinate too few', 'at: [0, 0]', 'at: [0]', '6 front[1].at'],
  [
    'a name with a space',
    'name: small',
    'name: Small card',
    '1 name is "Small card": it must be lower-case letters',
  ],
  [
    'no fonts at all',
    'fonts: { body: body.ttf }',
    'fonts: {}',
    'font is "body": the template has no such font',
  ],
])('%s is refused where it stands', (_, before, after, expected) => {
  const text = SMALL.replace(before, after);
  expect(text).not.toBe(SMALL);
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const told = error.complaints.map(
      ({ message, place, hint }) => `${place!.line} ${message}; ${hint ?? ''}`,
    );
    expect(
      told.some((line) => line.includes(expected)),
      told.join('\n'),
    ).toBe(true);
    return;
  }
  throw new Error('it was taken');
});
