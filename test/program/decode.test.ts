// The print files as the manufacturer gets them, read by a stranger: every symbol decodes, and in each slot of
// each sheet stand the token and the PIN that the platform gave for the card which the manifest has there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { picturesOf, readSymbols } from '../render/reader.ts';
import { manifestRows, openRehearsal } from '../support/rehearsal.ts';
import { runsIn } from './books.ts';

/** Three sheets of 21, four slots of the last one empty, and a sheet of overs; cards come in three batches. */
const JOB = `
name: decode
account: T00000001
cards: { count: 59, overs: 5%, id: "DECODE-{serial}" }
template: classic
sheet: sra3-21up
batch: { size: 25, perSecond: 100 }
handoff: { seal: none }
`;
const DPI = 300;

interface Slot {
  readonly slot: number;
  readonly side: 'front' | 'back';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation: 0 | 180;
}

interface Manifest {
  readonly slots: readonly Slot[];
  readonly volumes: readonly { readonly file: string; readonly content: { readonly pages: number } }[];
}

const { sandbox, shop, close } = await openRehearsal({
  faults: { rules: [{ operation: 'batch', fault: 'shuffle' }] },
});
let run: string;
beforeAll(async () => {
  await shop.run(JOB);
  [run = ''] = runsIn(shop.output);
});
afterAll(close);

test('every slot of every sheet holds the codes of the card that the manifest has there', async () => {
  const manifest = JSON.parse(shop.read(`${run}/handoff/manifest.json`)) as Manifest;
  const rows = manifestRows(shop.read(`${run}/handoff/manifest.csv`));
  const known = new Map(
    (sandbox.books().accounts.T00000001?.cards ?? []).map((card) => [card.card_id, card]),
  );
  const should = rows.flatMap((row) => {
    const card = known.get(row.card_id ?? '')!;
    const seat = `volume ${row.volume ?? ''}, page ${row.back_page ?? ''}, slot ${row.slot ?? ''}`;
    return [`${seat}, above: ${card.tokens[0]!.value}`, `${seat}, below: ${card.pins[0]!.value}`];
  });
  expect(new Set(should).size).toBe(124);
  // Each front has the code of its sheet besides: volume and sheet, digits alone.
  const pages = manifest.volumes.map(({ content }) => content.pages);
  expect(pages).toEqual([6, 2]);
  should.push(
    ...pages.flatMap((count, volume) =>
      Array.from({ length: count / 2 }, (_, sheet) => {
        const code = `${String(volume + 1).padStart(4, '0')}${String(sheet + 1).padStart(6, '0')}`;
        return `volume ${volume + 1}, page ${2 * sheet + 1}, slot none, outside: ${code}`;
      }),
    ),
  );

  const read: string[] = [];
  for (const [volume, { file }] of manifest.volumes.entries()) {
    const pages = await picturesOf(readFileSync(join(shop.output, run, 'handoff', file)), DPI);
    for (const [page, picture] of pages.entries()) {
      const side = page % 2 === 0 ? 'front' : 'back';
      for (const { text, ...pixel } of await readSymbols(picture)) {
        const at = { x: (pixel.x / DPI) * 25.4, y: (pixel.y / DPI) * 25.4 };
        const slot = manifest.slots.find((place) => place.side === side && isOn(place, at));
        const seat = `volume ${volume + 1}, page ${page + 1}, slot ${slot?.slot ?? 'none'}`;
        read.push(`${seat}, ${slot === undefined ? 'outside' : halfOf(slot, at)}: ${text}`);
      }
    }
  }
  expect(read.sort()).toEqual(should.sort());
});

interface Point {
  readonly x: number;
  readonly y: number;
}

function isOn({ x, y, width, height }: Slot, at: Point): boolean {
  return at.x > x && at.x < x + width && at.y > y && at.y < y + height;
}

/** On classic's back the token stands above and the PIN below. */
function halfOf({ y, height, rotation }: Slot, at: Point): 'above' | 'below' {
  const isHigh = at.y < y + height / 2;
  return isHigh === (rotation === 0) ? 'above' : 'below';
}
