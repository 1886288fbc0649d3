// YAML files: every value keeps its place, and every complaint names file, line and column and shows the line.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../src/base/failure.ts';
import { parseYaml } from '../../src/plan/yaml.ts';

const schema = z.strictObject({
  name: z.string().min(2).max(20),
  count: z.int().min(1),
  colour: z.enum(['red', 'blue']).optional(),
  parts: z
    .array(z.strictObject({ at: z.tuple([z.number(), z.number()]), size: z.number().optional() }))
    .optional(),
  flags: z.record(z.string(), z.boolean()).optional(),
});

function failureOf(text: string, wanted: z.ZodType = schema): Failure {
  try {
    parseYaml(text, 'a.yaml', wanted);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const only = (text: string, wanted?: z.ZodType) => {
  const failure = failureOf(text, wanted);
  expect(failure).toMatchObject({ kind: 'input', exitCode: 2 });
  expect(failure.complaints).toHaveLength(1);
  return failure.complaints[0]!;
};

/** `3:7` and the message of the only complaint. */
const told = (text: string) => {
  const { message, place } = only(text);
  return `${place!.line}:${place!.column} ${message}`;
};

test.each<[string, string, string]>([
  ['a value of the wrong type', 'name: ab\ncount: many\n', '2:8 count is "many": it must be a number'],
  [
    'a text that begins with a brace',
    'name: {token}\ncount: 1\n',
    '1:1 name is a map: it must be a text; put it in quotes where it begins with { or [',
  ],
  ['a fraction', 'name: ab\ncount: 1.5\n', '2:8 count is 1.5: it must be a whole number'],
  ['a value that is too small', 'name: ab\ncount: 0\n', '2:8 count is 0: it must be at least 1'],
  ['a text that is too short', 'name: a\ncount: 1\n', '1:7 name is "a": it must have at least 2 characters'],
  [
    'a word that is not on the list',
    'name: ab\ncount: 1\ncolour: green\n',
    '3:9 colour is "green": it must be red or blue',
  ],
  [
    'a number for a text',
    'name: 0123\ncount: 1\n',
    '1:7 name is 123: it must be a text; put it in quotes, since YAML would drop leading zeros of a number',
  ],
  [
    'a value in a list in a map',
    'name: ab\ncount: 1\nparts:\n  - { at: [1, x] }\n',
    '4:15 parts[1].at[2] is "x": it must be a number',
  ],
  ['a list for a map', 'name: ab\ncount: 1\nflags: [a]\n', '3:1 flags is a list: it must be a map of keys'],
  ['nothing where a value should be', 'name:\ncount: 1\n', '1:6 name is null: it must be a text'],
  ['a missing key', 'name: ab\n', '1:1 count is missing: it must be a number'],
  [
    'a missing key of a part',
    'name: ab\ncount: 1\nparts:\n  - size: 2\n',
    '4:5 parts[1].at is missing: it must be a list',
  ],
  ['an unknown key', 'name: ab\ncount: 1\n  \ncolor: red\n', '4:1 color is not a key that is known here'],
  [
    'an unknown key of a part',
    'name: ab\ncount: 1\nparts:\n  - { at: [1, 2], colour: red }\n',
    '4:19 parts[1].colour is not a key that is known here',
  ],
  ['a list instead of a map', '- name: ab\n', '1:1 the file is a list: it must be a map of keys'],
  ['a text instead of a map', 'hello\n', '1:1 the file is one text: it must be a map of keys'],
  ['a key that comes twice', 'name: ab\ncount: 1\nname: cd\n', '3:1 not YAML: map keys must be unique'],
  [
    'a tab as indentation',
    'name: ab\nflags:\n\ta: true\n',
    '3:1 not YAML: tabs are not allowed as indentation',
  ],
  ['a quote that is not closed', 'name: "ab\n', '2:1 not YAML: missing closing "quote'],
  ['an empty file', '', '1:1 the file is empty'],
  ['a file of comments', '# to do\n', '1:1 the file is empty'],
])('%s is complained of where it stands', (_, text, expected) => {
  expect(told(text)).toBe(expected);
});

test('the complaint shows the line at fault, whatever ends the lines', () => {
  for (const end of ['\n', '\r\n']) {
    const { place } = only(['# a comment', 'name: ab', 'count: 0', ''].join(end));
    expect(place).toEqual({ file: 'a.yaml', line: 3, column: 8, excerpt: 'count: 0' });
  }
});

test('a value under an alias is complained of where it is used', () => {
  expect(told('name: &a 17\ncount: 1\n')).toMatch(/^1:10 /);
  expect(told('name: ab\ncount: 1\ncolour: &c red\nflags: { a: *c }\n')).toMatch(/^4:13 /);
});

test('every mistake of a file is told at once', () => {
  const failure = failureOf('name: a\ncount: 0\ncolor: red\n');
  expect(failure.complaints.map(({ place }) => place?.line)).toEqual([1, 2, 3]);
});

test('the first mistake in the file is told first', () => {
  // parseYaml promises "the first one first in the file"; the complaints come in the schema's order.
  const failure = failureOf('color: red\ncount: 0\nname: a\n');
  expect(failure.complaints.map(({ place }) => place?.line)).toEqual([1, 2, 3]);
});

test('an alias to nothing is complained of where it stands', () => {
  // toJS throws without a position, and the complaint points at 1:1.
  expect(told('name: ab\ncount: *none\n')).toMatch(/^2:8 /);
});

test('a bomb of aliases is refused, and fast', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`,
  );
  const failure = failureOf(`l0: &l0 [x, x, x]\n${levels.join('\n')}\n`, z.unknown());
  expect(failure.kind).toBe('input');
});

test('a checked value knows the place of each of its parts, and of the nearest part around what is not there', () => {
  const checked = parseYaml(
    'name: ab\ncount: 3\nparts:\n  - at: [1, 20]\n  - { at: [3, 4], size: 5 }\n',
    'a.yaml',
    schema,
  );
  const at = (...path: (string | number)[]) => {
    const { line, column } = checked.at(...path);
    return [line, column];
  };
  expect(at()).toEqual([1, 1]);
  expect(at('count')).toEqual([2, 8]);
  expect(at('parts')).toEqual([3, 1]);
  expect(at('parts', 0, 'at', 1)).toEqual([4, 13]);
  expect(at('parts', 1)).toEqual([5, 5]);
  expect(at('parts', 1, 'size')).toEqual([5, 25]);
  expect(at('parts', 0, 'size')).toEqual([4, 5]);
  expect(at('parts', 7)).toEqual([3, 1]);
  expect(at('flags', 'a')).toEqual([1, 1]);
});

test('whatever a file looks like, the place of a number is where its digits begin', () => {
  type Tree = number | Tree[] | { readonly [key: string]: Tree };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 100, max: 999 }),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      fc.dictionary(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 }),
        tie('tree'),
        { minKeys: 1, maxKeys: 3 },
      ),
    ),
  }));
  const root = fc.dictionary(fc.constantFrom('x', 'y', 'z'), tree, { minKeys: 1 });
  const block = (value: Tree, indent: string): string => {
    if (typeof value === 'number') return ` ${value}\n`;
    const entries = Array.isArray(value)
      ? value.map((item) => `${indent}-${block(item, `${indent}  `)}`)
      : Object.entries(value).map(([key, item]) => `${indent}${key}:${block(item, `${indent}   `)}`);
    return `\n${entries.join('')}`;
  };
  const numbers = (value: Tree, path: (string | number)[] = []): [number, (string | number)[]][] => {
    if (typeof value === 'number') return [[value, path]];
    if (Array.isArray(value)) return value.flatMap((item, index) => numbers(item, [...path, index]));
    return Object.entries(value).flatMap(([key, item]) => numbers(item, [...path, key]));
  };
  fc.assert(
    fc.property(root, fc.boolean(), (value, flow) => {
      const checked = parseYaml(
        flow ? JSON.stringify(value, null, 1) : block(value, ''),
        'a.yaml',
        z.unknown(),
      );
      for (const [number, path] of numbers(value)) {
        const { excerpt, column } = checked.at(...path);
        expect(excerpt.slice(column - 1)).toMatch(new RegExp(`^${number}\\b`));
      }
    }),
  );
});

test.each<[string, string]>([
  ['an age identity', '# created: today\n# public key: age1abc\nAGE-SECRET-KEY-1QQPQYQSZQGPQYQSZ\n'],
  ['an age identity under a name', 'key: AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZ\n'],
  ['a minisign key', 'untrusted comment: minisign encrypted secret key\nRWRTY0IyQQPQYQSZQGPQYQSZ\n'],
  ['an armored key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\nQQPQYQSZQGPQYQSZ\n'],
  ['a client secret', 'QQPQYQSZQGPQYQSZ\n'],
  ['an environment', 'CLIENT_ID=a\nDINTERO_CLIENT_SECRET=QQPQYQSZQGPQYQSZ\n'],
  ['a secret under its name', 'name: ab\ncount: 1\nclient_secret: QQPQYQSZQGPQYQSZ\n'],
  ['a secret in JSON', '{"client_id": "a", "client_secret": "QQPQYQSZQGPQYQSZ"}\n'],
  ['a long word', `name: ab\ncount: ${'QQPQYQSZQGPQYQSZ'.repeat(4)}\n`],
  ['a long word where no key is', `name: ab\ncount: 1\n${'QQPQYQSZQGPQYQSZ'.repeat(4)}\n`],
  ['a long word behind what is no YAML', `name: ab\n- ${'QQPQYQSZQGPQYQSZ'.repeat(4)}\n`],
])('shows nothing of %s', (_, text) => {
  const failure = failureOf(text);
  expect(failure.kind).toBe('input');
  expect(JSON.stringify([failure.message, failure.complaints])).not.toMatch(/QQPQYQSZ/);
});

test('shows little of a file that is no text', () => {
  const bytes = Array.from({ length: 3000 }, (_, at) => String.fromCharCode((at * 7919) % 256)).join('');
  for (const text of [bytes, `name: ab\ncount: "${bytes.replaceAll(/["\\\r\n\0]/g, '')}"\n`]) {
    const { message } = failureOf(text);
    expect(message.length).toBeLessThan(400);
    expect(message).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  }
});

test('still shows what is no secret', () => {
  const recipient = `age1${'q'.repeat(58)}`;
  expect(failureOf(`name: ab\ncount: 1\nparts:\n  - ${recipient}\n`).message).toContain(recipient);
  expect(failureOf('name: ab\ncount: 0 # secrets: none\n').message).toContain('count: 0 # secrets: none');
});
