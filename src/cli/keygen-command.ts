// cardpress keygen: the key that seals the vault.
import { dirname } from 'node:path';
import { type Disk, makeFolders, nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { generateKeyPair, identityText, isRecipient } from '../base/vault.ts';
import type { Call } from './call.ts';
import { keyPath } from './environment.ts';

export async function keygenCommand(backups: readonly string[], { terminal, env }: Call): Promise<void> {
  const path = keyPath(env);
  const wrong = backups.find((backup) => !isRecipient(backup));
  if (wrong !== undefined) throw badInput(`--backup ${wrong} is no age recipient (age1…)`);
  const recipient = await writeKey(nodeDisk, path, backups);
  terminal.out(
    `${path} holds the key; keep a copy of it where this machine's fire does not reach\n\n  recipient  ${recipient}\n`,
  );
}

/** Writes a new operator's key, mode 0600; never over one that is there. */
export async function writeKey(disk: Disk, path: string, backups: readonly string[] = []): Promise<string> {
  if ((await disk.size(path)) !== undefined) {
    throw badInput(`${path} is there already: a new key would not open the runs that it sealed`, {
      hint: 'set CARDPRESS_KEY to another path to make a second one',
    });
  }
  await makeFolders(disk, dirname(path));
  const key = await generateKeyPair();
  const file = await disk.create(path);
  const notes = [
    `# cardpress vault key; recipient ${key.recipient}\n`,
    ...backups.map((backup) => `# also ${backup}\n`),
  ];
  await file.write(new TextEncoder().encode(notes.join('')));
  await file.write(identityText(key));
  await file.write(new TextEncoder().encode('\n'));
  await file.sync();
  await file.close();
  await disk.syncFolder(dirname(path));
  return key.recipient;
}
