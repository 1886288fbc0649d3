// The client against a platform written by somebody who has only read the document.
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { manifestRows, rehearse } from '../support/rehearsal.ts';
import { difference, runsIn } from './books.ts';

const JOB = `
name: strange
account: T00000001
cards: { count: 60, overs: 4, id: "ST-{serial}" }
template: classic
sheet: sra3-21up
batch: { size: 16, concurrency: 4, perSecond: 100 }
handoff: { seal: none }
`;

test.each([1, 2])('with seed %i: the run ends and the books balance', async (seed) => {
  const platform = await startStandIn({ seed, trouble: 0.3, bearerLife: 3 });
  const shop = await rehearse(platform.origin);
  try {
    for (let again = 0; ; again += 1) {
      try {
        await shop.run(JOB, { env: { CARDPRESS_SETTLE: '2' } });
        break;
      } catch (error) {
        // A patient operator runs again as long as that is what the program says.
        if (!(error instanceof Failure) || error.kind !== 'unavailable' || again === 5) throw error;
      }
    }
    await platform.settle();
    const [run = ''] = runsIn(shop.output);
    expect(manifestRows(shop.read(`${run}/handoff/manifest.csv`))).toHaveLength(64);
    const known = (platform.books().T00000001 ?? []).map((card) => ({
      id: card.card_id,
      deleted: card.status === 'deleted',
      tokens: card.tokens,
      pin: card.pin,
    }));
    expect(await difference(shop, run, known)).toEqual([]);
    expect(Object.values(platform.calls().troubles).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(
      3,
    );
  } finally {
    shop.remove();
    await platform.close();
  }
});
