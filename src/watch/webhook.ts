// Sends notices and heartbeats. What does not arrive is tried again for a while; it never stops a run.
import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { Failure } from '../base/failure.ts';
import { type Secret, reveal } from '../base/secret.ts';
import type { Notice } from './notice.ts';

export interface WebTools {
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 10_000;

/** The header that a receiver checks: `sha256=` and the HMAC of the body's bytes under the shared secret. */
const SIGNATURE = 'cardpress-signature';

/** @throws Failure of kind `unavailable` that names the host, never the whole URL */
export async function postNotice(url: string, notice: Notice, key: Secret, tools: WebTools): Promise<void> {
  const body = JSON.stringify(notice);
  const signature = createHmac('sha256', reveal(key)).update(body).digest('hex');
  await call(url, 'the webhook', tools, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'cardpress',
      [SIGNATURE]: `sha256=${signature}`,
    },
  });
}

/** Says that all is well. */
export async function beat(url: string, tools: WebTools): Promise<void> {
  await call(url, 'the heartbeat', tools, { method: 'GET', headers: { 'user-agent': 'cardpress' } });
}

async function call(
  url: string,
  what: string,
  { sleep }: WebTools,
  options: Parameters<typeof request>[1],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    let reason: string;
    let isFinal = false;
    try {
      const { statusCode, body } = await request(url, {
        ...options,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      await body.dump();
      if (statusCode >= 200 && statusCode < 300) return;
      reason = `status ${statusCode}`;
      isFinal = statusCode < 500 && statusCode !== 408 && statusCode !== 429;
    } catch (error) {
      reason = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
    }
    // The path of such a URL is often its password.
    if (isFinal || attempt === ATTEMPTS)
      throw new Failure('unavailable', `${what} at ${new URL(url).host} was not reached: ${reason}`);
    await sleep(2 ** (attempt - 1) * 1000);
  }
}
