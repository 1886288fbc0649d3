// SFTP as a target. The far end is known by the fingerprint of its key, or nothing is sent.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { posix } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import type { Disk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { reveal } from '../base/secret.ts';
import { patience } from './patience.ts';
import type { Session, SftpAccess, Target } from './target.ts';

/** Bytes in one request, which every server takes, and requests under way at a time. */
const PIECE = 32 * 1024;
const WINDOW = 32;

const READY_MS = 20_000;
const ALIVE_MS = 15_000;

/**
 * What answers nothing for so long while something is asked is taken for gone, though it keeps the line alive: its
 * storage may hang. To sync or close a large file takes some servers a minute.
 */
const ANSWER_MS = 120_000;
const CLOSE_MS = 5_000;

/** Codes of the protocol's answers. */
const END_OF_FILE = 1;
const NO_SUCH_FILE = 2;
const DENIED = 3;
const FAILURE = 4;
const UNSUPPORTED = 8;

type Callback<T> = (error: Error | null | undefined, result: T) => void;

/** @param answerMs how long nothing may be answered while something is asked, milliseconds */
export async function openSftp(
  disk: Disk,
  { sftp: keys, keyPath, shown }: Extract<Target, { kind: 'sftp' }>,
  access: SftpAccess,
  answerMs = ANSWER_MS,
): Promise<Session> {
  const { host, port, user, fingerprint } = keys;
  // Its own listeners would write to the console.
  const quiet = () => undefined;
  const client = new SftpClient('cardpress', { error: quiet, end: quiet, close: quiet });
  let seen = '';
  const privateKey = keyPath === undefined ? undefined : await disk.read(keyPath);
  // Our own, to be ended where the far end has no part in it.
  const sock = connect({ host, port });
  const answers = patience(answerMs, () => {
    sock.destroy();
    return new Failure('unavailable', `${shown} has answered nothing for ${answerMs / 1000} seconds`);
  });
  let sftp: SFTPWrapper;
  try {
    const opened = client.connect({
      sock,
      host,
      port,
      username: user,
      ...(privateKey !== undefined && { privateKey: Buffer.from(privateKey) }),
      ...(access.passphrase !== undefined && { passphrase: reveal(access.passphrase) }),
      ...(access.password !== undefined && { password: reveal(access.password) }),
      hostVerifier: (key: Buffer) => {
        seen = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        return seen === fingerprint.replace(/=+$/, '');
      },
      readyTimeout: READY_MS,
      keepaliveInterval: ALIVE_MS,
      keepaliveCountMax: 3,
    });
    sftp = await answers.wait(opened);
  } catch (error) {
    sock.destroy();
    throw connectFailure(error, shown, seen, fingerprint);
  }
  const lost = () => {
    answers.end(new Failure('unavailable', `${shown}: the connection broke`));
  };
  for (const event of ['close', 'end', 'error']) client.on(event, lost);
  const at = (path: string) => posix.join(keys.path, path);
  /** One request; what the far end refuses becomes a failure in words. */
  const ask = <T>(what: string, send: (done: Callback<T>) => unknown): Promise<T> =>
    answers.wait(
      new Promise<T>((resolve, reject) => {
        send((error, result) => {
          if (error === null || error === undefined) resolve(result);
          else reject(new Refused(`${shown}: ${what}: ${error.message}`, codeOf(error)));
        });
      }),
    );
  /** One request whose answer is no more than that it was done. */
  const tell = (what: string, send: (done: (error?: Error | null) => void) => unknown): Promise<void> =>
    ask(what, (done: Callback<void>) =>
      send((error) => {
        done(error, undefined);
      }),
    );
  const size = async (path: string): Promise<number | undefined> => {
    try {
      return (await ask<{ size: number }>(`stat ${path}`, (done) => sftp.stat(at(path), done))).size;
    } catch (error) {
      // A box that is for writing alone may not say what it holds.
      if (isCode(error, NO_SUCH_FILE, DENIED)) return undefined;
      throw error;
    }
  };
  const remove = async (path: string): Promise<void> => {
    try {
      await tell(`remove ${path}`, (done) => sftp.unlink(at(path), done));
    } catch (error) {
      if (!isCode(error, NO_SUCH_FILE)) throw error;
    }
  };
  const close = (handle: Buffer) => tell('close', (done) => sftp.close(handle, done));
  async function* read(path: string): AsyncGenerator<Uint8Array> {
    const handle = await ask<Buffer>(`open ${path}`, (done) => sftp.open(at(path), 'r', done));
    try {
      yield* readAhead((offset) => readPiece(sftp, handle, offset, path, ask));
    } finally {
      await close(handle).catch(() => undefined);
    }
  }

  return {
    resumes: true,
    size,
    async makeFolder(path) {
      if ((await size(path)) !== undefined) return;
      try {
        await tell(`make ${path}`, (done) => sftp.mkdir(at(path), done));
      } catch (error) {
        // It was there, and the box did not say so; if it was not, the first file will tell.
        if (!isCode(error, FAILURE)) throw error;
      }
    },
    async write(path, from, pieces) {
      const handle = await ask<Buffer>(`open ${path}`, (done) =>
        sftp.open(at(path), from === 0 ? 'w' : 'r+', done),
      );
      try {
        await pipelined(pieces, from, (piece, offset) =>
          tell(`write ${path}`, (done) =>
            sftp.write(handle, Buffer.from(piece), 0, piece.length, offset, done),
          ),
        );
        await optional(() => tell(`sync ${path}`, (done) => sftp.ext_openssh_fsync(handle, done)));
      } finally {
        await close(handle).catch(() => undefined);
      }
    },
    read,
    async peek(path, most) {
      if ((await size(path)) === undefined) return undefined;
      const pieces: Uint8Array[] = [];
      let length = 0;
      // The size was true when it was asked for: what comes is counted.
      for await (const piece of read(path)) {
        pieces.push(piece);
        length += piece.length;
        if (length >= most) break;
      }
      return Buffer.concat(pieces).subarray(0, most);
    },
    async rename(from, to) {
      const isAtomic = await optional(() =>
        tell(`rename to ${to}`, (done) => sftp.ext_openssh_rename(at(from), at(to), done)),
      );
      if (isAtomic) return;
      // Without the extension a name that is taken is not replaced. What has it is ours: it lies in our folder.
      if ((await size(to)) !== undefined) await remove(to);
      await tell(`rename to ${to}`, (done) => sftp.rename(at(from), at(to), done));
    },
    remove,
    async close() {
      if (sock.destroyed) return;
      const timer = setTimeout(() => sock.destroy(), CLOSE_MS);
      await client.end().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** An answer of the far end; most can pass with time (a full disk, a quota), so they are tried again. */
class Refused extends Failure {
  readonly code: number;
  constructor(message: string, code: number) {
    super('unavailable', message);
    this.code = code;
  }
}

const isCode = (error: unknown, ...codes: readonly number[]) =>
  error instanceof Refused && codes.includes(error.code);

function codeOf(error: Error): number {
  return 'code' in error && typeof error.code === 'number' ? error.code : -1;
}

/** False where the far end does not have an extension: the library throws at once, or the far end says so. */
async function optional(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (isCode(error, UNSUPPORTED)) return false;
    if (error instanceof Error && /does not support this extended request/i.test(error.message)) return false;
    throw error;
  }
}

/** Writes pieces with some requests under way at a time, so that distance does not set the pace. */
async function pipelined(
  pieces: AsyncIterable<Uint8Array>,
  from: number,
  write: (piece: Uint8Array, offset: number) => Promise<unknown>,
): Promise<void> {
  const flights = new Set<Promise<unknown>>();
  let offset = from;
  for await (const whole of pieces) {
    for (let start = 0; start < whole.length; start += PIECE) {
      const piece = whole.subarray(start, start + PIECE);
      const flight: Promise<unknown> = write(piece, offset).then(() => flights.delete(flight));
      flight.catch(() => undefined); // awaited below, once its turn comes
      flights.add(flight);
      offset += piece.length;
      if (flights.size >= WINDOW) await Promise.race(flights);
    }
  }
  await Promise.all(flights);
}

/** Reads with some requests under way; a piece that is shorter than asked for is followed by one from its end. */
async function* readAhead(
  read: (offset: number) => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array> {
  const flights: { offset: number; piece: Promise<Uint8Array | undefined> }[] = [];
  let next = 0;
  let given = 0;
  for (;;) {
    while (flights.length < WINDOW) {
      const piece = read(next);
      piece.catch(() => undefined);
      flights.push({ offset: next, piece });
      next += PIECE;
    }
    const flight = flights.shift();
    if (flight === undefined) return;
    const piece = await flight.piece;
    if (piece === undefined) return;
    yield piece;
    given += piece.length;
    if (given !== flight.offset + PIECE) {
      flights.length = 0;
      next = given;
    }
  }
}

/** Up to `PIECE` bytes, or undefined at the end of the file. */
async function readPiece(
  sftp: SFTPWrapper,
  handle: Buffer,
  offset: number,
  path: string,
  ask: <T>(what: string, send: (done: Callback<T>) => unknown) => Promise<T>,
): Promise<Uint8Array | undefined> {
  const buffer = Buffer.alloc(PIECE);
  try {
    const read = await ask<number>(`read ${path}`, (done) =>
      sftp.read(handle, buffer, 0, PIECE, offset, (error, bytes) => {
        done(error, bytes);
      }),
    );
    return read === 0 ? undefined : buffer.subarray(0, read);
  } catch (error) {
    if (isCode(error, END_OF_FILE)) return undefined;
    throw error;
  }
}

function connectFailure(error: unknown, shown: string, seen: string, pinned: string): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (seen !== '' && seen !== pinned.replace(/=+$/, '')) {
    return new Failure('mismatch', {
      message: `${shown} shows the host key ${seen}, the job pins ${pinned}: nothing was sent`,
      hint: 'ask whoever runs the server, by phone, whether its key was changed; if so, pin the new one',
    });
  }
  if (/authentication methods failed/i.test(message))
    return badInput(`${shown} does not let us in: ${message}`);
  if (/parse privateKey|passphrase/i.test(message))
    return badInput(`${shown}: the private key cannot be used: ${message}`, {
      hint: 'a locked key is opened with CARDPRESS_SFTP_PASSPHRASE or CARDPRESS_SFTP_PASSPHRASE_FILE',
    });
  return new Failure('unavailable', `${shown} cannot be reached: ${message}`);
}
