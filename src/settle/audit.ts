// What a run folder says of itself, held against itself: the chain of events, the files that it names, the
// accounts. Whatever was changed afterwards, and was not forged from end to end, is found.
import { GENESIS, type Head, lineHash } from '../base/journal.ts';
import { type RunFolder, isWitnessed, names } from '../base/run-folder.ts';
import { digest } from '../pack/place.ts';

export interface FolderAudit {
  /** What does not agree, in words; nothing where all does. */
  readonly wrong: readonly string[];
  readonly lines: number;
  /** SHA-256 of the last line: whoever files it can tell later that nothing before was changed. */
  readonly head: string;
  /** Who wrote, with the number of lines. */
  readonly who: ReadonlyMap<string, number>;
  /** Files that were found as the chain names them. */
  readonly files: number;
  /** Who signed each later yes that the run went on under; a name and no key, where the job named no approvers. */
  readonly laterSigners: readonly string[];
}

interface Line {
  readonly event?: string;
  readonly by?: string;
  readonly previous?: string;
  readonly file?: string;
  readonly sha256?: string;
  readonly signers?: readonly string[];
}

/** Written once before there is a journal, and named by every process: what it says must never change. */
const SAME = [names.plan, names.approval] as const;

export async function auditFolder(folder: RunFolder): Promise<FolderAudit> {
  const wrong: string[] = [];
  const text = (await folder.has(names.events))
    ? new TextDecoder().decode(await folder.read(names.events))
    : '';
  if (text === '') wrong.push(`${names.events} is missing: nobody can say what happened`);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const who = new Map<string, number>();
  const noted = new Map<string, string[]>();
  const laterSigners: string[] = [];
  let previous = GENESIS;
  for (const [index, text] of lines.entries()) {
    const line = parseLine(text);
    // A line that a crash cut off has no link; the next one is chained to it all the same.
    if (line !== undefined) {
      if (line.previous !== previous)
        wrong.push(
          `${names.events}:${index + 1}  does not follow from the line before: one of them was changed, or lines were taken out`,
        );
      if (line.event === 'run.approved') laterSigners.push(...(line.signers ?? ['']));
      if (line.by !== undefined) who.set(line.by, (who.get(line.by) ?? 0) + 1);
      if (line.event === 'file.noted' && line.file !== undefined && line.sha256 !== undefined)
        noted.set(line.file, [...(noted.get(line.file) ?? []), line.sha256]);
      // Should it be there after all, nothing names it any more.
      if (line.event === 'file.unwritten' && line.file !== undefined) noted.delete(line.file);
    }
    previous = lineHash(text);
  }
  wrong.push(...(await auditHead(folder, lines)), ...(await auditFiles(folder, noted)));
  return { wrong, lines: lines.length, head: previous, who, files: noted.size, laterSigners };
}

async function auditHead(folder: RunFolder, lines: readonly string[]): Promise<readonly string[]> {
  if (!(await folder.has(names.head))) return lines.length === 0 ? [] : [`${names.head} is missing`];
  const head = (await folder.readJson(names.head)) as Head;
  const last = lines[head.lines - 1];
  if (last === undefined && head.lines > 0)
    return [`${names.events} had ${head.lines} lines and has ${lines.length}: lines were cut off`];
  if (last !== undefined && lineHash(last) !== head.sha256)
    return [`${names.events}:${head.lines}  is not the line that the chain ended with`];
  return [];
}

async function auditFiles(
  folder: RunFolder,
  noted: ReadonlyMap<string, readonly string[]>,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [file, sums] of noted) {
    if (!(await folder.has(file))) {
      wrong.push(`${file} is named in ${names.events}, and is not there`);
      continue;
    }
    const { sha256 } = await digest(folder.stream(file));
    const isSame = SAME.some((name) => name === file)
      ? sums.every((sum) => sum === sha256)
      : sums.includes(sha256);
    if (!isSame) wrong.push(`${file} is not the file that ${names.events} names: it was changed or swapped`);
  }
  const there = [
    names.plan,
    names.approval,
    names.purged,
    ...(await folder.list('receipts')).map((file) => `receipts/${file}`),
    ...(await folder.list('books')).map((file) => `books/${file}`),
  ];
  for (const file of there)
    if (isWitnessed(file) && !noted.has(file) && !file.endsWith('.csv') && (await folder.has(file)))
      wrong.push(`${file} is there, and ${names.events} names no such file`);
  return wrong;
}

function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
