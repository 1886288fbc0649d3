// Crash points of a run that seals and delivers, from the first file of its handoff on: what the target holds
// in the end is whole, opens, and is what the manifest says.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateKeyPair, unseal } from '../../src/base/vault.ts';
import { checkHandoff } from '../../src/pack/check-handoff.ts';
import type { Manifest } from '../../src/pack/manifest-schema.ts';
import { OUTBOX, audit, crashPoints, freshWorld, plain } from './enumerate.ts';
import { type CrashPoint, JOB, type World } from './world.ts';

const printer = await generateKeyPair();
const SEALED = JOB.replace('seal: none', `seal: [${printer.recipient}], data: csv`).concat(
  `deliver: [{ folder: ${OUTBOX} }]\n`,
);
/** Every point would take minutes; neighbours are alike. */
const EVERY = 4;

async function auditSealed(world: World): Promise<string[]> {
  const wrong = await audit(world);
  const disk = world.model.disk(plain);
  for (const path of [`${world.output}/crash-1/handoff`, `${OUTBOX}/crash-1_TEST`])
    wrong.push(...(await checkHandoff(disk, path)).wrong);
  const at = (file: string) => `${OUTBOX}/crash-1_TEST/${file}`;
  const bytes = await disk.read(at('manifest.json'));
  if (bytes === undefined) return [...wrong, 'no manifest'];
  const manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
  for (const { file, content } of [...manifest.volumes, ...manifest.data]) {
    const opened = await unseal((await disk.read(at(file))) ?? new Uint8Array(), printer, file);
    if (createHash('sha256').update(opened).digest('hex') !== content.sha256)
      wrong.push(`${file} is not what the manifest says`);
  }
  if ((await disk.read(`${world.output}/crash-1/receipts/complete.json`)) === undefined)
    wrong.push('the run is not complete');
  return wrong;
}

async function effectsOfRun(): Promise<readonly string[]> {
  const world = await freshWorld(undefined, SEALED);
  try {
    const { effects } = await world.process();
    expect(await auditSealed(world)).toEqual([]);
    return effects;
  } finally {
    await world.sandbox.close();
  }
}

async function crashAndResume(point: CrashPoint, effects: readonly string[]): Promise<string[]> {
  const name = `${point.at}${point.half ? ' half' : ''} (${effects[point.at - 1] ?? 'end'})`;
  const world = await freshWorld(undefined, SEALED);
  try {
    const { crashed } = await world.process(point);
    if (crashed) {
      world.lose('power');
      await world.process();
    }
    world.lose('power');
    return (await auditSealed(world)).map((what) => `${name}: ${what}`);
  } catch (error) {
    return [`${name}: resuming failed: ${String(error)}`];
  } finally {
    await world.sandbox.close();
  }
}

test('the power fails while a handoff is sealed or delivered, and the target gets it whole', async () => {
  const effects = await effectsOfRun();
  const from = effects.findIndex((name) => name.includes('/handoff/print/')) + 1;
  expect(effects.filter((name) => name.includes(OUTBOX)).length).toBeGreaterThan(50);
  const closing = effects.findIndex((name) => name.includes('.closing.json')) + 1;
  const points = crashPoints(effects).filter(
    ({ at }) => at >= from && ((at - from) % EVERY === 0 || Math.abs(at - closing) < 8),
  );
  const wrong: string[] = [];
  for (const point of points) wrong.push(...(await crashAndResume(point, effects)));
  expect(wrong).toEqual([]);
}, 900_000);
