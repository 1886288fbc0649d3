// Opens a connection to a target, whatever its kind.
import type { Disk } from '../base/disk.ts';
import type { DeliverTools } from './deliver.ts';
import { openFolder } from './folder.ts';
import { openSftp } from './sftp.ts';
import type { SftpAccess } from './target.ts';

export function sessions(disk: Disk, access: SftpAccess): DeliverTools['openSession'] {
  return (target) => (target.kind === 'folder' ? openFolder(disk, target) : openSftp(disk, target, access));
}
