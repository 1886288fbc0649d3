// A real SSH server that keeps the line alive, and whose files answer nothing: its storage hangs.
import { expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { Failure } from '../../src/base/failure.ts';
import { patience } from '../../src/deliver/patience.ts';
import { openSftp } from '../../src/deliver/sftp.ts';
import { call } from '../support/programs.ts';
import { type Sshd, sshdPresent, startSshd } from '../support/sshd.ts';

const NO_ACCESS = { password: undefined, passphrase: undefined };
const open = ({ port, user, fingerprint, inbox, key }: Sshd, answerMs: number) =>
  openSftp(
    nodeDisk,
    {
      kind: 'sftp',
      name: 'silent',
      shown: 'the inbox',
      readBack: 'sha256',
      keyPath: key,
      sftp: { host: '127.0.0.1', port, user, fingerprint, path: inbox, readBack: 'sha256' },
    },
    NO_ACCESS,
    answerMs,
  );
const GIVEN_UP = { kind: 'unavailable', message: expect.stringMatching(/answered nothing/) as string };

test.skipIf(!sshdPresent())('a request that is never answered is given up, and so is the line', async () => {
  const sshd = await startSshd();
  try {
    // To open a pipe that nobody writes to holds the server of files, as a disk that hangs does.
    call('mkfifo', [`${sshd.inbox}/hangs`]);
    const session = await open(sshd, 4000);
    expect(await session.size('hangs')).toBe(0);
    await expect(session.read('hangs')[Symbol.asyncIterator]().next()).rejects.toMatchObject(GIVEN_UP);
    await expect(session.size('hangs')).rejects.toMatchObject(GIVEN_UP);
    await session.close();
  } finally {
    await sshd.close();
  }
});

test.skipIf(!sshdPresent())('a server of files that does not even greet is given up', async () => {
  const sshd = await startSshd([], 'cat > /dev/null');
  try {
    await expect(open(sshd, 4000)).rejects.toMatchObject(GIVEN_UP);
  } finally {
    await sshd.close();
  }
});

test('while anything is answered, the rest is waited for', async () => {
  let given = 0;
  const silent = new Failure('unavailable', 'silent');
  const { wait } = patience(100, () => {
    given += 1;
    return silent;
  });
  const slow = (async () => {
    for (let time = 0; time < 20; time += 1) await wait(new Promise((resolve) => setTimeout(resolve, 20)));
    return 'slow';
  })();
  expect(await wait(slow)).toBe('slow');
  // Nothing is asked: nothing is missed.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(given).toBe(0);
  const never = new Promise(() => undefined);
  expect(await Promise.allSettled([wait(never), wait(never)])).toEqual([
    { status: 'rejected', reason: silent },
    { status: 'rejected', reason: silent },
  ]);
  await expect(wait(never)).rejects.toBe(silent);
  expect(given).toBe(1);
});
