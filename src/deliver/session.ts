// Opens a connection to a target, whatever its kind.
import type { Disk } from '../base/disk.ts';
import type { DeliverTools } from './deliver.ts';
import { openFolder } from './folder.ts';
import type { SftpAccess } from './target.ts';

export function sessions(disk: Disk, access: SftpAccess): DeliverTools['openSession'] {
  return async (target) => {
    if (target.kind === 'folder') return openFolder(disk, target);
    // Loaded by who needs it: a run is to stay small.
    const { openSftp } = await import('./sftp.ts');
    return openSftp(disk, target, access);
  };
}
