// A real OpenSSH server on loopback, with keys, rules and a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { call } from './programs.ts';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The private key that it lets in. */
  readonly key: string;
  readonly fingerprint: string;
  /** An empty folder for uploads. */
  readonly inbox: string;
  readonly close: () => Promise<void>;
}

/**
 * @param sftp arguments of sftp-server, such as `-P posix-rename` for what it is to refuse
 * @param subsystem the server of files
 */
export async function startSshd(sftp: readonly string[] = [], subsystem = 'internal-sftp'): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), 'sshd-'));
  const path = (name: string) => join(dir, name);
  for (const name of ['host', 'client'])
    call('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  const [, fingerprint = ''] = call('ssh-keygen', ['-lf', path('host.pub')])
    .toString()
    .split(' ');
  mkdirSync(path('inbox'));
  writeFileSync(
    path('config'),
    [
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('client.pub')}`,
      `PidFile ${path('pid')}`,
      'PasswordAuthentication no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      `Subsystem sftp ${subsystem} ${sftp.join(' ')}`,
      '',
    ].join('\n'),
  );
  // As root it wants this folder, which packages make at boot; as anybody else it does not.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const { port, server } = await listening(path('config'));
  return {
    port,
    user: userInfo().username,
    key: path('client'),
    fingerprint,
    inbox: path('inbox'),
    async close() {
      server.kill();
      await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve(0)));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A line to a server that can be cut: after so many bytes towards it, once. */
export async function startCutter(to: number): Promise<{
  readonly port: number;
  readonly cutAfter: (bytes: number) => void;
  readonly cuts: () => number;
  readonly close: () => void;
}> {
  let left = Infinity;
  let cuts = 0;
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    far.pipe(near);
    near.on('data', (bytes) => {
      left -= bytes.length;
      if (left > 0) {
        if (!far.write(bytes)) {
          near.pause();
          far.once('drain', () => near.resume());
        }
        return;
      }
      left = Infinity;
      cuts += 1;
      near.destroy();
      far.destroy();
    });
    near.on('close', () => far.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    cutAfter: (bytes) => {
      left = bytes;
    },
    cuts: () => cuts,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

export const sshdPresent = (): boolean => {
  try {
    readFileSync('/usr/sbin/sshd');
    return true;
  } catch {
    process.stderr.write('skipped: sshd not installed\n');
    return false;
  }
};

/** It cannot choose a free port by itself, and another process may be faster at one that was found for it. */
async function listening(config: string): Promise<{ readonly port: number; readonly server: ChildProcess }> {
  let said = '';
  for (let tries = 0; tries < 3; tries += 1) {
    const port = await freePort();
    const args = ['-D', '-e', '-f', config, '-p', String(port)];
    const server = spawn('/usr/sbin/sshd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const isUp = await new Promise<boolean>((resolve) => {
      server.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (said.includes(`Server listening on 127.0.0.1 port ${port}.`)) resolve(true);
      });
      server.on('error', () => resolve(false));
      server.on('exit', () => resolve(false));
    });
    if (isUp) return { port, server };
  }
  throw new Error(`sshd did not start: ${said}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
