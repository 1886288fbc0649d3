// What check says can be run is read back: a design that passes every rule and fails the reading is refused, by
// check and by run, before a card is asked for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { checkCommand } from '../../src/cli/check-command.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { failureOf } from '../support/outcome.ts';

const FONT = fileURLToPath(new URL('../../templates/fonts/JetBrainsMono-Medium.ttf', import.meta.url));

/** All that its cards share is a dash in the bleed: the reader takes it for a mark beside the cards. */
const TEMPLATE = `
name: dash
fonts: { mono: ./mono.ttf }
front:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: line, from: [-2, 20], to: [-1, 20], stroke: black }
`;

const job = (count: number) => `
name: dash
account: T00000001
cards: { count: ${count}, id: "DASH-{serial}", pin: none }
template: ./template.yaml
sheet: a4-8up
handoff: { seal: none }
`;

const { sandbox, shop, close } = await openRehearsal();
beforeAll(async () => {
  await shop.write('template.yaml', TEMPLATE);
  await shop.write('mono.ttf', readFileSync(FONT));
});
afterAll(close);

async function refusalOf(work: Promise<unknown>) {
  const { exitCode, complaints } = await failureOf(work);
  return {
    code: exitCode,
    complaints: complaints.map(({ message, place }) => ({ message, line: place?.line })),
  };
}

const REFUSED = {
  code: 2,
  complaints: [
    {
      message:
        'specimen sheets cannot be read back: front of sheet 2: what lies outside the cards is not as on the first sheet',
      line: 2,
    },
  ],
};

test('check refuses it for a job that leaves slots empty, and not for one that fills its sheets', async () => {
  const path = join(shop.dir, 'job.yaml');
  const printed: string[] = [];
  const check = () =>
    checkCommand(
      path,
      shop.call((text) => void printed.push(text)),
    );
  await shop.write('job.yaml', job(12));
  expect(await refusalOf(check())).toEqual(REFUSED);
  expect(printed.join('')).not.toContain('can be run');
  await shop.write('job.yaml', job(16));
  await check();
  expect(printed.join('')).toContain('job.yaml can be run');
});

test('check refuses the template by itself', async () => {
  expect(await refusalOf(checkCommand(join(shop.dir, 'template.yaml'), shop.call()))).toEqual(REFUSED);
});

test('run refuses it before it plans anything or asks for a card', async () => {
  expect(await refusalOf(shop.run(job(12)))).toEqual(REFUSED);
  expect(sandbox.books().accounts.T00000001?.cards ?? []).toEqual([]);
  expect((await nodeDisk.list(shop.output)).filter((name) => name.includes('dash'))).toEqual([]);
});
