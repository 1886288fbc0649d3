/** The hostile part: serves the Platform over HTTP, and lies, stalls and hangs up with a seeded chance. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, Platform, Refusal } from './platform.ts';
import type { Answer, BookCard, Json, Operation, Random } from './platform.ts';

export type { BookCard } from './platform.ts';
export interface StandInOptions {
  seed: number;
  /** Chance of trouble per call, 0..1; 0.3 unless told. Auth has half of it. */
  trouble?: number;
  /** Seconds a bearer token lives, as told in `expires_in`; 14400 unless told. */
  bearerLife?: number;
  /** Milliseconds until the line of a call that hangs is cut; 5000 unless told. */
  hang?: number;
}
export interface Counters {
  operations: Record<string, number>;
  /** By status, for the answers sent whole. */
  statuses: Record<string, number>;
  /** By `operation:trouble`. `batch:late-commit-refused` is a late commit that found its ids taken. */
  troubles: Record<string, number>;
}
export interface StandIn {
  origin: string;
  /** Every card ever created, in order of creation, per account. */
  books(): Record<string, BookCard[]>;
  calls(): Counters;
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What needs no commit: these can befall a call that is refused as well. */
const BEFORE = ['reset-before', '503-empty', '429', '500', 'bearer-ended'] as const;
const AFTER = ['reset-after', 'late-commit', 'truncated', '502-html', '200-html', 'hang'] as const;
const LIES = ['card-left-out', 'token-repeated', 'pin-left-out'] as const;
export type Trouble = (typeof BEFORE)[number] | (typeof AFTER)[number] | (typeof LIES)[number];

const COMMON: Trouble[] = ['500', '429', 'reset-before', 'bearer-ended'];
export const TROUBLES: Record<Operation, Trouble[]> = {
  auth: ['429', '500'],
  batch: ['reset-before', '503-empty', '429', 'bearer-ended', ...AFTER, ...LIES],
  delete: [...COMMON, 'reset-after'],
  ...{ list: COMMON, get: COMMON, activate: COMMON, 'rotate-pin': COMMON, tokens: COMMON, unknown: [] },
};

const CARD = 'wallets/cards/([^/]+)';
const ROUTES = (
  [
    ['auth', 'POST', 'auth/token'],
    ['batch', 'POST', 'wallets/cards/batch'],
    ['list', 'GET', 'wallets/cards'],
    ['get', 'GET', CARD],
    ['delete', 'DELETE', CARD],
    ['activate', 'POST', `${CARD}/activate`],
    ['rotate-pin', 'POST', `${CARD}/rotate-pin`],
    ['tokens', 'POST', `${CARD}/tokens`],
  ] as const
).map(([operation, verb, path]) => ({
  operation,
  shape: new RegExp(`^${verb} /v1/accounts/([^/]+)/${path}$`),
}));

/** One stream of chance per call, made of the seed and the call: the order of arrival plays no part. */
function randomFrom(text: string): Random {
  let state = createHash('sha256').update(text).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function decoded(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function lie(kind: Trouble, { body }: Answer, random: Random): void {
  const cards = (body as { cards: { pin: Json; card_token: Json }[] }).cards;
  const at = Math.floor(random() * cards.length);
  if (kind === 'card-left-out') cards.splice(at, 1);
  if (kind === 'token-repeated')
    cards[at]!.card_token.token = cards[(at + 1) % cards.length]!.card_token.token;
  if (kind === 'pin-left-out') delete cards[at]!.pin.pin;
}

export async function startStandIn({
  seed,
  trouble = 0.3,
  bearerLife = 14_400,
  hang = 5000,
}: StandInOptions): Promise<StandIn> {
  // Even seeds let the id of a deleted card be created again, odd seeds answer 409.
  const platform = new Platform(bearerLife, seed % 2 === 0);
  const counters: Counters = { operations: {}, statuses: {}, troubles: {} };
  const seen = new Map<string, { times: number; streak: number; last?: Trouble | undefined }>();
  const late = new Set<Promise<void>>();
  const count = (where: Record<string, number>, name: string | number): void => {
    where[name] = (where[name] ?? 0) + 1;
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers, socket } = request;
    const [path = '', search] = url.split('?', 2);
    const route = ROUTES.find(({ shape }) => shape.test(`${method} ${path}`));
    const operation = route?.operation ?? 'unknown';
    const [, account, cardId] = route?.shape.exec(`${method} ${path}`) ?? [];
    count(counters.operations, operation);

    const key = createHash('sha256').update(`${method} ${url}\n`).update(body).digest('hex');
    const memory = seen.get(key) ?? { times: 0, streak: 0 };
    seen.set(key, memory);
    memory.times += 1;
    const random = randomFrom(`${seed} ${key} ${memory.times}`);
    const hit = random() < (operation === 'auth' ? trouble / 2 : trouble) && memory.streak < 3;

    const send = (status: number, type: string, text: string, more?: OutgoingHttpHeaders): ServerResponse =>
      response
        .writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text), ...more })
        .end(text);
    const answer = ({ status, body: json }: Answer, more?: OutgoingHttpHeaders): ServerResponse => {
      count(counters.statuses, status);
      if (json === undefined) return response.writeHead(status, more).end();
      return send(status, 'application/json', JSON.stringify(json), more);
    };
    const refuse = (status: number, message: string, more?: OutgoingHttpHeaders): ServerResponse =>
      answer(
        { status, body: { error: { message, ...(random() < 0.5 ? { code: 'ERROR', errors: [] } : {}) } } },
        more,
      );

    const authorization = headers.authorization ?? '';
    let commit: (() => Answer) | undefined;
    let refusal = new Refusal(500, 'Unexpected error');
    try {
      commit = platform.prepare({
        ...{
          operation,
          account: decoded(account),
          cardId: decoded(cardId),
          query: new URLSearchParams(search),
        },
        ...{ authorization, contentType: headers['content-type'] ?? '', body, random },
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error;
    }

    const bearer = authorization.replace(/^Bearer /i, '');
    const possible = TROUBLES[operation].filter((one) => {
      // A client renews once on 401: a fresh bearer token is left alone, and so is a call just answered so.
      const served = platform.bearers.get(bearer)?.served ?? 0;
      if (one === 'bearer-ended') return served > 10 && memory.last !== 'bearer-ended';
      if (one === 'token-repeated' && (body.toString().match(/"card_id"/g)?.length ?? 0) < 2) return false;
      return commit !== undefined || (BEFORE as readonly Trouble[]).includes(one);
    });
    const kind = hit && possible.length > 0 ? pick(random, possible) : undefined;
    memory.streak = kind === undefined ? 0 : memory.streak + 1;
    memory.last = kind;
    if (kind !== undefined) count(counters.troubles, `${operation}:${kind}`);

    if (kind === 'reset-before') return socket.resetAndDestroy();
    if (kind === '503-empty') return answer({ status: 503 });
    if (kind === '500') return refuse(500, 'Unexpected error');
    if (kind === '429') return refuse(429, 'Too many requests', { 'Retry-After': '1' });
    if (kind === 'bearer-ended') return platform.bearers.delete(bearer) && refuse(401, 'Unauthorized');
    if (commit === undefined) return refuse(refusal.status, refusal.message);
    if (kind === 'late-commit') {
      const lateCommit = commitLate(commit, 300 + 1200 * random()).finally(() => late.delete(lateCommit));
      late.add(lateCommit);
      return socket.destroy();
    }
    const done = commit();
    if (kind === undefined) return answer(done);
    if (kind === 'reset-after') return socket.resetAndDestroy();
    if (kind === '502-html')
      return send(502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>');
    if (kind === '200-html') {
      const type = pick(random, ['text/html', 'application/json']);
      return send(200, type, '<!doctype html><html><body>Please wait</body></html>');
    }
    if (kind === 'truncated') {
      const whole = Buffer.from(JSON.stringify(done.body));
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': whole.length });
      return response.write(whole.subarray(0, whole.length / 2), () => socket.destroy());
    }
    if (kind === 'hang') return setTimeout(() => socket.destroy(), hang).unref();
    lie(kind, done, random);
    return answer(done);
  }

  async function commitLate(commit: () => Answer, wait: number): Promise<void> {
    await sleep(wait);
    try {
      commit();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      count(counters.troubles, 'batch:late-commit-refused');
    }
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!request.complete) return; // The client went away halfway.
      if (!(error instanceof Refusal)) count(counters.operations, 'fault');
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const settle = async (): Promise<void> => {
    while (late.size > 0) await Promise.all(late);
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    books: () => platform.books(),
    calls: () => structuredClone(counters),
    settle,
    async close() {
      await settle();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
