// YAML text -> a checked value that remembers where each part of it stands, so that every complaint,
// at once or later, names file, line and column and shows the line.
import {
  type Document,
  type Node,
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';
import { z } from 'zod';
import { type Complaint, Failure, type Place } from '../base/failure.ts';
import { excerptOf, isKeyFile, shownName, shownText } from '../base/shown.ts';

export type Path = readonly PropertyKey[];

/** A value that passed its schema, with the place in the file of each of its parts. */
export interface Checked<T> {
  readonly file: string;
  readonly value: T;
  /** Where the value at a path stands; the nearest part around it where the path is not in the file. */
  readonly at: (...path: Path) => Place;
}

/**
 * Parses and checks a YAML file.
 * @param file the name that complaints show
 * @throws Failure of kind `input` with every complaint, the first one first in the file
 */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>): Checked<T> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false });
  const lines = text.split(/\r?\n/);
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { file, line, column: col, excerpt: excerptOf(lines[line - 1] ?? '', col) };
  };
  // Another file than the one that was meant, a key say: nothing of it is shown.
  const strange = (message: string) =>
    new Failure('input', { message, place: { file, line: 1, column: 1, excerpt: '' } });
  const wrong = (found: readonly Complaint[]) =>
    isKeyFile(text)
      ? strange('the file holds a private key: was another one meant?')
      : new Failure('input', found);
  const { contents } = document;
  if (isScalar(contents) && contents.value !== null)
    throw isKeyFile(text) ? wrong([]) : strange('the file is one text: it must be a map of keys');
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw wrong([{ message: `not YAML: ${reasonText(broken.message)}`, place: placeOf(broken.pos[0]) }]);
  }
  const at = (...path: Path) => placeOf(offsetOf(document, path));

  let raw: unknown;
  try {
    raw = document.toJS();
  } catch (error) {
    // An alias to nothing, or a bomb of aliases.
    const reason = error instanceof Error ? reasonText(error.message) : 'it cannot be read';
    throw wrong([{ message: `not YAML: ${reason}`, place: placeOf(brokenAlias(document) ?? 0) }]);
  }
  if (raw === null || raw === undefined) {
    throw new Failure('input', { message: 'the file is empty', place: at() });
  }
  const result = schema.safeParse(raw, { error: wording });
  if (!result.success) {
    const { issues, lacks } = withoutSeconds(result.error.issues.flatMap(nearest), raw);
    const found = issues.flatMap((issue) => complaints(issue, raw, lacks(issue.path), document, placeOf));
    throw wrong(found.sort(byPlace));
  }
  return { file, value: result.data, at };
}

/** A YAML text with other values at some paths. */
export function withValues(text: string, values: readonly (readonly [Path, unknown])[]): string {
  const document = parseDocument(text);
  for (const [path, value] of values) document.setIn(path, value);
  return String(document);
}

/**
 * Where one of several forms would do, what is wrong is told of the form that was meant: of those that are of
 * the value's kind, the one that it is nearest to.
 */
function nearest(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .map((issues) => issues.flatMap(nearest))
    .filter((issues) => issues.every(({ path, code }) => path.length > 0 || !OF_KIND.includes(code)))
    .sort((a, b) => a.length - b.length);
  const [form] = meant;
  if (form === undefined) return [issue];
  return form.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** What is said of a value that is of another kind altogether. */
const OF_KIND: readonly string[] = ['invalid_type', 'invalid_value', 'invalid_union', 'invalid_format'];

/**
 * A key that is misspelt is also missing under its right name; that is one mistake and one complaint. Gives what
 * is left, and for each map with unknown keys the known ones that it lacks.
 */
function withoutSeconds(issues: readonly z.core.$ZodIssue[], raw: unknown) {
  const parentOf = ({ path }: z.core.$ZodIssue) => dotted(path.slice(0, -1));
  const isMissing = ({ path }: z.core.$ZodIssue) => path.length > 0 && valueAt(raw, path) === undefined;
  const strange = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => dotted(path)),
  );
  const seconds = issues.filter((issue) => isMissing(issue) && strange.has(parentOf(issue)));
  const lacks = (path: Path) =>
    seconds.filter((issue) => parentOf(issue) === dotted(path)).map((issue) => String(issue.path.at(-1)));
  return { issues: issues.filter((issue) => !seconds.includes(issue)), lacks };
}

const byPlace = ({ place: a }: Complaint, { place: b }: Complaint) =>
  (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);

/** Where the first alias stands that names nothing. */
function brokenAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = start(alias);
      return visit.BREAK;
    },
  });
  return offset;
}

function complaints(
  issue: z.core.$ZodIssue,
  raw: unknown,
  lacks: readonly string[],
  document: Document.Parsed,
  placeOf: (offset: number) => Place,
): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      message: `${dotted([...issue.path, shownName(key)])} is not a key that is known here`,
      place: placeOf(offsetOf(document, [...issue.path, key], 'key')),
      ...(lacks.length > 0 && { hint: `what is missing here: ${lacks.join(', ')}` }),
    }));
  }
  const name = issue.path.length === 0 ? 'the file' : dotted(issue.path);
  const found = valueAt(raw, issue.path);
  const shown = found === undefined ? 'is missing' : `is ${show(found)}`;
  return [{ message: `${name} ${shown}: ${issue.message}`, place: placeOf(offsetOf(document, issue.path)) }];
}

/** What would be right, in words that follow "cards.count is 0: ". */
const wording: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string' && typeof issue.input === 'number') {
        return 'it must be a text; put it in quotes, since YAML would drop leading zeros of a number';
      }
      if (issue.expected === 'string' && issue.input !== null && typeof issue.input === 'object') {
        return 'it must be a text; put it in quotes where it begins with { or [';
      }
      return `it must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string')
        return `it must have at least ${String(issue.minimum)} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
      return `it must be ${issue.inclusive === false ? 'above' : 'at least'} ${String(issue.minimum)}`;
    case 'too_big':
      if (issue.origin === 'array' || issue.origin === 'string')
        return `it must have at most ${String(issue.maximum)} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
      return `it must be ${issue.inclusive === false ? 'below' : 'at most'} ${String(issue.maximum)}`;
    case 'invalid_value':
      return `it must be ${issue.values.map((value) => String(value)).join(' or ')}`;
    case 'invalid_union':
      if (issue.discriminator !== undefined)
        return `its ${issue.discriminator} is not one that is known here`;
      return undefined;
    default:
      return undefined;
  }
};

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** Offset in the text of the node at a path (or of its key); of the nearest node around it where it is missing. */
function offsetOf(document: Document.Parsed, path: Path, which: 'key' | 'value' = 'value'): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!isPair(pair)) return offset;
      if (depth === path.length - 1 && which === 'key') return start(pair.key) ?? offset;
      // A key without a value, and a map or list under it, are pointed at by the key.
      const points = isScalar(pair.value) || isAlias(pair.value) ? pair.value : pair.key;
      offset = start(points) ?? start(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = start(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const start = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    raw,
  );
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  return typeof value === 'string' ? shownText(value) : JSON.stringify(value);
}

/** What the parser says; after a colon it repeats the file. */
function reasonText(message: string): string {
  const at = message.indexOf(': ') + 2;
  return lowerFirst(at < 2 ? message : message.slice(0, at) + shownName(message.slice(at)));
}

const dotted = (path: Path) =>
  path
    .map((step, index) =>
      typeof step === 'number' ? `[${step + 1}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
