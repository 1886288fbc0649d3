// cardpress preview: specimen PDF and pictures of a template, or with --live a page that shows it.
import { join } from 'node:path';
import { RunFolder } from '../base/run-folder.ts';
import { makeFolders, nodeDisk } from '../base/disk.ts';
import { Failure, badInput } from '../base/failure.ts';
import { readNamed } from '../plan/inputs.ts';
import { outlookFor } from '../preview/outlook.ts';
import { previewFiles } from '../preview/preview.ts';
import { parseRecord } from '../preview/record.ts';
import { type Shown, openSpecimen } from '../preview/specimen.ts';
import { type Named, namedHere, readSubject } from '../preview/subject.ts';
import { complaintsOf } from '../render/finding.ts';
import type { Call } from './call.ts';
import { reader } from './environment.ts';
import { findingTable, outlookRows } from './finding-table.ts';
import { liveCommand } from './live-command.ts';
import { table } from './table.ts';

export interface PreviewFlags {
  readonly out?: string;
  readonly sheet?: string;
  readonly dpi?: string;
  readonly data?: string;
  readonly worst?: boolean;
  readonly live?: boolean;
  readonly port?: string;
}

const DPI = 300;

export async function previewCommand(
  template: string | undefined,
  flags: PreviewFlags,
  call: Call,
): Promise<void> {
  const named: Named = template === undefined ? await namedHere(reader) : { template };
  if (flags.live === true) return liveCommand(named, flags, call);
  if (flags.port !== undefined) throw badInput('--port is for --live');
  const { terminal } = call;
  const dpi = dpiOf(flags.dpi);
  const subject = await readSubject(reader, named, flags.sheet);
  const specimen = await openSpecimen(subject, await shownOf(flags));
  const { layout, findings } = specimen;
  if (layout === undefined) {
    terminal.out(findingTable(findings));
    throw new Failure('input', complaintsOf(findings, 'fail'));
  }
  const outlooks = await outlookFor(layout, specimen.samples);
  const files = await previewFiles(layout, specimen, outlooks, dpi);
  const out = flags.out ?? `${layout.template.name}-preview`;
  await makeFolders(nodeDisk, out);
  const folder = new RunFolder(nodeDisk, out);
  for (const [name, bytes] of files) await folder.replace(name, bytes);
  terminal.out(table(outlookRows(outlooks)));
  terminal.out(findingTable(findings));
  terminal.out(`\n${[...files.keys()].map((name) => join(out, name)).join('\n')}\n`);
}

async function shownOf({ data, worst }: PreviewFlags): Promise<Shown> {
  if (data === undefined) return worst === true ? 'worst' : 'specimen';
  if (worst === true) throw badInput('--data and --worst exclude each other');
  return parseRecord(new TextDecoder().decode(await readNamed(reader, data, data)), data);
}

function dpiOf(said: string | undefined): number {
  const dpi = Number(said ?? DPI);
  if (!(Number.isInteger(dpi) && dpi >= 72 && dpi <= 1200))
    throw badInput(`--dpi is ${JSON.stringify(said)}: it must be a whole number from 72 to 1200`);
  return dpi;
}
