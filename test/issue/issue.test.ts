// One batch from the platform into the vault: noted before it is asked for, sealed before anyone looks.
import { readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import type { Event } from '../../src/base/log.ts';
import { names } from '../../src/base/run-folder.ts';
import { reveal } from '../../src/base/secret.ts';
import { unseal } from '../../src/base/vault.ts';
import { unpackAnswer } from '../../src/issue/answer.ts';
import { type IssueTools, askBatch, answeredCards, readBatch } from '../../src/issue/issue.ts';
import type { AskedRecord } from '../../src/issue/records.ts';
import { vaultedCards } from '../../src/issue/vaulted.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { cardBody, openBench, vaulted } from './runs.ts';
import { ACCOUNT } from './shop.ts';

const CARDS = [{ position: 0, serial: 1, count: 4 }];
const FIRST = { batch: 1, attempt: 1, want: { cards: CARDS } };

const answerIn = async ({ folder, keys }: IssueTools) =>
  unpackAnswer(await unseal(await folder.read(names.answer(1, 1)), keys.run, 'it'), 'it');

async function everyByteOf(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const texts = files.map(
    async ({ parentPath, name }) => name + (await readFile(join(parentPath, name), 'latin1')),
  );
  return (await Promise.all(texts)).join('\n');
}

test('the cards that the platform made come out of the vault, each under its own id', async () => {
  const { tools, sandbox } = await openBench({
    faults: { rules: [{ operation: 'batch', fault: 'shuffle' }] },
  });
  await askBatch(FIRST, tools);
  const record = await readBatch(FIRST, tools);
  expect(record).toMatchObject({ outcome: 'made', good: CARDS, bad: [] });
  const asked = (await tools.folder.readJson(names.asked(1, 1))) as AskedRecord;
  const cards = await answeredCards(asked, CARDS, tools);
  const booked = new Map(sandbox.books().accounts[ACCOUNT]!.cards.map((card) => [card.card_id, card]));
  expect(cards.map(({ serial }) => serial)).toEqual([1, 2, 3, 4]);
  for (const { cardId, token, pin } of cards) {
    expect(reveal(token)).toBe(booked.get(cardId)!.tokens[0]!.value);
    expect(reveal(pin!)).toBe(booked.get(cardId)!.pins[0]!.value);
  }
});

test('no file, no name and no event of the run holds a token or a PIN in clear', async () => {
  const { tools, events, sandbox } = await openBench();
  await askBatch(FIRST, tools);
  const record = await readBatch(FIRST, tools);
  const everything =
    (await everyByteOf(tools.folder.path)) + inspect([events, record, tools], { depth: null });
  const { cards } = sandbox.books().accounts[ACCOUNT]!;
  expect(cards).toHaveLength(4);
  for (const card of cards) {
    const token = card.tokens[0]!.value;
    for (const code of [
      token,
      Buffer.from(token).toString('base64').replace(/=+$/, ''),
      `"${card.pins[0]!.value}"`,
    ])
      expect(everything).not.toContain(code);
  }
});

test.each<[string, FaultPlan['rules'][number], string]>([
  ['a page', { operation: 'batch', fault: 'html' }, 'doubt'],
  ['half an answer', { operation: 'batch', fault: 'truncate' }, 'doubt'],
  ['a broken connection', { operation: 'batch', fault: 'drop-after-commit' }, 'doubt'],
  ['an error', { operation: 'batch', fault: 'status', status: 500 }, 'doubt'],
  ['too many requests', { operation: 'batch', fault: 'status', status: 429 }, 'limited'],
  ['a lost card', { operation: 'batch', fault: 'missing-card' }, 'made'],
])('whatever comes is sealed: %s', async (_, rule, outcome) => {
  const { tools, calls } = await openBench({ faults: { rules: [rule] } });
  await askBatch(FIRST, tools);
  expect(await answerIn(tools)).toHaveProperty('status');
  expect(await readBatch(FIRST, tools)).toMatchObject({ outcome });
  expect(calls('batch')).toBe(1);
});

test('a batch is noted before it is asked for, with the platform’s own time', async () => {
  const { tools, calls } = await openBench({ clock: () => Date.parse('2031-01-01T00:00:00Z') });
  const path = join(tools.folder.path, names.asked(1, 1));
  const before: unknown[] = [];
  const log = {
    emit: ({ event }: Event) => {
      if (event === 'batch.asked') before.push(calls('batch'), JSON.parse(readFileSync(path, 'utf8')));
    },
  };
  await askBatch(FIRST, { ...tools, log });
  const platform = expect.stringMatching(/^2031-01-01T00:00:0/) as string;
  expect(before).toEqual([0, expect.objectContaining({ batch: 1, attempt: 1, platform, cards: CARDS })]);
});

test('fresh cards are noted with the serials that were chosen for them', async () => {
  const { tools, sandbox } = await openBench();
  const fresh = [
    { position: 2, serial: 3, count: 1 },
    { position: 6, serial: 7, count: 2 },
  ];
  await askBatch({ batch: 1, attempt: 2, want: { fresh } }, tools);
  const asked = (await tools.folder.readJson(names.asked(1, 2))) as AskedRecord;
  expect(asked.cards).toEqual([
    { position: 2, serial: 101, count: 1 },
    { position: 6, serial: 102, count: 2 },
  ]);
  expect(sandbox.books().accounts[ACCOUNT]!.cards.map((card) => card.card_id)).toEqual([
    'S-000101',
    'S-000102',
    'S-000103',
  ]);
});

test('the same attempt is never asked for twice', async () => {
  const { tools, calls } = await openBench();
  await askBatch(FIRST, tools);
  await expect(askBatch(FIRST, tools)).rejects.toMatchObject({ kind: 'bug' });
  expect(calls('batch')).toBe(1);
});

test('who lost the lock asks for nothing', async () => {
  const { tools, calls } = await openBench();
  const lock = { ...tools.lock, assertHeld: () => Promise.reject(new Error('taken over')) };
  await expect(askBatch(FIRST, { ...tools, lock })).rejects.toThrow('taken over');
  expect(calls('batch')).toBe(0);
  expect(await tools.folder.list('batches')).toEqual([]);
});

test('an answer for which the disk has no room is held until there is some', async () => {
  let full = 3;
  const { tools, held, events } = await openBench(
    {},
    {
      ...nodeDisk,
      link(from, to) {
        if (to.endsWith('.age') && (full -= 1) >= 0)
          return Promise.reject(
            Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }),
          );
        return nodeDisk.link(from, to);
      },
    },
  );
  await askBatch(FIRST, tools);
  expect(held).toEqual([5, 5, 5]);
  expect(events.find(({ event }) => event === 'waiting')).toMatchObject({
    what: expect.stringContaining('no space left') as string,
  });
  expect(await readBatch(FIRST, tools)).toMatchObject({ outcome: 'made', good: CARDS });
});

test('a token that another batch brought is not printed again', async () => {
  const { tools } = await openBench();
  await vaulted(tools, 1, 1, [{ position: 0, serial: 1, count: 2 }], {
    cards: [cardBody(1, '71000001'), cardBody(2, '71000002')],
  });
  await vaulted(tools, 2, 1, [{ position: 4, serial: 5, count: 2 }], {
    cards: [cardBody(5, '71000002'), cardBody(6, '71000006')],
  });
  expect(await readBatch({ batch: 1, attempt: 1 }, tools)).toMatchObject({ bad: [] });
  expect(await readBatch({ batch: 2, attempt: 1 }, tools)).toMatchObject({
    good: [{ position: 5, serial: 6, count: 1 }],
    bad: [{ position: 4, serial: 5, why: 'its token is on another card of the run' }],
  });
});

test('a batch that is read again gives the same record', async () => {
  const { tools } = await openBench();
  await askBatch(FIRST, tools);
  const first = await readBatch(FIRST, tools);
  expect(await readBatch(FIRST, tools)).toEqual(first);
});

test('cards come out of the vault in the order of their positions, whichever answer they came in', async () => {
  const { tools } = await openBench();
  const part = async (batch: number, attempt: number, ...cards: [position: number, serial: number][]) => {
    const good = cards.map(([position, serial]) => ({ position, serial, count: 1 }));
    const body = { cards: cards.map(([, serial]) => cardBody(serial, `7100000${serial}`)) };
    return { asked: await vaulted(tools, batch, attempt, good, body), good, reissued: false };
  };
  const all = [
    await part(2, 1, [4, 5], [5, 6]),
    await part(1, 1, [0, 1], [2, 3], [3, 4]),
    await part(1, 2, [1, 9]),
  ];
  const serials = async (first: number, count: number) => {
    const cards = [];
    for await (const card of vaultedCards(all, first, count, tools)) cards.push(card);
    return cards.map(({ position, serial, token }) => [position, serial, reveal(token).slice(-1)]);
  };
  expect(await serials(0, 6)).toEqual([
    [0, 1, '1'],
    [1, 9, '9'],
    [2, 3, '3'],
    [3, 4, '4'],
    [4, 5, '5'],
    [5, 6, '6'],
  ]);
  expect(await serials(1, 2)).toEqual([
    [1, 9, '9'],
    [2, 3, '3'],
  ]);
  await expect(serials(4, 3)).rejects.toMatchObject({
    kind: 'mismatch',
    message: 'the vault holds no card for position 6',
  });
});

test('a vault that no longer holds what was read from it is a mismatch', async () => {
  const { tools } = await openBench();
  const asked = await vaulted(tools, 1, 1, [{ position: 0, serial: 1, count: 1 }], { cards: [] });
  const gone = vaultedCards(
    [{ asked, good: [{ position: 0, serial: 1, count: 1 }], reissued: false }],
    0,
    1,
    tools,
  );
  await expect(gone.next()).rejects.toMatchObject({ kind: 'mismatch' });
});
