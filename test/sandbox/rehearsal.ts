// A sandbox for one test, and a shop that talks to it over real HTTP.
import { onTestFinished } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

export const ACCOUNT = 'T12345678';
export const DIGITS = { symbols: false, numbers: true, characters: false, barcode: false };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;
}

/** Closed when the test ends. */
export async function open(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export async function send(url: string, init?: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

export interface GrantRequest {
  readonly account?: string;
  /** Null for none at all. */
  readonly authorization?: string | null;
  readonly body?: unknown;
}

export function askForBearer(sandbox: Sandbox, request: GrantRequest = {}): Promise<Reply> {
  const { account = ACCOUNT, authorization = basic('sandbox', 'sandbox') } = request;
  const audience = `https://api.dintero.com/v1/accounts/${account}`;
  const { body = { grant_type: 'client_credentials', audience } } = request;
  return send(`${sandbox.origin}/accounts/${account}/auth/token`, {
    method: 'POST',
    headers: authorization === null ? {} : { authorization },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export async function bearerOf(sandbox: Sandbox, account = ACCOUNT): Promise<string> {
  const { body } = await askForBearer(sandbox, { account });
  return (body as { access_token: string }).access_token;
}

export interface Shop {
  /** `path` starts at the account's wallets, such as `/cards/batch`. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  batch(ids: readonly string[], options?: unknown): Promise<Reply>;
}

export async function openShop(sandbox: Sandbox, account = ACCOUNT): Promise<Shop> {
  const headers = { authorization: `Bearer ${await bearerOf(sandbox, account)}` };
  const call = (method: string, path: string, body?: unknown): Promise<Reply> =>
    send(`${sandbox.origin}/accounts/${account}/wallets${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const batch = (ids: readonly string[], options?: unknown): Promise<Reply> =>
    call('POST', '/cards/batch', { cards: ids.map((card_id) => ({ card_id, type: 'gift_card' })), options });
  return { call, batch };
}

/** `card-1` to `card-<count>`. */
export function ids(count: number, prefix = 'card'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
