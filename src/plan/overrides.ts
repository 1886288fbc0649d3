// What another manufacturer is given in place of what the job says: sheet, press, keys and place.
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { badInput } from '../base/failure.ts';
import { type TargetKeys, deliverSchema } from './handoff.ts';
import { type Reader, readNamed } from './inputs.ts';
import { readJobText } from './read-job.ts';
import type { Job } from './job.ts';
import { type Checked, parseYaml, withValues } from './yaml.ts';

export interface Overrides {
  readonly sheet?: string;
  readonly press?: string;
  readonly seal?: readonly string[];
  /** Undefined: where the job says. */
  readonly deliver?: readonly TargetKeys[];
}

/** The flags of a command, with paths that stay right wherever the job file lies. */
export async function readOverrides(
  reader: Reader,
  flags: {
    readonly sheet?: string;
    readonly press?: string;
    readonly seal?: readonly string[];
    readonly to?: string;
  },
): Promise<Overrides> {
  const path = (text: string) => (/[./]/.test(text) ? resolve(text) : text);
  const { sheet, press, seal, to } = flags;
  return {
    ...(sheet !== undefined && { sheet: path(sheet) }),
    ...(press !== undefined && { press: path(press) }),
    ...(seal !== undefined && { seal: seal.map((key) => (key.startsWith('age1') ? key : resolve(key))) }),
    ...(to !== undefined && { deliver: await targetsIn(reader, to) }),
  };
}

/** The text of a job file, as it would be for the other manufacturer. */
export async function jobText(
  reader: Reader,
  file: string,
  { sheet, press, seal, deliver }: Overrides,
): Promise<string> {
  const text = new TextDecoder().decode(await readNamed(reader, file, file));
  // A job names files from where it lies.
  const near = (path: string) => (isAbsolute(path) ? relative(dirname(resolve(file)), path) : path);
  const values = [
    ...(sheet === undefined ? [] : [[['sheet'], near(sheet)] as const]),
    ...(press === undefined ? [] : [[['press'], near(press)] as const]),
    ...(seal === undefined ? [] : [[['handoff', 'seal'], seal.map(near)] as const]),
    ...(deliver === undefined ? [] : [[['deliver'], deliver] as const]),
  ];
  return values.length === 0 ? text : withValues(text, values);
}

/** The job as it would be for the other manufacturer. */
export async function overriddenJob(
  reader: Reader,
  file: string,
  overrides: Overrides,
): Promise<Checked<Job>> {
  return readJobText(reader, await jobText(reader, file, overrides), file);
}

/** A folder, or a YAML file with a list as the job's `deliver` has it. */
async function targetsIn(reader: Reader, to: string): Promise<readonly TargetKeys[]> {
  if (!/\.ya?ml$/.test(to)) return [{ folder: resolve(to), readBack: 'sha256' }];
  const bytes = await readNamed(reader, to, to);
  const targets = parseYaml(new TextDecoder().decode(bytes), to, deliverSchema).value;
  if (targets.length === 0) throw badInput(`${to} names no target`);
  const near = (path: string) => resolve(to, '..', path);
  return targets.map((one) =>
    'folder' in one
      ? { ...one, folder: near(one.folder) }
      : { sftp: { ...one.sftp, ...(one.sftp.key !== undefined && { key: near(one.sftp.key) }) } },
  );
}
