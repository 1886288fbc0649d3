// cardpress preview: specimen PDF and pictures of a template.
import { join } from 'node:path';
import { RunFolder } from '../base/run-folder.ts';
import { nodeDisk } from '../base/disk.ts';
import { notYet } from '../base/failure.ts';
import { readTemplateDesign } from '../plan/inputs.ts';
import { previewTemplate } from '../preview/preview.ts';
import { reader } from './environment.ts';
import type { Call } from './run-command.ts';

export interface PreviewFlags {
  readonly out?: string;
  readonly sheet?: string;
  readonly live?: boolean;
}

const DPI = 300;
const PRESS_DPI = 600;

export async function previewCommand(
  template: string,
  flags: PreviewFlags,
  { terminal }: Call,
): Promise<void> {
  if (flags.live === true) throw notYet('preview --live');
  const design = await readTemplateDesign(reader, template, flags.sheet ?? 'a4-8up');
  const files = await previewTemplate(design, { press: { dpi: PRESS_DPI }, dpi: DPI });
  const out = flags.out ?? `${design.template.value.name}-preview`;
  await nodeDisk.makeFolder(out);
  const folder = new RunFolder(nodeDisk, out);
  for (const [name, bytes] of files) await folder.replace(name, bytes);
  terminal.out(`${[...files.keys()].map((name) => join(out, name)).join('\n')}\n`);
}
