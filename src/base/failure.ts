// The one error class. Its kinds are cut by what the operator does next, and each has an exit code.

/** What the operator does next decides the kind; the number is the process's exit code. */
const EXIT_CODES = {
  /** The input is wrong; nothing was done. */
  input: 2,
  /** The platform refused. */
  refused: 3,
  /** Unavailable after retries: run again. */
  unavailable: 4,
  /** In doubt: a person must decide. */
  doubt: 5,
  /** A symbol could not be read back. */
  unreadable: 6,
  /** A checksum, signature or seal does not match. */
  mismatch: 7,
  /** Our bug. */
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type FailureKind = keyof typeof EXIT_CODES;

/** A place in a text file; line and column count from 1. `excerpt` is the line at fault. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

/** What is wrong, where, and what would be right. None of the three may hold a secret. */
export interface Complaint {
  readonly message: string;
  readonly place?: Place;
  readonly hint?: string;
  /** The rule of the preflight that was broken. */
  readonly rule?: string;
}

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly complaints: readonly Complaint[];

  constructor(
    kind: FailureKind,
    complaint: string | Complaint | readonly Complaint[],
    options?: ErrorOptions,
  ) {
    const complaints = typeof complaint === 'string' ? [{ message: complaint }] : [complaint].flat();
    super(complaints.map(complaintText).join('\n\n'), options);
    this.name = 'Failure';
    this.kind = kind;
    this.complaints = complaints;
  }
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** A complaint about the input: exit 2, nothing was done. */
export function badInput(message: string, more: Omit<Complaint, 'message'> = {}): Failure {
  return new Failure('input', { message, ...more });
}

/** An error of the file system in the operator's words; other errors pass as they are. */
export function diskFailure(error: unknown, path: string): unknown {
  const say = (message: string, hint?: string) =>
    new Failure('unavailable', { message, ...(hint !== undefined && { hint }) }, { cause: error });
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return say(`no space left for ${path}`, 'make room, and run again');
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM'))
    return say(`may not write ${path}`, 'look at its owner and mode, and run again');
  if (hasCode(error, 'EIO')) return say(`the disk failed at ${path}`);
  if (hasCode(error, 'EMFILE', 'ENFILE'))
    return say(`too many open files, at ${path}`, 'raise the limit (ulimit -n)');
  return error;
}

const STOPPED = 'stopped; the same command goes on';

/** @throws Failure of kind `interrupted` once somebody has stopped the command */
export function refuseStopped(stopping: AbortSignal): void {
  if (stopping.aborted) throw new Failure('interrupted', STOPPED);
}

/** An error of unknown origin as a Failure; anything that is neither one nor the file system's is our bug. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  // What waited when the signal came: nothing is wrong, and nobody has to hear of it.
  if (error instanceof Error && error.name === 'AbortError')
    return new Failure('interrupted', STOPPED, { cause: error });
  const path = pathOf(error);
  const known = diskFailure(error, path);
  if (known instanceof Failure) return known;
  if (hasCode(error, 'EISDIR')) return badInput(`${path} is a folder, not a file`);
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return badInput(`${path}: there is no such file or folder`);
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('bug', `unexpected: ${message}`, { cause: error });
}

const pathOf = (error: unknown) =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : 'a file';

/** Does work, and then what ends it, whatever came of it. Why the work failed goes before that it could not be ended. */
export async function lastly<T>(work: () => Promise<T>, end: () => Promise<void>): Promise<T> {
  let came: T;
  try {
    came = await work();
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
  await end();
  return came;
}

/** Whether an error carries this code of the operating system, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}

function complaintText({ message, place, hint, rule }: Complaint): string {
  const told = rule === undefined ? message : `${message} [${rule}]`;
  const lines = [place ? `${place.file}:${place.line}:${place.column}  ${told}` : told];
  if (place && place.excerpt !== '') {
    const gutter = String(place.line);
    // A tab is one column in the file and must stay one in the excerpt, or the caret points elsewhere.
    const excerpt = place.excerpt.replaceAll('\t', ' ');
    lines.push(
      '',
      `  ${gutter} | ${excerpt}`,
      `  ${' '.repeat(gutter.length)} | ${' '.repeat(place.column - 1)}^`,
    );
  }
  if (hint !== undefined) lines.push(place ? `  ${hint}` : `(${hint})`);
  return lines.join('\n');
}
