// After the handoff: return files, and what is ordered by them. A card is never good in two places.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Shop, openShop } from '../shop.ts';

const JOB = `
name: mend
account: T00000001
cards: { count: 20, overs: 2, id: "MD-{serial}" }
template: classic
sheet: a4-8up
batch: { size: 10, concurrency: 2, perSecond: 100 }
packing: { bundle: 5, box: 10 }
handoff: { seal: none }
deliver: [{ folder: ./outbox }]
`;

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

async function complete(): Promise<Shop & { readonly run: string }> {
  shop = await openShop(JOB);
  await shop.ok('run', 'job.yaml');
  return { ...shop, run: shop.runs()[0] ?? '' };
}

test('acknowledged by the file at the target, or by a word; another checksum is exit 7', async () => {
  const { run, ok, no, shop: at } = await complete();
  const receipts = () => JSON.parse(at.read(`${run}/${ackOf()}`)) as Record<string, string>;
  const ackOf = () => {
    const done = readFileSync(join(at.output, run, 'receipts/complete.json'), 'utf8');
    const [target = ''] = (JSON.parse(done) as { targets: string[] }).targets;
    return `receipts/${target}.1.acknowledged.json`;
  };
  writeFileSync(join(at.dir, 'outbox', `${run}_TEST`, '.ack'), `${'0'.repeat(64)}\n`);
  expect(await no(7, 'acknowledge', run)).toMatch(/\.ack names the checksum 0000/);
  writeFileSync(join(at.dir, 'outbox', `${run}_TEST`, '.ack'), 'received by Ola\n');
  expect(await ok('deliver', run)).toMatch(/is acknowledged, by its own file/);
  expect(receipts()).toMatchObject({ how: 'file', said: 'received by Ola' });
  expect(receipts().by).toMatch(/^\S+@\S+ age1/);
  expect(await ok('acknowledge', run)).toMatch(/by its own file/);
  expect(await no(2, 'acknowledge', run, 'elsewhere')).toMatch(/goes to no target elsewhere/);
}, 600_000);

test('a return file is counted; one with anything wrong changes nothing', async () => {
  const { run, ok, no, returned, accounts, shop: at } = await complete();
  returned(run, 'good.csv', { 3: 'spoiled/scratched/yes', 7: 'missing' });
  const before = accounts(run);
  const file = at.readFile('good.csv');
  const broken = async (text: string) => {
    await at.write('broken.csv', text);
    const said = await no(2, 'reconcile', run, 'broken.csv');
    expect(accounts(run)).toEqual(before);
    return said;
  };
  expect(await broken(file.replace('\r\n20,MD-000020,', '\r\n99,,'))).toMatch(
    /broken.csv:21 {2}serial 99 is no card of mend/,
  );
  expect(await broken(`${file}4,MD-000004,good,,,,\r\n`)).toMatch(
    /broken.csv:24 {2}serial 4 stands in line 5 too/,
  );
  expect(await broken(file.replace(/\r\n20,.*/, ''))).toMatch(
    /does not add up: 1 of 22 cards is neither .* \(serials 20\)/,
  );
  expect(await broken(file.replace('MD-000005', 'MD-000006'))).toMatch(
    /serial 5 is card MD-000005, not MD-000006/,
  );
  expect(await broken(file.replaceAll(',good,,,,', ',good,,,1,1'))).toMatch(
    /bundle 1 has 20 good cards: it holds 5/,
  );
  expect(
    await broken(
      file.replace('scratched', 'scratched').replace('7,MD-000007,missing,,', '7,MD-000007,missing,,yes'),
    ),
  ).toMatch(/only what is spoiled is/);
  expect(await broken('a;b\r\n1;2\r\n')).toMatch(/has no column "serial"/);
  expect(await broken('serial,result\n1,"x\n')).toMatch(/is no CSV/);

  const said = await ok('reconcile', run, 'good.csv');
  expect(said).toMatch(/22 = 20 good \+ 1 spoiled \+ 1 missing \+ 0 unused overs \+ 0 not yet reported/);
  expect(said).not.toMatch(/offered/);
  expect(await ok('reconcile', run, 'good.csv')).toMatch(/says nothing new/);
  returned(run, 'other.csv', { 3: 'good' });
  expect(await no(2, 'reconcile', run, 'other.csv')).toMatch(
    /serial 3 was reported spoiled before, and is good here/,
  );
  expect(accounts(run)).toMatchObject({
    balanced: true,
    after: { good: 20, spoiled: 1, missing: 1, short: 0 },
  });
}, 600_000);

test('other headers, semicolons, and a file in parts', async () => {
  const { run, ok, no, shop: at } = await complete();
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${from + index};good;`).join('\n');
  await at.write('part.csv', `\ufeffKartennummer;Status;Grund\n${rows(1, 11)}\n`);
  expect(await no(2, 'reconcile', run, 'part.csv')).toMatch(/has no column "serial"/);
  const columns = ['--columns', 'serial=Kartennummer,result=Status'];
  expect(await no(2, 'reconcile', run, 'part.csv', ...columns)).toMatch(/does not add up: 11 of 22/);
  expect(await ok('reconcile', run, 'part.csv', ...columns, '--partial')).toMatch(/11 not yet reported/);
  await at.write('rest.csv', `Kartennummer;Status;Grund\n${rows(12, 22)}\n`);
  expect(await ok('reconcile', run, 'rest.csv', ...columns)).toMatch(
    /20 good .* 2 unused overs .*\n(.*\n)* {2}state +closed/,
  );
  expect(await ok('status', run)).toMatch(/state +closed/);
}, 600_000);

describe('orders', () => {
  test('reprint, replace, reissue and void: each printed, delivered and counted; no card is good twice', async () => {
    const { run, ok, no, returned, accounts, card, serials, shop: at } = await complete();
    expect(await no(2, 'reprint', run, '--cards', '3')).toMatch(
      /serial 3: not reported yet: reconcile the return file first/,
    );
    returned(run, 'r.csv', {
      3: 'spoiled/ink/yes',
      4: 'spoiled/ink/2026-11-20',
      5: 'spoiled/cut/',
      7: 'missing',
      8: 'missing',
    });
    const said = await ok('reconcile', run, 'r.csv');
    expect(said).toMatch(/17 of 20 good, 3 short/);
    expect(said).toMatch(
      new RegExp(`replace ${run} --cards 7-8 --reason TEXT\\n +cardpress reprint ${run} --cards 3`),
    );

    // Every way to a card that would be good twice.
    expect(await no(2, 'reprint', run, '--cards', '5')).toMatch(
      /not certified to be destroyed: it would be good twice/,
    );
    expect(await no(2, 'reprint', run, '--cards', '6')).toMatch(/counted good: it would be good twice/);
    expect(await no(2, 'reprint', run, '--cards', '7')).toMatch(/missing: .*replace it/);
    expect(await no(2, 'reissue', run, '--cards', '3')).toMatch(/no way to revoke it/);
    expect(await no(2, 'reissue', run, '--cards', '7', '--destroyed')).toMatch(/missing: .*replace it/);
    expect(await no(2, 'replace', run, '--cards', '7')).toMatch(/--reason is missing/);
    expect(await no(2, 'replace', run, '--cards', '77', '--reason', 'x')).toMatch(/serial 77 is no card/);
    expect(await no(2, 'activate', run, '--cards', '3', '--amount', '5', '--currency', 'NOK')).toMatch(
      /spoiled: only good/,
    );

    const again = await ok('reprint', run, '--cards', '3');
    expect(again).toMatch(`${run}-s1 is complete: reprint of 1 card`);
    expect(serials(`${run}-s1`)).toEqual([3]);
    expect(await no(2, 'reprint', run, '--cards', '3')).toMatch(/serial 3: not reported yet/);
    returned(run, 'late.csv', { 3: 'good' });
    expect(await no(2, 'reconcile', run, 'late.csv')).toMatch(
      /serial 3 was printed anew in mend-\S+-s1: it is reported there/,
    );

    expect(await ok('replace', run, '--cards', 'missing', '--reason', 'a box fell off')).toMatch(
      /2 of 2 cards are void; \S+-s2 is complete/,
    );
    expect(serials(`${run}-s2`)).toEqual([23, 24]);
    expect(card('MD-000007')?.deleted_at).toBeDefined();
    expect(card('MD-000023')?.deleted_at).toBeUndefined();
    expect(await no(2, 'void', run, '--cards', '7', '--reason', 'x')).toMatch(/serial 7: void already/);

    await ok('reissue', run, '--cards', '5', '--destroyed');
    expect(card('MD-000005')?.tokens).toHaveLength(2);
    expect(serials(`${run}-s3`)).toEqual([5]);

    await ok('reconcile', `${run}-s1`, returned(`${run}-s1`, 's1.csv'));
    await ok('reconcile', `${run}-s3`, returned(`${run}-s3`, 's3.csv'));
    const closed = await ok('reconcile', `${run}-s2`, returned(`${run}-s2`, 's2.csv'));
    expect(closed).toMatch(/22 = 20 good \+ 1 spoiled \+ 0 missing \+ 1 unused overs \+ 0 not yet reported/);
    expect(closed).toMatch(/gone +2 voided/);
    expect(closed).toMatch(/state +closed/);
    expect(accounts(run)).toMatchObject({ asked: 22, made: 20, voided: 2, balanced: true });
    expect(at.read(`${run}-s1/handoff/manifest.json`)).toContain('"supplement"');
    // What was printed anew carries the codes that the vault has always had.
    const commitment = (folder: string) =>
      at
        .read(`${folder}/handoff/manifest.csv`)
        .split('\r\n')
        .find((line) => line.startsWith('3,'))
        ?.split(',');
    expect(commitment(run)?.[1]).toBe(commitment(`${run}-s1`)?.[1]);
  }, 600_000);

  test('a card that gets no new codes is replaced under a serial that nobody has, with the run in the ids', async () => {
    shop = await openShop(JOB.replace('MD-{serial}', '{run}-{serial:2}'), {
      rules: [{ operation: 'tokens', nth: 2, fault: 'status', status: 400 }],
    });
    const { ok, runs, serials, card } = shop;
    await ok('run', 'job.yaml');
    const run = runs()[0] ?? '';
    expect(await ok('reissue', run, '--cards', '1-3', '--destroyed')).toMatch(/-s1 is complete/);
    const printed = serials(`${run}-s1`);
    expect(new Set(printed).size).toBe(3);
    expect(printed.filter((serial) => serial > 3)).toEqual([23]);
    const gone = [1, 2, 3].filter((serial) => card(`${run}-0${serial}`)?.deleted_at !== undefined);
    expect(gone).toHaveLength(1);
    expect(printed).not.toContain(gone[0]);
  }, 600_000);

  test('a box to another manufacturer, on another sheet, sealed to another key', async () => {
    const { run, ok, no, shop: at } = await complete();
    const { generateKeyPair } = await import('../../../src/base/vault.ts');
    const { recipient } = await generateKeyPair();
    await at.write('elsewhere/.keep', '');
    await at.write('theirs/printer.asc', 'no key');
    expect(
      await no(2, 'replace', run, '--cards', 'box:2', '--reason', 'stolen', '--seal', 'theirs/printer.asc'),
    ).toMatch(/theirs\/printer\.asc: this is not an OpenPGP key/);
    expect(await no(2, 'replace', run, '--cards', 'box:9', '--reason', 'stolen')).toMatch(/box 9/);
    await ok(
      'replace',
      run,
      '--cards',
      'box:2',
      '--reason',
      'stolen',
      '--sheet',
      'sra3-21up',
      '--seal',
      recipient,
      '--to',
      'elsewhere',
    );
    const manifest = JSON.parse(at.read(`${run}-s1/handoff/manifest.json`)) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      sheet: { name: 'sra3-21up' },
      sealed: { kind: 'age', to: [recipient] },
      supplement: { of: run, kind: 'replace', supersedes: { recipients: [] } },
    });
    expect(at.readFile(`elsewhere/${run}-s1_TEST/.done`)).toContain(run);
  }, 600_000);
});

test('cards that were voided first are replaced later, once', async () => {
  const { run, ok, no, serials, returned, card, accounts } = await complete();
  await ok('reconcile', run, returned(run, 'good.csv'));
  await ok('void', run, '--cards', '1-5', '--reason', 'the van was robbed');
  expect(await ok('status', run)).toMatch(`cardpress replace ${run} --cards 1-3 --reason TEXT`);
  expect(await no(2, 'reissue', run, '--cards', '1', '--destroyed')).toMatch(/serial 1: void already/);

  expect(await ok('replace', run, '--cards', '1-3', '--reason', 'for the van')).toMatch(
    /3 of 3 cards are void; \S+-s1 is complete/,
  );
  expect(serials(`${run}-s1`)).toEqual([23, 24, 25]);
  for (const serial of [1, 3]) expect(card(`MD-00000${serial}`)?.deleted_at).toBeDefined();
  expect(await no(2, 'replace', run, '--cards', '1', '--reason', 'x')).toMatch(
    /serial 1: void already, and replaced/,
  );
  expect(await ok('reconcile', `${run}-s1`, returned(`${run}-s1`, 's1.csv'))).toMatch(/20 good/);
  expect(accounts(run).after).toMatchObject({ voided: 5, good: 20, short: 0 });
  expect(await ok('status', run)).toMatch(/closed/);
}, 600_000);
