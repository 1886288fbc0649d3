// The platform's client against a real server: a sandbox of its own for one test, and a clock's hands that
// only note how long they were to wait.
import { onTestFinished } from 'vitest';
import { secret } from '../../src/base/secret.ts';
import { Platform, type PlatformSettings } from '../../src/issue/platform.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export const ACCOUNT = 'T12345678';

export interface Shop {
  readonly sandbox: Sandbox;
  readonly platform: Platform;
  /** Seconds that the client waited, one wait after another. */
  readonly waits: readonly number[];
  /** How often an operation was called. */
  readonly calls: (operation: keyof ReturnType<Sandbox['books']>['operations']) => number;
}

export async function openShop(
  options: SandboxOptions = {},
  changes: Partial<PlatformSettings> = {},
): Promise<Shop> {
  const sandbox = await startSandbox(options);
  const waits: number[] = [];
  const platform = new Platform({
    url: sandbox.origin,
    account: ACCOUNT,
    clientId: secret('sandbox'),
    clientSecret: secret('sandbox'),
    concurrency: 5,
    perSecond: 100,
    timeout: 10_000,
    now: () => new Date(),
    sleep: (milliseconds) => {
      waits.push(milliseconds / 1000);
      return Promise.resolve();
    },
    ...changes,
  });
  onTestFinished(async () => {
    await platform.close();
    await sandbox.close();
  });
  return { sandbox, platform, waits, calls: (operation) => sandbox.books().operations[operation].calls };
}

/** A request for cards by these ids, tokens of 8 digits and PINs of 4. */
export function orderOf(...ids: string[]): () => Promise<string> {
  const format = { symbols: false, numbers: true, characters: false, barcode: false };
  const body = {
    cards: ids.map((card_id) => ({ card_id, type: 'gift_card' })),
    options: { card_token: { format: { ...format, length: 8 } }, pin: { format: { ...format, length: 4 } } },
  };
  return () => Promise.resolve(JSON.stringify(body));
}
