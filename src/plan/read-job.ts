// Reads a job's file, and the press file that it names.
import { dirname, join } from 'node:path';
import { BUILT_IN, type Reader, readNamed, text } from './inputs.ts';
import { type Job, parseJob } from './job.ts';
import { parsePress } from './press.ts';
import type { Checked } from './yaml.ts';

export async function readJob(reader: Reader, path: string): Promise<Checked<Job>> {
  return readJobText(reader, text(await readNamed(reader, path, path)), path);
}

/** A job of this text, as if it lay at a path, with what its press file says. */
export async function readJobText(reader: Reader, content: string, path: string): Promise<Checked<Job>> {
  const job = parseJob(content, path);
  const { pressFile } = job.value;
  if (pressFile === undefined) return job;
  const file = join(dirname(path), pressFile);
  const press = parsePress(
    text(await readNamed(reader, file, pressFile, { place: job.at('press') })),
    file,
  ).value;
  // A path in the profile is relative to the profile, and the job's readers take it from the job.
  const profile = BUILT_IN.test(press.profile) ? press.profile : join(dirname(pressFile), press.profile);
  return { ...job, value: { ...job.value, press: { ...press, profile } } };
}
