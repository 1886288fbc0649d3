// cardpress init: a working folder to start from. Asks nothing, overwrites nothing.
import { dirname, join } from 'node:path';
import { makeFolders, nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { WRITTEN_FILES } from '../plan/json-schema.ts';
import { filesOf, parseTemplate } from '../plan/template.ts';
import type { Call } from './call.ts';
import { BUILT_IN } from './environment.ts';

export async function initCommand(dir: string, { terminal }: Call): Promise<void> {
  if ((await nodeDisk.list(dir)).length > 0)
    throw badInput(`${dir} is there and not empty: init overwrites nothing`);
  const files = await starterFiles();
  for (const [name, bytes] of files) await writeNew(join(dir, name), bytes);
  const names = [...files.keys()].filter((name) => !/^(fonts|schemas)\//.test(name));
  terminal.out(
    [
      `${dir} is ready: ${names.join(', ')}`,
      '',
      `  cd ${dir}`,
      '  cardpress preview',
      '  cardpress check job.yaml',
      '',
    ].join('\n'),
  );
}

/** The starter's files by their name in the new folder. */
async function starterFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = async (path: string) => {
    const bytes = await nodeDisk.read(join(BUILT_IN, path));
    if (bytes === undefined) throw new Error(`the package lacks templates/${path}`);
    return bytes;
  };
  const template = await read('classic/template.yaml');
  // The job lies beside the schemas' folder, and not in one beside it.
  const job = new TextDecoder().decode(await read('jobs/starter.yaml')).replace('=../schemas/', '=schemas/');
  const files = new Map<string, Uint8Array>([
    ['job.yaml', new TextEncoder().encode(job)],
    ['README.md', await read('jobs/starter.md')],
    ['template/template.yaml', template],
  ]);
  // The template names its files from its own folder; they keep their place beside it.
  for (const file of filesOf(parseTemplate(new TextDecoder().decode(template), 'classic').value)) {
    files.set(join('template', file), await read(join('classic', file)));
  }
  for (const schema of WRITTEN_FILES)
    files.set(`schemas/${schema}.json`, await read(`schemas/${schema}.json`));
  for (const licence of ['fonts/Inter.OFL.txt', 'fonts/JetBrainsMono.OFL.txt'])
    files.set(licence, await read(licence));
  return files;
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolders(nodeDisk, dirname(path));
  const file = await nodeDisk.create(path);
  await file.write(bytes);
  await file.close();
}
