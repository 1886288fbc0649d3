// Cards whose replacements cannot be printed, for their ids are longer: they are not voided.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceCommand } from '../../src/cli/replace-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const FONT = fileURLToPath(new URL('../../templates/fonts/JetBrainsMono-Medium.ttf', import.meta.url));

const template = (width: number) => `
name: numbered
fonts: { mono: ./mono.ttf }
front:
  - { part: text, text: Gift card, at: [6, 14], font: mono, size: 12 }
  - { part: barcode, data: card_id, at: [24, 30], size: [${width}, 10] }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
`;

const job = (name: string, cards: string) => `
name: ${name}
account: T00000001
cards: { ${cards}, overs: 0, id: "NARROW{serial:1}", pin: none }
template: ./${name}.yaml
sheet: a4-8up
handoff: { seal: none }
`;

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);
beforeAll(async () => {
  // The narrow symbol has room for an id of seven characters, and not for one more.
  await shop.write('narrow.yaml', template(24));
  await shop.write('wide.yaml', template(40));
  await shop.write('mono.ttf', readFileSync(FONT));
});

test('a replacement that cannot be printed is refused before a card is voided', async () => {
  await shop.run(job('narrow', 'count: 4'), { run: 'narrow-1' });
  const narrow = shop.readFile('job.yaml');
  // The serials go on after another job's: further than the run had to reckon with.
  await shop.run(job('wide', 'count: 1, first: 99'), { run: 'wide-1' });
  await shop.write('job.yaml', narrow);
  const flags = { cards: '4', reason: 'a test', output: shop.output };
  const { code, out } = await outcomeOf((print) => replaceCommand('narrow-1', flags, shop.call(print)));
  expect(out).toContain('symbol-fit');
  expect(code).toBe(2);
  const cards = Object.values(sandbox.books().accounts).flatMap((account) => account.cards);
  expect(cards).toHaveLength(5);
  expect(cards.filter(({ deleted_at }) => deleted_at !== undefined)).toEqual([]);
});
