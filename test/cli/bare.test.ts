// cardpress without a command, as a newcomer types it first.
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { cardpress } from '../program/cli.ts';

test('says which commands there are', async () => {
  const { code, out, err } = await cardpress([], { cwd: tmpdir() });
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^Usage: cardpress \[options\] \[command\]\n/);
  expect(err).toMatch(/\n {2}init <dir> +a working folder to start from/);
  // Asked for, it is no mistake.
  expect(await cardpress(['--help'], { cwd: tmpdir() })).toMatchObject({ code: 0, out: err, err: '' });
});
