// A shop with a sandbox of its own: the built program, called as people call it, and the platform's own books to
// hold against.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Behaviour } from '../../src/sandbox/behaviour.ts';
import type { BookedCard } from '../../src/sandbox/books.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Ended, cardpress } from '../program/cli.ts';
import { type Rehearsal, manifestRows, openRehearsal } from '../support/rehearsal.ts';
import { runsIn } from '../program/books.ts';

export interface Shop {
  readonly shop: Rehearsal;
  readonly sandbox: Sandbox;
  readonly env: Record<string, string>;
  readonly call: (...args: string[]) => Promise<Ended>;
  /** Calls and expects exit 0; what it printed. */
  readonly ok: (...args: string[]) => Promise<string>;
  /** Calls and expects this exit code; what it said. */
  readonly no: (code: number, ...args: string[]) => Promise<string>;
  /** The runs of the output folder. */
  readonly runs: () => readonly string[];
  readonly serials: (run: string) => readonly number[];
  /** Writes a return file: every card is good but for those that are named. */
  readonly returned: (run: string, file: string, but?: Record<number, string>, rest?: string) => string;
  readonly card: (id: string) => BookedCard | undefined;
  readonly accounts: (run: string) => Accounts;
  readonly close: () => Promise<void>;
}

export interface Accounts {
  readonly asked: number;
  readonly made: number;
  readonly voided: number;
  readonly balanced: boolean;
  readonly after: Readonly<Record<string, number>>;
}

export async function openShop(
  job: string,
  options: { readonly rules?: FaultPlan['rules']; readonly behaviour?: Partial<Behaviour> } = {},
): Promise<Shop> {
  const { rules = [], behaviour = {} } = options;
  const { sandbox, shop, close } = await openRehearsal({ faults: { rules }, behaviour });
  writeFileSync(join(shop.dir, 'job.yaml'), job);
  mkdirSync(join(shop.dir, 'outbox'));
  const env = { ...shop.env, CARDPRESS_THREADS: '0' };
  const call = (...args: string[]) => cardpress(args, { cwd: shop.dir, env });
  const expectCode = async (code: number, args: readonly string[]) => {
    const ended = await call(...args);
    if (ended.code !== code)
      throw new Error(
        `cardpress ${args.join(' ')}: exit ${ended.code}, not ${code}\n${ended.out}${ended.err}`,
      );
    return ended;
  };
  const rows = (run: string) => manifestRows(shop.read(`${run}/handoff/manifest.csv`));
  return {
    shop,
    sandbox,
    env,
    call,
    ok: async (...args) => (await expectCode(0, args)).out,
    no: async (code, ...args) => (await expectCode(code, args)).err,
    runs: () => runsIn(shop.output),
    serials: (run) => rows(run).map(({ serial }) => Number(serial)),
    returned(run, file, but = {}, rest = 'good') {
      const lines = rows(run).map(({ serial = '', card_id = '' }) => {
        const [result, reason = '', destroyed = ''] = (but[Number(serial)] ?? rest).split('/');
        return `${serial},${card_id},${result ?? ''},${reason},${destroyed},,`;
      });
      writeFileSync(
        join(shop.dir, file),
        ['serial,card_id,result,reason,destroyed,bundle,box', ...lines, ''].join('\r\n'),
      );
      return file;
    },
    card: (id) =>
      Object.values(sandbox.books().accounts)
        .flatMap(({ cards }) => cards)
        .find(({ card_id }) => card_id === id),
    accounts: (run) => JSON.parse(readFileSync(join(shop.output, run, 'accounts.json'), 'utf8')) as Accounts,
    close,
  };
}

/** Serials, each with the same row. */
export const rowsFor = (serials: readonly number[], row: string): Record<number, string> =>
  Object.fromEntries(serials.map((serial) => [serial, row]));
