// Slips of somebody who types: each is told as what it is, exit 2.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCommand } from '../../src/cli/check-command.ts';
import { proveCommand } from '../../src/cli/prove-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { sandboxCommand } from '../../src/cli/sandbox-command.ts';
import { statusCommand } from '../../src/cli/status-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const JOB = `
name: slips
account: T00000001
cards: { count: 1, overs: 1, id: "SP-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
`;

const { shop, close } = await openRehearsal();
beforeAll(async () => {
  await shop.run(JOB, { run: 'slips-1' });
  await shop.write('empty/file.txt', '');
});
afterAll(close);

const at = (path: string) => join(shop.dir, path);
const check = (path: string) => outcomeOf((print) => checkCommand(path, shop.call(print)));
const said = (words: RegExp) => ({ code: 2, out: expect.stringMatching(words) as string });

test('what is checked is there, and is no template', async () => {
  expect(await check(shop.dir)).toEqual(
    said(/: the folder holds no template\.yaml\n\(did you mean \S+\/job\.yaml\?\)$/),
  );
  expect(await check(at('empty'))).toEqual(said(/: the folder holds no template\.yaml$/));
  expect(await check(at('empty/file.txt'))).toEqual(said(/file\.txt is no template: it must be a folder/));
  expect(await check(at('none'))).toEqual(said(/none: there is no such file/));
});

test('a retention without its unit', async () => {
  await shop.write('days.yaml', `${JOB}retention: 90\n`);
  expect(await check(at('days.yaml'))).toEqual(said(/retention is 90: it must be days such as 90d\n/));
});

test('a card that is no serial, and nothing to check', async () => {
  const prove = (card: string | undefined, check: boolean) =>
    outcomeOf((print) =>
      proveCommand(
        'slips-1',
        { output: shop.output, check, ...(card !== undefined && { card }) },
        shop.call(print),
        () => Promise.resolve(''),
      ),
    );
  expect(await prove(undefined, false)).toEqual(said(/^--card is missing/));
  expect(await prove('x', false)).toEqual(said(/^--card is "x": it must be the serial/));
  expect(await prove('1', true)).toEqual(said(/^nothing came on standard input/));
});

test('an output folder that is none', async () => {
  const status = (output: string) =>
    outcomeOf((print) => statusCommand(undefined, { output }, shop.call(print)));
  expect(await status(at('none'))).toEqual(said(/^--output is \S+none: there is no such folder$/));
  expect(await status(at('job.yaml'))).toEqual(said(/^--output is \S+job\.yaml: that is no folder$/));
  expect(await status(at('empty'))).toMatchObject({ code: 0 });
  const output = at('empty/file.txt');
  expect(await outcomeOf((print) => runCommand(at('job.yaml'), { output }, shop.call(print)))).toEqual(
    said(/cannot be made: a file is in the way$/),
  );
});

test('books that could not be kept', async () => {
  const books = at('gone/books.json');
  expect(await outcomeOf((print) => sandboxCommand({ port: '0', books }, shop.call(print)))).toEqual(
    said(/^--books is \S+: there is no folder \S+gone to keep them in$/),
  );
});

test('one of a thing is one', () => {
  const readme = readFileSync(join(shop.output, 'slips-1/handoff/README.txt'), 'utf8');
  expect(readme).toContain('2 gift cards: 1 ordered and 1 over.');
  expect(readme).toMatch(/ {3}1 sheet, serials 1 to 1\r\n/);
});
