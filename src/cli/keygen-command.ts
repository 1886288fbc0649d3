// cardpress keygen: the key that seals the vault.
import { dirname } from 'node:path';
import { type Disk, makeFolders, nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { generateKeyPair, identityText } from '../base/vault.ts';
import { keyPath } from './environment.ts';
import type { Call } from './run-command.ts';

export async function keygenCommand({ terminal, env }: Call): Promise<void> {
  const path = keyPath(env);
  const recipient = await writeKey(nodeDisk, path);
  terminal.out(
    `${path} holds the key; keep a copy of it where this machine's fire does not reach\n\n  recipient  ${recipient}\n`,
  );
}

/** Writes a new operator's key, mode 0600; never over one that is there. */
export async function writeKey(disk: Disk, path: string): Promise<string> {
  if ((await disk.size(path)) !== undefined) {
    throw badInput(`${path} is there already: a new key would not open the runs that it sealed`, {
      hint: 'set CARDPRESS_KEY to another path to make a second one',
    });
  }
  await makeFolders(disk, dirname(path));
  const key = await generateKeyPair();
  const file = await disk.create(path);
  await file.write(new TextEncoder().encode(`# cardpress vault key; recipient ${key.recipient}\n`));
  await file.write(identityText(key));
  await file.write(new TextEncoder().encode('\n'));
  await file.sync();
  await file.close();
  await disk.syncFolder(dirname(path));
  return key.recipient;
}
