// The platform's HTTP client. Reading and asking for a bearer token are retried with back-off; a batch is
// asked for exactly once a call, since a repeated one could make a second set of cards.
import PQueue from 'p-queue';
import { Agent, request } from 'undici';
import { Failure } from '../base/failure.ts';
import { type Secret, reveal, secret } from '../base/secret.ts';
import { type Answer, isMap, isPlatforms, jsonBody, refusalText, retryAfter } from './answer.ts';

export interface PlatformSettings {
  /** Base of all paths, such as https://api.dintero.com/v1. */
  readonly url: string;
  readonly account: string;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  readonly concurrency: number;
  readonly perSecond: number;
  /** Milliseconds until an answer's first byte is given up. */
  readonly timeout: number;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Once it aborts, no further call about a card is sent: it throws the AbortError. The answer on its way is awaited. */
  readonly stopping?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'DELETE';

/** How a call is repeated that got no sure answer. */
interface Repeating {
  readonly mayRepeat?: (() => Promise<boolean>) | undefined;
  /** Milliseconds in which a call that got no sure answer may still be carried out: none follows it before. */
  readonly settle?: number;
  /** Whether an answer that came whole is to be believed; where none is given, every one is. */
  readonly isSure?: (answer: Answer) => boolean;
}

interface CardCall extends Repeating {
  readonly operation?: string;
  readonly body?: object;
  /** Runs when the call's turn has come, right before it is sent; the call is not made where it throws. */
  readonly inTurn?: (() => Promise<void>) | undefined;
}

/** Seconds before its end at which a bearer token is renewed. */
const RENEW_BEFORE = 60;
const ATTEMPTS = 6;
const KEPT_HEADERS = ['content-type', 'content-length', 'date', 'retry-after', 'etag'];

export class Platform {
  readonly #settings: PlatformSettings;
  readonly #agent: Agent;
  readonly #queue: PQueue;
  #bearer: { readonly token: Secret; readonly until: number } | undefined;
  #renewal: Promise<Secret> | undefined;
  #heard: { readonly date: number; readonly at: number } | undefined;

  constructor(settings: PlatformSettings) {
    this.#settings = settings;
    this.#agent = new Agent({
      connections: settings.concurrency,
      headersTimeout: settings.timeout,
      bodyTimeout: settings.timeout,
      connect: { timeout: Math.min(settings.timeout, 30_000) },
    });
    this.#queue = new PQueue({
      concurrency: settings.concurrency,
      intervalCap: settings.perSecond,
      interval: 1000,
    });
  }

  /** Fetches a bearer token, so that what can be refused is refused before anything is noted as asked. */
  async signIn(): Promise<void> {
    await this.#token();
  }

  /** Gives up the bearer token: the next call fetches another. */
  signOut(): void {
    this.#bearer = undefined;
  }

  /**
   * One call of the batch endpoint, whatever comes of it: a call that got no answer resolves to one with
   * status 0 that is not complete.
   * @param makeBody runs when the call's turn has come, right before it is sent
   */
  async askBatch(makeBody: () => Promise<string>): Promise<Answer> {
    return this.#queue.add(async () => {
      const token = await this.#token();
      const body = await makeBody();
      return this.#send('POST', `/accounts/${this.#settings.account}/wallets/cards/batch`, {
        authorization: `Bearer ${reveal(token)}`,
        body,
      });
    });
  }

  /** A card that lives, as the platform shows it; undefined where it says that there is none, or that it is deleted. */
  async look(cardId: string): Promise<Record<string, unknown> | undefined> {
    const card = await this.shown(cardId);
    return card === undefined || isDeleted(card) ? undefined : card;
  }

  /** What the platform shows by an id, a deleted card too; undefined where it says that it knows none. */
  async shown(cardId: string): Promise<Record<string, unknown> | undefined> {
    const answer = await this.#call('GET', cardId, { isSure: isPlatforms });
    if (answer.status === 404) return undefined;
    const json = jsonBody(answer);
    if (answer.status === 200 && isMap(json)) return json;
    throw new Failure('refused', `the platform refuses to look up a card: ${refusalText(answer)}`);
  }

  /**
   * Deletes a card; returns why the platform did not, if it did not. A card that is not there is deleted.
   * @param mayRepeat asked before the call is repeated, for what the card was before the wait it may not be after it
   */
  async remove(cardId: string, mayRepeat?: () => Promise<boolean>): Promise<string | undefined> {
    const isDone = ({ status }: Answer) => status >= 200 && status < 300;
    const isSure = (answer: Answer) => isDone(answer) || isPlatforms(answer);
    const answer = await this.#call('DELETE', cardId, { mayRepeat, isSure });
    const isGone = answer.status === 404 && isPlatforms(answer);
    return isDone(answer) || isGone ? undefined : refusalText(answer);
  }

  /**
   * A new token for a card. The body's ref_id makes a repeated call safe.
   * @param inTurn runs right before each call is sent
   */
  async newToken(cardId: string, body: object, inTurn?: () => Promise<void>): Promise<Answer> {
    return this.#call('POST', cardId, { operation: '/tokens', body, inTurn });
  }

  /**
   * A new PIN for a card; the one before is void, also where the answer is lost. A call that was given up and is
   * carried out late would void the PIN of the call after it: that one waits.
   * @param settle milliseconds in which a call that got no sure answer may still be carried out
   * @param inTurn runs right before each call is sent
   */
  async newPin(cardId: string, body: object, settle: number, inTurn?: () => Promise<void>): Promise<Answer> {
    return this.#call('POST', cardId, { operation: '/rotate-pin', body, settle, inTurn });
  }

  /** Makes a card good for money. */
  async activate(cardId: string, body: object): Promise<Answer> {
    return this.#call('POST', cardId, { operation: '/activate', body });
  }

  /** The platform's time, by its last Date header and our monotonic clock; a clock of ours that is wrong does no harm. */
  time(): Date | undefined {
    return this.#heard && new Date(this.#heard.date + performance.now() - this.#heard.at);
  }

  async close(): Promise<void> {
    this.#queue.clear();
    await this.#agent.close();
  }

  /** A call about one card that may be repeated. */
  async #call(
    method: Method,
    cardId: string,
    { operation = '', body, inTurn, ...repeating }: CardCall = {},
  ): Promise<Answer> {
    const path = `/accounts/${this.#settings.account}/wallets/cards/${encodeURIComponent(cardId)}${operation}`;
    let renewed = false;
    const call = async () => {
      const send = () =>
        this.#queue.add(
          async () => {
            const token = await this.#token();
            await inTurn?.();
            this.#settings.stopping?.throwIfAborted();
            return this.#send(method, path, {
              authorization: `Bearer ${reveal(token)}`,
              ...(body !== undefined && { body: JSON.stringify(body) }),
            });
          },
          // A card is deleted right after it was looked at: before the looks at others that wait.
          { priority: method === 'DELETE' ? 1 : 0 },
        );
      const answer = await send();
      if (answer.status !== 401 || renewed) return answer;
      renewed = true;
      this.signOut();
      return send();
    };
    return this.#retried('a card', call, repeating);
  }

  /** A bearer token that lives long enough for the next call. Callers at once share one renewal. */
  async #token(): Promise<Secret> {
    // A clock that jumps must not keep a dead token alive: monotonic time.
    if (this.#bearer !== undefined && performance.now() < this.#bearer.until) return this.#bearer.token;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<Secret> {
    const { account, clientId, clientSecret } = this.#settings;
    const basic = Buffer.from(`${reveal(clientId)}:${reveal(clientSecret)}`).toString('base64');
    const answer = await this.#retried('a bearer token', () =>
      this.#send('POST', `/accounts/${account}/auth/token`, {
        authorization: `Basic ${basic}`,
        body: JSON.stringify({
          grant_type: 'client_credentials',
          audience: `https://api.dintero.com/v1/accounts/${account}`,
        }),
      }),
    );
    if (answer.status !== 200) {
      throw new Failure('refused', {
        message: `the platform gives no access to ${account}: ${refusalText(answer)}`,
        hint: 'check DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET, and that they belong to this account',
      });
    }
    const json = jsonBody(answer);
    if (!isMap(json) || typeof json.access_token !== 'string' || json.access_token === '') {
      throw new Failure('unavailable', 'the platform answered the request for a bearer token without one');
    }
    const life = typeof json.expires_in === 'number' ? json.expires_in : 0;
    const token = secret(json.access_token);
    // A token that lives shorter than the margin is used for half its life.
    const use = Math.max(life - RENEW_BEFORE, life / 2);
    this.#bearer = { token, until: performance.now() + use * 1000 };
    return token;
  }

  /** Repeats a call that may be repeated until it gets an answer that is not for waiting. */
  async #retried(
    what: string,
    call: () => Promise<Answer>,
    { mayRepeat, settle = 0, isSure = () => true }: Repeating = {},
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await call();
      const isWhole = answer.complete && answer.status !== 429 && answer.status < 500;
      if (isWhole && isSure(answer)) return answer;
      if (attempt === ATTEMPTS) {
        const reason =
          answer.broke ?? `${refusalText(answer)}${isWhole ? ', which is not in the platform’s words' : ''}`;
        throw new Failure(
          'unavailable',
          `the platform at ${this.#settings.url} gave no answer for ${what} in ${ATTEMPTS} attempts: ${reason}`,
        );
      }
      const backOff = Math.min(30, 2 ** (attempt - 2)) * (0.5 + Math.random());
      const wait = (retryAfter(answer, this.#settings.now()) ?? backOff) * 1000;
      // Too many requests is a sure no.
      const isLimited = answer.complete && answer.status === 429;
      await this.#settings.sleep(isLimited ? wait : Math.max(wait, settle));
      if (mayRepeat !== undefined && !(await mayRepeat())) return answer;
    }
  }

  async #send(
    method: Method,
    path: string,
    { authorization, body }: { authorization: string; body?: string },
  ): Promise<Answer> {
    const { url, timeout, now } = this.#settings;
    const pieces: Uint8Array[] = [];
    let head: Pick<Answer, 'status' | 'headers'> = { status: 0, headers: {} };
    const answer = (broke: string | null): Answer => ({
      ...head,
      body: Buffer.concat(pieces),
      complete: broke === null,
      broke,
      received: now().toISOString(),
    });
    try {
      const response = await request(url + path, {
        method,
        dispatcher: this.#agent,
        headersTimeout: timeout,
        headers: {
          authorization,
          accept: 'application/json',
          'user-agent': 'cardpress',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
      });
      head = { status: response.statusCode, headers: kept(response.headers) };
      const date = Date.parse(head.headers.date ?? '');
      if (!Number.isNaN(date)) this.#heard = { date, at: performance.now() };
      for await (const piece of response.body) pieces.push(piece as Uint8Array);
      return answer(null);
    } catch (error) {
      return answer(networkReason(error));
    }
  }
}

/**
 * Whether a card is shown as deleted. How that is done is not documented: `deleted_at` must be a moment, for a living
 * card may have it too, as null or as a zero of time.
 */
function isDeleted({ status, deleted_at: at }: Record<string, unknown>): boolean {
  return status === 'deleted' || (typeof at === 'string' && Date.parse(at) > 0);
}

function kept(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

/** The kind of network failure in one phrase; never an error's whole text, which may quote what was sent. */
function networkReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause =
    error instanceof Error && error.cause instanceof Error && 'code' in error.cause
      ? String(error.cause.code)
      : '';
  const known: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    ENOTFOUND: 'host not found',
    EPIPE: 'connection broken',
    UND_ERR_SOCKET: 'connection broken',
    UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
    UND_ERR_BODY_TIMEOUT: 'answer stopped half-way',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer cut off',
  };
  return known[cause] ?? known[code] ?? (code === '' ? 'connection failed' : `connection failed (${code})`);
}
