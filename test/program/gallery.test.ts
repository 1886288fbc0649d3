// Every built-in template in a real run of twenty cards: what was issued is what a stranger reads in print.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { picturesOf, readSymbols } from '../render/reader.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const RUNS = [
  { template: 'classic', sheet: 'a4-8up', pin: 'symbol' },
  { template: 'minimal', sheet: 'a4-8up', pin: 'none' },
  { template: 'fashion', sheet: 'a4-8up', pin: 'symbol' },
  { template: 'voucher', sheet: 'a4-labels-8up', pin: 'text' },
] as const;

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);

test.each(RUNS)('$template on $sheet', async ({ template, sheet, pin }) => {
  await shop.run(`
name: ${template}
account: T00000001
cards: { count: 20, id: "${template}-{serial}"${pin === 'none' ? ', pin: none' : ''} }
template: ${template}
sheet: ${sheet}
batch: { perSecond: 100 }
handoff: { seal: none }
`);
  const run = readdirSync(shop.output).find((name) => name.startsWith(`${template}-`))!;
  const manifest = JSON.parse(shop.read(`${run}/handoff/manifest.json`)) as {
    readonly verified: { readonly symbols: number; readonly decoded: number };
    readonly volumes: readonly { readonly file: string }[];
  };
  const issued = (sandbox.books().accounts.T00000001?.cards ?? []).filter(({ card_id }) =>
    card_id.startsWith(`${template}-`),
  );
  const should = issued.flatMap(({ tokens, pins }) => [
    tokens[0]!.value,
    ...(pin === 'symbol' ? [pins[0]!.value] : []),
  ]);
  expect(should).toHaveLength(pin === 'symbol' ? 40 : 20);
  expect(manifest.verified.decoded).toBe(manifest.verified.symbols);
  expect(manifest.verified.symbols).toBeGreaterThanOrEqual(should.length);

  const read: string[] = [];
  for (const { file } of manifest.volumes) {
    for (const picture of await picturesOf(readFileSync(join(shop.output, run, 'handoff', file)), 300))
      read.push(...(await readSymbols(picture)).map(({ text }) => text));
  }
  // The codes of the sheets are digits in tens.
  expect(read.filter((text) => !/^0001\d{6}$/.test(text)).sort()).toEqual(should.sort());
});
