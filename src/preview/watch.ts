// Tells when one of some files was saved, however its editor saves: in place, or as a new file under the old name.
import { dirname } from 'node:path';
import { watch } from 'chokidar';

export interface Watch {
  /** These files from now on, by their full paths; one that is missing is told of when it comes. */
  follow(paths: readonly string[]): void;
  close(): Promise<void>;
}

export function watchFiles(changed: () => void): Watch {
  let files: ReadonlySet<string> = new Set();
  const followed = new Set<string>();
  const folders = new Set<string>();
  // The folder tells of files that come and go; of those in it, only ours are looked at.
  const watcher = watch([], {
    ignoreInitial: true,
    depth: 0,
    ignored: (path) => !files.has(path) && !folders.has(path),
  });
  watcher.on('all', (_, path) => {
    if (files.has(path)) changed();
  });
  watcher.on('error', () => undefined);
  return {
    follow(paths) {
      files = new Set(paths);
      const added = [...paths, ...paths.map((path) => dirname(path))].filter((path) => !followed.has(path));
      for (const path of paths) folders.add(dirname(path));
      for (const path of added) followed.add(path);
      if (added.length > 0) watcher.add([...new Set(added)]);
    },
    close: () => watcher.close(),
  };
}
