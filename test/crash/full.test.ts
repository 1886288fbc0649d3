// The disk has no room, from any write of a run on: for a moment, or until somebody makes room and runs again.
import { expect, test } from 'vitest';
import { audit, effectsOfRun, freshWorld } from './enumerate.ts';

/** Every write would take minutes; neighbours are alike. */
const EVERY = 5;
const MOMENTS: readonly (readonly [string, number])[] = [
  ['for three writes', 3],
  ['until the process has given up', Infinity],
];

test.each(MOMENTS)(
  'the disk is full %s, and the run still ends with its books equal',
  async (_, writes) => {
    const effects = await effectsOfRun();
    const points = effects.flatMap((name, index) =>
      name.startsWith('write') || name.startsWith('create') ? [index + 1] : [],
    );
    const wrong: string[] = [];
    for (const from of points.filter((__, index) => index % EVERY === 0)) {
      const world = await freshWorld();
      const name = `${from} (${effects[from - 1]})`;
      try {
        const first = await world.process(undefined, { from, writes });
        if (first.crashed) await world.process();
        wrong.push(...(await audit(world)).map((what) => `${name}: ${what}`));
      } catch (error) {
        wrong.push(`${name}: ${String(error)}`);
      } finally {
        await world.sandbox.close();
      }
    }
    expect(wrong).toEqual([]);
  },
  900_000,
);

test('an answer that came while the disk was full is not lost', async () => {
  const effects = await effectsOfRun();
  const from = effects.findIndex((name) => name.startsWith('answer askBatch')) + 1;
  const world = await freshWorld();
  try {
    const { crashed } = await world.process(undefined, { from, writes: 20 });
    if (crashed) await world.process();
    expect(await audit(world)).toEqual([]);
    const cards = Object.values(world.sandbox.books().accounts).flatMap((account) => account.cards);
    expect(cards.filter((card) => card.deleted_at !== undefined)).toEqual([]);
  } finally {
    await world.sandbox.close();
  }
}, 60_000);
