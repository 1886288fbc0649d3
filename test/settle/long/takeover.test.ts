// Another manufacturer takes over: other sheet, press, keys and place for a supplement of a P account.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { generateKeyPair, unseal } from '../../../src/base/vault.ts';
import { type Shop, openShop } from '../shop.ts';

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

test('reprinted on their sheet and press, sealed to their key, delivered to both their places, under a yes to that', async () => {
  const [ours, theirs] = [await generateKeyPair(), await generateKeyPair()];
  shop = await openShop(`
name: moved
account: P00000001
cards: { count: 12, id: "MV-{serial}" }
template: classic
sheet: a4-8up
handoff: { seal: [${ours.recipient}] }
deliver: [{ folder: ./outbox }]
`);
  const { ok, no, returned, runs, shop: at, serials, accounts } = shop;
  await at.write('theirs/press.yaml', 'name: Works\ndpi: 1200\nbarGrowth: 20\n');
  await at.write('theirs/places.yaml', '- { folder: ./inbox }\n- { folder: ./copy }\n');
  for (const name of ['inbox', 'copy']) mkdirSync(join(at.dir, 'theirs', name));
  await ok('approve', 'job.yaml', '--yes');
  await ok('run', 'job.yaml');
  const run = runs()[0] ?? '';
  await ok('reconcile', run, returned(run, 'r.csv', { 3: 'spoiled/ink/yes', 9: 'spoiled/ink/yes' }));

  const other = ['--sheet', 'sra3-21up', '--press', 'theirs/press.yaml', '--seal', theirs.recipient];
  const flags = [...other, '--to', 'theirs/places.yaml'];
  expect(await no(2, 'reprint', run, '--cards', '3,9', ...flags)).toMatch(/is not approved as it is now/);
  // A yes to less than that is none.
  await ok('approve', 'job.yaml', ...other, '--yes');
  expect(await no(2, 'reprint', run, '--cards', '3,9', ...flags)).toMatch(/is not approved as it is now/);
  expect(await no(2, 'reprint', run, '--cards', '3,9', '--press', 'theirs/none.yaml')).toMatch(/none\.yaml/);
  expect(runs()).toEqual([run]);
  await ok('approve', 'job.yaml', ...flags, '--yes');
  expect(await ok('reprint', run, '--cards', '3,9', ...flags)).toMatch(/-s1 is complete: reprint of 2 cards/);

  const supplement = `${run}-s1`;
  expect(serials(supplement)).toEqual([3, 9]);
  expect(JSON.parse(at.read(`${supplement}/handoff/manifest.json`))).toMatchObject({
    sheet: { name: 'sra3-21up' },
    press: { dpi: 1200 },
    sealed: { kind: 'age', to: [theirs.recipient] },
    supplement: { of: run, kind: 'reprint', supersedes: { recipients: [ours.recipient] } },
  });
  for (const place of ['inbox', 'copy'])
    expect(readdirSync(join(at.dir, 'theirs', place, supplement))).toContain('.done');
  expect(readdirSync(join(at.dir, 'outbox'))).toEqual([run]);
  const print = join(at.output, supplement, 'handoff/print');
  const [file = ''] = readdirSync(print);
  const bytes = readFileSync(join(print, file));
  expect(
    Buffer.from(await unseal(bytes, theirs, file))
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
  await expect(unseal(bytes, ours, file)).rejects.toThrow();

  // From here on all goes as with any other: acknowledged by each, counted, closed.
  expect((await ok('acknowledge', supplement)).trim().split('\n')).toHaveLength(2);
  expect(await ok('reconcile', supplement, returned(supplement, 's.csv'))).toMatch(/state +closed/);
  expect(accounts(run)).toMatchObject({ balanced: true, after: { good: 12, spoiled: 0 } });
  expect(await ok('audit', run, '--platform')).toMatch(/approvals agree/);

  // Their press profile is another input tomorrow.
  writeFileSync(join(at.dir, 'theirs/press.yaml'), 'name: Works\ndpi: 600\n');
  await at.write('r2.csv', 'serial,result\n1,good\n');
  expect(await no(2, 'replace', run, '--cards', '1', '--reason', 'lost', ...flags)).toMatch(
    /is not approved as it is now/,
  );
}, 240_000);
