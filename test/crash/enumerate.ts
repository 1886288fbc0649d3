// Stops a run at a point, resumes it to its end, and compares its accounts with the sandbox's own books.
import PQueue from 'p-queue';
import { generateKeyPair, unseal } from '../../src/base/vault.ts';
import { secret } from '../../src/base/secret.ts';
import { commitmentOf, saltOf } from '../../src/pack/commitment.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { manifestRows } from '../support/rehearsal.ts';
import { DiskModel, type Loss } from './disk-model.ts';
import { type CrashPoint, World } from './world.ts';

const operator = { ...(await generateKeyPair()), backups: [] };

/** A target's folder on the model disk. */
export const OUTBOX = '/model/outbox';

export const plain = { effect: <T>(_: string, perform: () => T) => perform() };

export async function freshWorld(unsynced?: (path: string) => boolean, job?: string): Promise<World> {
  const model = new DiskModel();
  if (unsynced !== undefined) model.unsynced = unsynced;
  const disk = model.disk(plain);
  await disk.makeFolder(OUTBOX);
  await disk.syncFolder(model.root);
  return new World(model, await startSandbox(), operator, job);
}

/** What is wrong at the end of a run, in words; nothing where the books agree. */
export async function audit(world: World): Promise<string[]> {
  const disk = world.model.disk(plain);
  const at = (name: string) => `${world.output}/crash-1/${name}`;
  const text = async (name: string) => Buffer.from((await disk.read(at(name))) ?? '').toString();
  const wrong: string[] = [];
  if ((await disk.read(at('handoff/.done'))) === undefined) return ['the run is not done'];
  const proof = await unseal((await disk.read(at('proof.age')))!, operator, 'proof.age');
  const rows = manifestRows(await text('handoff/manifest.csv'));
  if (rows.length !== 6) wrong.push(`${rows.length} cards printed, not 6`);
  const printed = new Map(rows.map((row) => [row.card_id!, row.commitment!]));
  if (printed.size !== rows.length) wrong.push('a card is printed twice');
  await world.sandbox.settle();
  const cards = Object.values(world.sandbox.books().accounts).flatMap(({ cards: all }) => all);
  for (const card of cards) {
    const commitment = printed.get(card.card_id);
    if (commitment === undefined) {
      if (card.deleted_at === undefined)
        wrong.push(`${card.card_id} exists, and is neither printed nor voided`);
      continue;
    }
    const made = {
      serial: 0,
      cardId: card.card_id,
      token: secret(card.tokens.at(-1)!.value),
      pin: secret(card.pins.at(-1)!.value),
    };
    if (card.deleted_at !== undefined) wrong.push(`${card.card_id} is printed, and void`);
    if (commitment !== commitmentOf(made, saltOf(card.card_id, proof)))
      wrong.push(`${card.card_id} is printed with other codes`);
    printed.delete(card.card_id);
  }
  for (const id of printed.keys()) wrong.push(`${id} is printed, and the platform never made it`);
  return wrong;
}

/** Stops a run at a point, resumes it to its end, and says what is wrong then. */
export async function crashAndResume(
  crash: CrashPoint,
  loss: Loss,
  unsynced?: (path: string) => boolean,
): Promise<string[]> {
  const world = await freshWorld(unsynced);
  try {
    const first = await world.process(crash);
    if (first.crashed) {
      world.lose(loss);
      await world.process();
    }
    // What the finished run says must hold after a power cut, too.
    world.lose('power');
    return await audit(world);
  } catch (error) {
    return [`resuming failed: ${String(error)}`];
  } finally {
    await world.sandbox.close();
  }
}

/** Every point of a run at which a process can stop: before and after each effect, and in the middle of a write. */
export function crashPoints(effects: readonly string[]): readonly CrashPoint[] {
  return [...effects, 'end'].flatMap((name, index) => {
    const at = index + 1;
    return name.startsWith('write')
      ? [
          { at, half: false },
          { at, half: true },
        ]
      : [{ at, half: false }];
  });
}

/** Tries crash points; what went wrong, each with the effect at which the process was stopped. */
export async function tryAll(
  points: readonly CrashPoint[],
  effects: readonly string[],
  loss: Loss,
  unsynced?: (path: string) => boolean,
): Promise<string[]> {
  // While one world waits for its sandbox, another goes on.
  const queue = new PQueue({ concurrency: 3 });
  const wrong = await queue.addAll(
    points.map((point) => async () => {
      const found = await crashAndResume(point, loss, unsynced);
      const place = `${point.at}${point.half ? ' half' : ''} (${effects[point.at - 1] ?? 'end'})`;
      return found.map((what) => `${place}: ${what}`);
    }),
  );
  return wrong.flat();
}

/** The effects of a run that is never stopped. */
export async function effectsOfRun(): Promise<readonly string[]> {
  const world = await freshWorld();
  try {
    const { effects } = await world.process();
    const wrong = await audit(world);
    if (wrong.length > 0) throw new Error(`a run that was never stopped: ${wrong.join('; ')}`);
    return effects;
  } finally {
    await world.sandbox.close();
  }
}
