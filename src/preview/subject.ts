// What is looked at: a design, with the codes and the press that it is meant for. From a template alone these
// are the usual ones; from a job, its own.
import { dirname, relative } from 'node:path';
import { badInput } from '../base/failure.ts';
import { type CodeFormat, DEFAULT_PIN, DEFAULT_TOKEN } from '../plan/format.ts';
import { type Design, type Reader, readDesign, readTemplateDesign } from '../plan/inputs.ts';
import { readJob } from '../plan/read-job.ts';
import { type Job, isTest } from '../plan/job.ts';
import { PRESS_DEFAULTS, type PressKeys } from '../plan/press.ts';
import { fieldsOf } from '../plan/template.ts';
import { atPress } from '../render/at-press.ts';
import type { LayoutInputs } from '../render/preflight.ts';

export interface Subject {
  readonly design: Design;
  readonly token: CodeFormat;
  /** Null where no card has a PIN. */
  readonly pin: CodeFormat | null;
  readonly press: PressKeys;
  readonly idPattern: string;
  readonly run: string;
  /** Real cards: the preflight is stricter. */
  readonly strict: boolean;
}

/** What there is to look at: a template, or the one that a job names. */
export type Named =
  | { readonly template: string; readonly job?: undefined }
  | { readonly job: string; readonly template?: undefined };

/** What to preview where nothing is named: the template that lies here, that of the job, or the one that `init` wrote. */
export async function namedHere(reader: Reader): Promise<Named> {
  const has = async (name: string) => (await reader.disk.size(name)) !== undefined;
  if (await has('template.yaml')) return { template: 'template.yaml' };
  if (await has('job.yaml')) return { job: 'job.yaml' };
  if (await has('template/template.yaml')) return { template: 'template/template.yaml' };
  throw badInput('no template is named, and none is here', {
    hint: 'looked for template.yaml, job.yaml and template/template.yaml; or name one: cardpress preview TEMPLATE',
  });
}

/** @param sheet in place of the job's, or of the built-in one that fits the template */
export async function readSubject(reader: Reader, named: Named, sheet?: string): Promise<Subject> {
  if (named.job !== undefined) return readJobSubject(reader, named.job, sheet);
  const design = await readTemplateDesign(reader, named.template, sheet);
  return {
    design,
    token: DEFAULT_TOKEN,
    pin: fieldsOf(design.template.value).has('pin') ? DEFAULT_PIN : null,
    press: PRESS_DEFAULTS,
    idPattern: 'SPECIMEN-{serial}',
    run: 'specimen',
    strict: false,
  };
}

async function readJobSubject(reader: Reader, path: string, sheet: string | undefined): Promise<Subject> {
  const job = await readJob(reader, path);
  // A sheet that is chosen at the prompt is named from there; a job names it from where the job lies.
  const chosen = sheet === undefined || !/[/.]/.test(sheet) ? sheet : relative(dirname(path), sheet);
  const design = await readDesign(
    reader,
    chosen === undefined ? job : { ...job, value: { ...job.value, sheet: chosen } },
  );
  return jobSubject(job.value, design);
}

/** A job's own codes, ids and press. */
export function jobSubject(job: Job, design: Design): Subject {
  const { cards, press, name } = job;
  return {
    design,
    token: cards.token,
    pin: cards.pin,
    press,
    idPattern: cards.id,
    run: `${name}-specimen`,
    strict: !isTest(job),
  };
}

/** What the preflight is given. */
export function layoutInputsOf(subject: Subject, cards: LayoutInputs['cards']): LayoutInputs {
  const { design, token, pin, press, run, strict } = subject;
  return {
    ...design,
    token,
    pin,
    ...atPress(press, strict),
    cards,
    run,
  };
}
