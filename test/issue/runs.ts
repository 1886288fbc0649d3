// A run folder with keys and everything that the issue stage works with, against a sandbox or without one.
import { join } from 'node:path';
import { type Disk, nodeDisk } from '../../src/base/disk.ts';
import type { Event } from '../../src/base/log.ts';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { generateKeyPair, seal } from '../../src/base/vault.ts';
import { packAnswer } from '../../src/issue/answer.ts';
import type { IssueTools } from '../../src/issue/issue.ts';
import type { PlatformSettings } from '../../src/issue/platform.ts';
import { KnownPrints } from '../../src/issue/prints.ts';
import type { AskedRecord, CardRange } from '../../src/issue/records.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { temporaryFolder } from '../base/temporary-folder.ts';
import { digits, planOf } from '../plan/plans.ts';
import { answerOf } from './answers.ts';
import { type Shop, openShop } from './shop.ts';

export interface Bench extends Shop {
  readonly tools: IssueTools;
  readonly events: readonly Event[];
  /** Seconds that were waited whatever happens. */
  readonly held: readonly number[];
}

/** Ten cards in batches of 4: ids S-000001 and on, tokens of 8 digits and PINs of 4. */
export async function openBench(
  options: SandboxOptions = {},
  disk: Disk = nodeDisk,
  changes: Partial<PlatformSettings> = {},
): Promise<Bench> {
  const shop = await openShop(options, changes);
  const folder = new RunFolder(disk, join(await temporaryFolder(), 'run'));
  await folder.make();
  const events: Event[] = [];
  const held: number[] = [];
  const tools: IssueTools = {
    plan: planOf({ cards: { token: digits(8), pin: digits(4) } }),
    folder,
    keys: { run: await generateKeyPair(), proof: Buffer.alloc(32, 7) },
    prints: new KnownPrints(folder),
    platform: shop.platform,
    lock: { assertHeld: () => Promise.resolve(), release: () => Promise.resolve() },
    log: { emit: (event) => void events.push(event) },
    now: () => new Date(),
    sleep: () => Promise.resolve(),
    wait: (milliseconds) => {
      held.push(milliseconds / 1000);
      return Promise.resolve();
    },
    settle: 0,
    freshSerials: (use) => use(101),
  };
  return { ...shop, tools, events, held };
}

/** Puts an answer into the vault as if the platform had given it. */
export async function vaulted(
  { folder, keys }: IssueTools,
  batch: number,
  attempt: number,
  cards: readonly CardRange[],
  body: unknown,
): Promise<AskedRecord> {
  const asked: AskedRecord = { batch, attempt, at: '2026-11-23T12:00:00.000Z', platform: null, cards };
  await folder.write(names.asked(batch, attempt), JSON.stringify(asked));
  const sealed = await seal(packAnswer(answerOf(200, body)), [keys.run.recipient]);
  await folder.write(names.answer(batch, attempt), sealed);
  return asked;
}

/** A card of an answer, as good as can be. */
export const cardBody = (serial: number, token: string, pin = '4711') => ({
  card_id: `S-${String(serial).padStart(6, '0')}`,
  card_token: { expires_after_transaction: false, token: { value: token } },
  pin: { pin: { value: pin } },
});
