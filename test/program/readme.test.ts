// The commands of the README, in its order, as a newcomer types them.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { cardpress, start } from './cli.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const cwd = mkdtempSync(join(tmpdir(), 'cardpress-readme-'));
let sandbox: Sandbox | undefined;
afterAll(async () => {
  await sandbox?.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** What was said beside the results, but for how far each stage is, which a run says that takes long enough. */
const beside = (err: string) => err.replaceAll(/^\S+: \w+ +\d+ of \d+.*\n/gm, '');

describe('the demo', () => {
  test('makes a run, then another; an interrupted one is continued; nothing is overwritten', async () => {
    const demo = () => start(['demo'], { cwd });
    const first = await demo().ended;
    expect([first.code, beside(first.err)]).toEqual([0, '']);
    expect(first.out).toMatch(/is complete\n\n {2}cards +510 \(500 ordered, 10 overs\)/);
    const runs = () => readdirSync(join(cwd, 'output')).filter((name) => !name.startsWith('.'));
    expect(runs()).toHaveLength(1);
    const [run = ''] = runs();
    const manifest = statSync(join(cwd, 'output', run, 'handoff/manifest.json')).mtimeMs;

    const killed = demo();
    while (
      !runs().some((name) => name !== run && existsSync(join(cwd, 'output', name, 'batches/0001.1.age')))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(runs()).toHaveLength(2);

    const continued = await demo().ended;
    expect(continued).toMatchObject({ code: 0 });
    expect(runs()).toHaveLength(2);
    expect(statSync(join(cwd, 'output', run, 'handoff/manifest.json')).mtimeMs).toBe(manifest);
  });
});

describe('the commands of the README', () => {
  const commands = [...README.matchAll(/^ {4}npx cardpress ([^#\n]*?)\s*(?:#.*)?$/gm)].map(
    ([, words = '']) => words,
  );

  test('are all tried here', () => {
    expect(commands).toEqual([
      'init shop',
      'preview shop/template',
      'check shop/job.yaml',
      'keygen',
      'doctor shop/job.yaml',
      'run shop/job.yaml',
      'status',
    ]);
  });

  test('work one after another', async () => {
    sandbox = await startSandbox();
    const env = {
      CARDPRESS_API_URL: sandbox.origin,
      CARDPRESS_OUTPUT: 'out',
      DINTERO_CLIENT_ID: 'sandbox',
      DINTERO_CLIENT_SECRET: 'sandbox',
    };
    for (const command of commands) {
      const { code, err } = await cardpress(command.split(' '), { cwd, env });
      expect({ command, code, err: beside(err) }).toEqual({ command, code: 0, err: '' });
    }
    expect(readdirSync(join(cwd, 'classic-preview'))).toEqual(
      expect.arrayContaining(['back.png', 'front.png', 'sheet-back.png', 'sheet-front.png', 'specimen.pdf']),
    );
    expect(statSync(join(cwd, '.cardpress/key.txt')).mode & 0o777).toBe(0o600);
    const again = await cardpress(['run', 'shop/job.yaml'], { cwd, env });
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(/is complete: nothing to do/);
    expect((await cardpress(['status'], { cwd, env })).out).toMatch(/102\/102 cards .* complete/);

    // So do those of the folder that init makes, called from there.
    const shop = join(cwd, 'shop');
    const own = [...readFileSync(join(shop, 'README.md'), 'utf8').matchAll(/^ {4}cardpress (.*?) {2,}/gm)];
    expect(own).toHaveLength(4);
    await sandbox.close();
    sandbox = await startSandbox();
    const there = { ...env, CARDPRESS_OUTPUT: '', CARDPRESS_API_URL: sandbox.origin };
    for (const [, command = ''] of own) {
      const { code, err } = await cardpress(command.split(' '), { cwd: shop, env: there });
      expect({ command, code, err: beside(err) }).toEqual({ command, code: 0, err: '' });
    }
  });
});

test('an unknown command and a missing argument are exit 2 with one sentence', async () => {
  expect(await cardpress(['frobnicate'], { cwd })).toMatchObject({ code: 2, out: '' });
  const missing = await cardpress(['run'], { cwd });
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(/missing required argument 'job'/);
});
