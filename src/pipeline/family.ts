// A run with its supplements, and where each of their cards stands: the records of several run folders as one book.
import type { Disk } from '../base/disk.ts';
import { type Witness, names } from '../base/run-folder.ts';
import { eachCard } from '../issue/records.ts';
import { type CardStanding, type Printing, type Settlement, settle, standings } from '../settle/cards.ts';
import { type Book, type OrderRecord, eachSerial, readBook } from '../settle/records.ts';
import { type Accounts, type After, accountsOf } from './accounts.ts';
import { type Ledger, LedgerReader } from './ledger.ts';
import { goodCards } from './next.ts';
import { type Run, findRun, listRuns } from './runs.ts';

/** A run folder as it was read. */
export interface Member extends Run {
  readonly ledger: Ledger;
  readonly book: Book;
}

export interface Family {
  readonly root: Member;
  /** In the order in which they were planned. */
  readonly supplements: readonly Member[];
  readonly cards: ReadonlyMap<number, CardStanding>;
  readonly settlement: Settlement;
  /** An order that was begun and is not carried out. */
  readonly open: OrderRecord | undefined;
}

/**
 * The family of a run, whichever member is named.
 * @param witness is told what is written into the folder of the run that was ordered
 */
export async function readFamily(
  disk: Disk,
  output: string,
  name: string,
  witness?: Witness,
): Promise<Family> {
  const named = await findRun(disk, output, name);
  const runs = await listRuns(disk, output);
  const of = named.plan.supplement?.of ?? named.plan.run;
  const root = await readMember(await findRun(disk, output, of));
  if (witness !== undefined) root.folder.witnessedBy(witness);
  const supplements: Member[] = [];
  for (const run of runs) if (run.plan.supplement?.of === of) supplements.push(await readMember(run));
  supplements.sort((a, b) => numberOf(a) - numberOf(b));
  const cards = standings([root, ...supplements].map(printingOf), root.book);
  for (const { ledger } of supplements)
    for (const serial of voidedInside(ledger)) {
      const card = cards.get(serial);
      if (card !== undefined) cards.set(serial, { ...card, state: 'voided', replaced: true });
    }
  const settlement = settle(root.plan.cards.ordered, cards);
  return { root, supplements, cards, settlement, open: openOrder(root, supplements) };
}

export const membersOf = ({ root, supplements }: Pick<Family, 'root' | 'supplements'>) => [
  root,
  ...supplements,
];

/** The number at the end of a supplement's name. */
export const numberOf = ({ plan }: Run) => Number(/-s(\d+)$/.exec(plan.run)?.[1] ?? 0);

/** The accounts of the run that was ordered, with what became of its cards after they were printed. */
export type FamilyAccounts = Accounts & {
  readonly after: Settlement & { readonly supplements: readonly string[] };
};

export function familyAccounts(family: Family): FamilyAccounts {
  const { root, supplements, settlement } = family;
  const { voided, orphaned } = gone(family);
  const accounts = accountsOf(root.plan, root.ledger, { voided, orphaned });
  return { ...accounts, after: { ...settlement, supplements: supplements.map(({ plan }) => plan.run) } };
}

/** Whether what was reported of the cards comes to what the platform's answers say was made, less what was voided. */
export function isBalanced(family: Family): boolean {
  const accounts = familyAccounts(family);
  const { settlement, supplements } = family;
  const fresh = new Set(
    supplements.flatMap(({ plan, ledger }) => {
      const known = new Set([...eachCard(plan.supplement?.cards ?? [])].map(({ serial }) => serial));
      const made = goodCards(ledger).flatMap(({ good }) => [...eachCard(good)].map(({ serial }) => serial));
      return made.filter((serial) => plan.supplement?.kind === 'replace' || !known.has(serial));
    }),
  );
  const { voided, orphaned } = gone(family);
  for (const serial of [...voided, ...orphaned.map((card) => card.serial)]) fresh.delete(serial);
  return settlement.balanced && accounts.balanced && settlement.made === accounts.made + fresh.size;
}

function gone({ root, supplements }: Family): After {
  const outcomes = root.book.orders
    .map(({ outcome }) => outcome)
    .filter((outcome) => outcome?.what === 'void' || outcome?.what === 'replace');
  return {
    voided: [
      ...outcomes.flatMap((outcome) => [...eachSerial(outcome?.done ?? [])]),
      ...supplements.flatMap(({ ledger }) => voidedInside(ledger)),
    ],
    orphaned: outcomes.flatMap((outcome) => outcome?.left ?? []),
  };
}

/** Writes accounts.json of the run anew. */
export async function writeAccounts(family: Family): Promise<void> {
  await family.root.folder.replace(names.accounts, `${JSON.stringify(familyAccounts(family), null, 2)}\n`);
}

async function readMember(run: Run): Promise<Member> {
  const ledger = await new LedgerReader(run.folder, run.plan).read();
  return { ...run, ledger, book: await readBook(run.folder) };
}

function printingOf({ plan, ledger }: Member): Printing {
  const made = goodCards(ledger).flatMap(({ good }) => good);
  const { supplement } = plan;
  // What is printed anew is no longer where it was from the moment it is planned.
  const ranges =
    supplement !== undefined && supplement.kind !== 'replace' ? [...supplement.cards, ...made] : made;
  const cards = [...eachCard(ranges)].sort((a, b) => a.position - b.position);
  return {
    run: plan.run,
    cards: cards.map(({ position, serial }) => ({ serial, position, over: position >= plan.cards.ordered })),
  };
}

/** Cards that a supplement's own recovery deleted. */
function voidedInside(ledger: Ledger): readonly number[] {
  const records = [...[...ledger.attempts.values()].flat().map(({ voided }) => voided), ledger.swept];
  return records.flatMap((record) => [...eachCard(record?.voided ?? [])].map(({ serial }) => serial));
}

function openOrder(root: Member, supplements: readonly Member[]): OrderRecord | undefined {
  const isCarriedOut = (order: OrderRecord, hasOutcome: boolean): boolean => {
    if (order.what === 'void' || order.what === 'activate') return hasOutcome;
    const supplement = supplements.find(({ plan }) => plan.run === order.supplement);
    return supplement !== undefined && (supplement.ledger.complete || supplement.book.purged);
  };
  return root.book.orders.find(({ order, outcome }) => !isCarriedOut(order, outcome !== undefined))?.order;
}
