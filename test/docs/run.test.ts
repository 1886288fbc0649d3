// docs/run.md against what real runs leave behind: file names, columns, and the way to open a commitment.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { RunFolder } from '../../src/base/run-folder.ts';
import { generateKeyPair } from '../../src/base/vault.ts';
import { resolveCommand } from '../../src/cli/resolve-command.ts';
import { saltOf } from '../../src/pack/commitment.ts';
import { openRunKeys, readOperatorKey } from '../../src/pipeline/keys.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Rehearsal, manifestRows, openRehearsal } from '../support/rehearsal.ts';
import { blocksOf, codeIn, readPage, rowsOf } from './page.ts';
import { runsIn } from '../program/books.ts';

const PAGE = readPage('docs/run.md');

const JOB = `
name: spring
account: T12345678
cards: { count: 20, id: "SPRING26-{serial}" }
template: classic
sheet: sra3-21up
batch: { size: 10, concurrency: 1, perSecond: 100 }
recovery: hold
deliver: [{ folder: ./outbox }]
`;

/** Two batches whose answers are lost: one gets new codes by a person's word, one is replaced. */
const LOST: FaultPlan['rules'] = [{ operation: 'batch', nth: [1, 2], fault: 'drop-after-commit' }];

/** A card that is left out, and a look that does not find it: it is given up, and looked for at the end. */
const HIDDEN: FaultPlan['rules'] = [
  { operation: 'batch', nth: 1, fault: 'missing-card' },
  { operation: 'get', nth: 1, fault: 'status', status: 404 },
];

interface Made {
  readonly sandbox: Sandbox;
  readonly shop: Rehearsal;
  readonly close: () => Promise<void>;
  readonly run: string;
  readonly files: readonly string[];
}
const made: Made[] = [];

beforeAll(async () => {
  const { recipient } = await generateKeyPair();
  made.push(await make(LOST, `${JOB}handoff: { seal: [${recipient}] }\n`));
  made.push(await make(HIDDEN, `${JOB}handoff: { seal: none }\n`));
});

afterAll(async () => {
  for (const { close } of made) await close();
});

test('a run leaves the files of the page, and no others', () => {
  const names = rowsOf(PAGE, 'What is in it').map(([name = '']) => codeIn(name)[0] ?? '');
  const found = made.flatMap(({ files }) => files).filter((name) => !/^handoff\/(?!\.done)/.test(name));
  expect(names.length).toBeGreaterThan(20);
  expect(kinds(found)).toEqual(kinds(names));
  for (const { shop } of made) expect(existsSync(join(shop.output, '.planning'))).toBe(true);
});

test('manifest.csv has the columns of the page', () => {
  const { shop, run } = made[0]!;
  const columns = rowsOf(PAGE, 'The manifest').map(([name = '']) => codeIn(name)[0] ?? '');
  expect(shop.read(`${run}/handoff/manifest.csv`).split('\r\n')[0]).toBe(columns.join(','));
});

test('the script of the page opens a commitment', async () => {
  const { shop, run, sandbox } = made[0]!;
  const [script = ''] = blocksOf(PAGE, 'js');
  await shop.write('open.mjs', script);
  const folder = new RunFolder(nodeDisk, join(shop.output, run));
  const { proof } = await openRunKeys(
    folder,
    await readOperatorKey(nodeDisk, join(shop.dir, 'keys/key.txt')),
  );
  const rows = manifestRows(shop.read(`${run}/handoff/manifest.csv`));
  for (const { card_id: id = '', commitment = '' } of rows.slice(0, 2)) {
    const card = sandbox.books().accounts.T12345678?.cards.find(({ card_id }) => card_id === id);
    const codes = [card?.tokens.at(-1)?.value ?? '', card?.pins.at(-1)?.value ?? ''];
    const salt = Buffer.from(saltOf(id, proof)).toString('hex');
    const opened = execFileSync(process.execPath, ['open.mjs', salt, id, ...codes], { cwd: shop.dir });
    expect(opened.toString().trim()).toBe(commitment);
  }
});

async function make(rules: FaultPlan['rules'], job: string): Promise<Made> {
  const { sandbox, shop, close } = await openRehearsal({ faults: { rules } });
  mkdirSync(join(shop.dir, 'outbox'));
  // A batch that is held is decided, the first one otherwise than the others, until the run is done.
  for (const as of ['reissue', 'replace', 'done']) {
    try {
      await shop.run(job);
      break;
    } catch (error) {
      const [, run = '', batch = ''] = /resolve (\S+) --batch (\d+)/.exec(String(error)) ?? [];
      if (run === '') throw error;
      await resolveCommand(run, { batch, as, output: shop.output }, { ...shop.call(), env: {} });
    }
  }
  const [run = ''] = runsIn(shop.output);
  const folder = join(shop.output, run);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return { sandbox, shop, close, run, files };
}

/** Names without what differs from file to file. */
function kinds(names: readonly string[]): readonly string[] {
  const kind = (name: string) =>
    name.replace(/^(inputs\/file|sealed\/|receipts\/folder).*/, '$1').replaceAll(/\d+/g, '0');
  return [...new Set(names.map(kind))].sort();
}
