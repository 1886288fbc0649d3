// A symbol that holds the card's id, made for the ids of the job and no longer ones: checked, shown for approval,
// run, and packed with its specimens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveCommand } from '../../src/cli/approve-command.ts';
import { checkCommand } from '../../src/cli/check-command.ts';
import { picturesOf, readSymbols } from '../render/reader.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const FONT = fileURLToPath(new URL('../../templates/fonts/JetBrainsMono-Medium.ttf', import.meta.url));

const TEMPLATE = `
name: numbered
fonts: { mono: ./mono.ttf }
front:
  - { part: text, text: Gift card, at: [6, 14], font: mono, size: 12 }
  - { part: barcode, data: card_id, at: [24, 30], size: [34, 10] }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
`;

const JOB = `
name: numbered
account: T00000001
cards: { count: 4, id: "GIFT-{serial}", pin: none }
template: ./template.yaml
sheet: a4-8up
batch: { perSecond: 100 }
handoff: { seal: none }
`;

const { shop, close } = await openRehearsal();
beforeAll(async () => {
  await shop.write('template.yaml', TEMPLATE);
  await shop.write('job.yaml', JOB);
  await shop.write('mono.ttf', readFileSync(FONT));
});
afterAll(close);

test('it is checked and shown', async () => {
  const printed: string[] = [];
  const call = shop.call((text) => void printed.push(text));
  await checkCommand(join(shop.dir, 'job.yaml'), call);
  expect(printed.join('')).toContain('can be run');
  const before = process.cwd();
  process.chdir(shop.dir);
  try {
    await approveCommand('job.yaml', {}, call);
  } finally {
    process.chdir(before);
  }
  expect(printed.join('')).toContain('numbered-approval');
});

test('it is run, and its specimens carry dead ids', async () => {
  const printed = await shop.run(JOB);
  expect(printed).toContain('is complete');
  const [run = ''] = /numbered-\d{4}-\d\d-\d\d/.exec(printed) ?? [];
  const specimen = readFileSync(join(shop.output, run, `handoff/proof/${run}_TEST_SPECIMEN.pdf`));
  const [front] = await picturesOf(specimen, 600);
  const ids = (await readSymbols(front!)).map(({ text }) => text).filter((text) => /[A-Z]/.test(text));
  expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((serial) => `SPEC-00000${serial}`));
});
