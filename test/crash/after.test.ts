// Crash points of what is ordered after the handoff: supplements, voiding, activation, purge. Whatever effect the
// power fails at, the same order given again ends with the books and the platform's own as they must be.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunFolder, names } from '../../src/base/run-folder.ts';
import { secret } from '../../src/base/secret.ts';
import { unseal } from '../../src/base/vault.ts';
import { commitmentOf, saltOf } from '../../src/pack/commitment.ts';
import { familyAt, isToBeClosed } from '../../src/pipeline/closing.ts';
import { type Family, isBalanced, membersOf, readFamily } from '../../src/pipeline/family.ts';
import { type OrderRequest, settleOrder } from '../../src/pipeline/orders.ts';
import { idOf } from '../../src/plan/plan.ts';
import { auditFolder } from '../../src/settle/audit.ts';
import { keepsProofs, purgeProofs, purgeTogether, secretsIn } from '../../src/settle/purge.ts';
import { toSpans, writeRecord } from '../../src/settle/records.ts';
import { manifestRows } from '../support/rehearsal.ts';
import { crashPoints, freshWorld, plain } from './enumerate.ts';
import type { CrashPoint, Hands, World } from './world.ts';

const RUN = 'crash-1';
const ORDER: OrderRequest = {
  what: 'void',
  cards: undefined,
  reason: 'a test',
  destroyed: true,
  sample: false,
  overrides: {},
  terms: undefined,
};

/** A complete run of six cards of which two were spoiled and destroyed, and two are missing. */
const reported = () => reportedAs([5, 6], [3, 4], [1, 2]);

/** One of which everything is settled once the missing card is void. */
const oneMissing = () => reportedAs([2, 3, 4, 5, 6], [], [1]);

async function reportedAs(
  good: readonly number[],
  spoiled: readonly number[],
  missing: readonly number[],
): Promise<World> {
  const world = await freshWorld();
  await world.process();
  await world.process(undefined, undefined, (hands) =>
    world.atDesk(hands, RUN, async (desk) => {
      const { folder } = (await familyAt(RUN, desk)).root;
      await writeRecord(folder, names.book(1, 'return'), {
        number: 1,
        at: '',
        by: '',
        run: RUN,
        file: '',
        sha256: '',
        good: toSpans(good),
        spoiled: spoiled.map((serial) => ({ serial, reason: '', destroyed: true })),
        missing: missing.map((serial) => ({ serial, reason: '' })),
      });
    }),
  );
  return world;
}

const order = (request: Partial<OrderRequest>) => async (world: World, hands: Hands) =>
  world.atDesk(hands, RUN, async (desk) => {
    const { open, root } = await familyAt(RUN, desk);
    // What was carried out before the process died is not ordered again; without cards, what is left of it is done.
    const isOrdered = open === undefined && root.book.orders.length > 0;
    if (isOrdered && !isToBeClosed(await familyAt(RUN, desk))) return;
    await settleOrder(RUN, { ...ORDER, ...request, ...(isOrdered && { cards: undefined }) }, desk);
  });

const ABOUT = { at: '', by: '', reason: 'a test', forced: true, proofs: false };

/** The run and what was ordered of it. */
const purge = async (world: World, hands: Hands) =>
  world.atDesk(hands, RUN, async (desk) => {
    const { root, supplements } = await familyAt(RUN, desk);
    const left = [...supplements, root].filter(({ book }) => !book.purged);
    await purgeTogether(
      left.map(({ folder }) => folder),
      ABOUT,
      () => new Date(),
      () => undefined,
    );
  });

const reprinted = async (): Promise<World> => {
  const world = await reported();
  await world.process(undefined, undefined, (hands) =>
    order({ what: 'reprint', cards: '3-4' })(world, hands),
  );
  return world;
};

/** The key of the commitments, some time after the rest. */
const laterProofs = async (world: World, hands: Hands) =>
  world.atDesk(hands, RUN, async (desk) => {
    const { folder } = (await familyAt(RUN, desk)).root;
    if (await keepsProofs(folder)) await purgeProofs(folder, { ...ABOUT, proofs: true }, () => new Date());
  });

const purged = async (): Promise<World> => {
  const world = await reported();
  await world.process(undefined, undefined, (hands) => purge(world, hands));
  return world;
};

/** What is wrong between the books, the print and the platform. */
async function audit(world: World): Promise<string[]> {
  const disk = world.model.disk(plain);
  const family = await readFamily(disk, world.output, RUN);
  const wrong = isBalanced(family) ? [] : ['the books do not balance'];
  if (family.open !== undefined) wrong.push('the order is open');
  const known = new Map(
    Object.values(world.sandbox.books().accounts)
      .flatMap(({ cards }) => cards)
      .map((card) => [card.card_id, card]),
  );
  for (const { serial, run, state, active } of family.cards.values()) {
    const plan = membersOf(family).find((member) => member.plan.run === run)!.plan;
    const card = known.get(idOf(plan, serial));
    known.delete(idOf(plan, serial));
    if (card === undefined) wrong.push(`serial ${serial} was never made`);
    else if ((state === 'voided') !== (card.deleted_at !== undefined))
      wrong.push(`serial ${serial} is ${state}, and deleted ${card.deleted_at ?? 'never'}`);
    else if (active !== (card.status === 'unused')) wrong.push(`serial ${serial} is ${card.status}`);
  }
  for (const card of known.values())
    if (card.deleted_at === undefined) wrong.push(`${card.card_id} is in no book`);
  wrong.push(...(await printedWrong(world, family)));
  for (const { folder } of membersOf(family).filter(({ plan }) => plan.run === RUN))
    wrong.push(...(await auditFolder(new RunFolder(disk, folder.path))).wrong);
  return wrong;
}

/** Each card that is printed, as it is printed last, carries the codes that the platform knows. */
async function printedWrong(world: World, family: Family): Promise<string[]> {
  const disk = world.model.disk(plain);
  const wrong: string[] = [];
  const cards = Object.values(world.sandbox.books().accounts).flatMap((account) => account.cards);
  for (const { plan } of membersOf(family)) {
    const at = (name: string) => join(world.output, plan.run, name);
    const rows = manifestRows(Buffer.from((await disk.read(at('handoff/manifest.csv'))) ?? '').toString());
    const proof = await unseal((await disk.read(at('proof.age')))!, world.operator, 'proof.age');
    for (const row of rows) {
      if (family.cards.get(Number(row.serial))?.run !== plan.run) continue;
      const card = cards.find(({ card_id }) => card_id === row.card_id);
      const made = {
        serial: 0,
        cardId: row.card_id!,
        token: secret(card?.tokens.at(-1)?.value ?? ''),
        pin: secret(card?.pins.at(-1)?.value ?? ''),
      };
      if (row.commitment !== commitmentOf(made, saltOf(row.card_id!, proof)))
        wrong.push(`${row.card_id} is printed with other codes`);
    }
  }
  return wrong;
}

async function enumerate(
  work: (world: World, hands: Hands) => Promise<void>,
  every: number,
  check = audit,
  begin = reported,
): Promise<void> {
  const first = await begin();
  const { effects } = await first.process(undefined, undefined, (hands) => work(first, hands));
  expect(await check(first)).toEqual([]);
  await first.sandbox.close();
  const points = crashPoints(effects).filter((_, index) => index % every === 0);
  expect(points.length).toBeGreaterThan(10);
  const wrong: string[] = [];
  for (const point of points) {
    const where = `${point.at}${point.half ? ' half' : ''} (${effects[point.at - 1] ?? 'end'})`;
    wrong.push(...(await crashed(point, work, check, begin)).map((what) => `${where}: ${what}`));
  }
  expect(wrong).toEqual([]);
}

async function crashed(
  point: CrashPoint,
  work: (world: World, hands: Hands) => Promise<void>,
  check: typeof audit,
  begin: typeof reported,
): Promise<string[]> {
  const world = await begin();
  try {
    if ((await world.process(point, undefined, (hands) => work(world, hands))).crashed) {
      world.lose('power');
      await world.process(undefined, undefined, (hands) => work(world, hands));
    }
    world.lose('power');
    return await check(world);
  } catch (error) {
    return [`going on failed: ${String(error)}`];
  } finally {
    await world.sandbox.close();
  }
}

test('replace', () => enumerate(order({ what: 'replace', cards: '1-2' }), 7), 900_000);
test('reprint', () => enumerate(order({ what: 'reprint', cards: '3-4' }), 7), 900_000);
test('reissue', () => enumerate(order({ what: 'reissue', cards: '3-4' }), 7), 900_000);
test('void', () => enumerate(order({ what: 'void', cards: 'missing' }), 1), 900_000);
test(
  'void, which closes the run',
  () =>
    enumerate(
      order({ what: 'void', cards: 'missing' }),
      1,
      async (world) => {
        const isClosed = await new RunFolder(world.model.disk(plain), join(world.output, RUN)).has(
          names.closed,
        );
        return [...(await audit(world)), ...(isClosed ? [] : ['it is not closed'])];
      },
      oneMissing,
    ),
  900_000,
);
test(
  'activate',
  () => enumerate(order({ what: 'activate', cards: '5-6', terms: { amount: 50_000, currency: 'NOK' } }), 1),
  900_000,
);
/** What is left to open of the run and of what was ordered of it. */
async function leftToOpen(world: World): Promise<string[]> {
  const disk = world.model.disk(plain);
  const left: string[] = [];
  for (const run of (await disk.list(world.output)).filter((name) => name.startsWith(RUN))) {
    const folder = new RunFolder(disk, join(world.output, run));
    const secrets = await secretsIn(folder, false);
    const isCertified = await folder.has(names.purged);
    left.push(...secrets.map((file) => `${run}/${file}`), ...(isCertified ? [] : [`${run}: no certificate`]));
  }
  return left;
}

test('purge of a run and its reprint', () => enumerate(purge, 3, leftToOpen, reprinted), 900_000);
test(
  'purge of the proofs, later',
  () =>
    enumerate(
      laterProofs,
      1,
      async (world) => {
        const folder = new RunFolder(world.model.disk(plain), join(world.output, RUN));
        const hasKey = await folder.has(names.proofKey);
        return hasKey || !(await folder.has(names.proofPurged)) ? ['the proofs are not purged'] : [];
      },
      purged,
    ),
  900_000,
);
