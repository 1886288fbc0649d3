// Reads what a job stands on (template, sheet, fonts, artwork, profile), and keeps a copy of it in the run
// folder: from then on the run stands on the copy. Of jobs it knows the form alone: who prints cards without one
// loads no reader of jobs.
import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { Failure, type Place, badInput, hasCode } from '../base/failure.ts';
import { kept } from '../base/kept.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import type { Job } from './job.ts';
import type { FrozenInput, Plan } from './plan.ts';
import { PRESS_DEFAULTS } from './press.ts';
import { type SheetFormat, parseSheet } from './sheet.ts';
import { type Template, filesOf, parseTemplate } from './template.ts';
import type { Checked } from './yaml.ts';

export interface InputFile extends FrozenInput {
  readonly bytes: Uint8Array;
}

/** Everything that decides how a card looks. `assets` are fonts and images by the name the template gives them. */
export interface Design {
  readonly template: Checked<Template>;
  readonly sheet: Checked<SheetFormat>;
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** The press's ICC profile, and where it lies: colours are converted by a library that opens it by itself. */
  readonly profile: Uint8Array;
  readonly profilePath: string;
  readonly files: readonly InputFile[];
}

/** Reads files for people: a missing one is their mistake, and said at the place that names it. */
export interface Reader {
  readonly disk: Disk;
  /** Folder of the built-in templates, sheets and profiles. */
  readonly builtIn: string;
}

/** What names a thing of ours, and no path. */
export const BUILT_IN = /^[a-z0-9][a-z0-9-]*$/;

/** Reads the template, sheet and profile that a job names. */
export async function readDesign(reader: Reader, job: Checked<Job>): Promise<Design> {
  const from = dirname(job.file);
  const { template, sheet, press } = job.value;
  const [templateFile, sheetFile] = await Promise.all([
    readTemplateFile(reader, template, from, job.at('template')),
    readSheetFile(reader, sheet, from, job.at('sheet')),
  ]);
  const profile = await readProfile(reader, press.profile, from, job.at('press', 'profile'));
  return completeDesign(reader, templateFile, sheetFile, profile);
}

/** Whether a name given in place of a job is a template's: a built-in name, a folder, or a file with a front. */
export async function isTemplate(reader: Reader, ref: string): Promise<boolean> {
  if (!/\.ya?ml$/.test(ref)) return true;
  const bytes = await reader.disk.read(ref).catch(() => undefined);
  return bytes !== undefined && /^front\s*:/m.test(text(bytes));
}

/** Reads a template by itself, to be shown on a sheet of the operator's choice, or on a built-in one that fits it. */
export async function readTemplateDesign(
  reader: Reader,
  template: string,
  chosen: string | undefined,
): Promise<Design> {
  const templateFile = await readTemplateFile(reader, template, '.');
  const sheet = chosen ?? (await fittingSheet(reader, templateFile));
  const sheetFile = await readSheetFile(reader, sheet, '.');
  const profile = await readProfile(reader, PRESS_DEFAULTS.profile, '.');
  return completeDesign(reader, templateFile, sheetFile, profile);
}

const USUAL_SHEET = 'a4-8up';

/** The usual sheet, or the first built-in one that is cut to the template's card. */
async function fittingSheet(reader: Reader, { input, shown }: FoundFile): Promise<string> {
  const { card } = templateIn(input.bytes, shown).value;
  const folder = join(reader.builtIn, 'sheets');
  const others = (await reader.disk.list(folder)).map((name) => name.replace(/\.yaml$/, ''));
  for (const name of [USUAL_SHEET, ...others]) {
    const path = join(folder, `${name}.yaml`);
    const sheet = sheetIn(await readNamed(reader, path, name), path).value;
    if (sheet.card.width === card.width && sheet.card.height === card.height) return name;
  }
  return USUAL_SHEET;
}

/** Copies the inputs into a run folder. */
export async function freezeInputs(
  folder: RunFolder,
  files: readonly InputFile[],
): Promise<readonly FrozenInput[]> {
  for (const { name, bytes } of files) await folder.write(names.input(name), bytes);
  return files.map(({ role, ref, name, sha256 }) => ({ role, ref, name, sha256 }));
}

/** The design of a run, from its own copy; a copy that changed since is a mismatch. */
export async function thawDesign(folder: RunFolder, plan: Plan): Promise<Design> {
  const files: InputFile[] = [];
  for (const input of plan.inputs) {
    const bytes = await folder.read(names.input(input.name));
    if (sha256(bytes) !== input.sha256) {
      throw new Failure(
        'mismatch',
        `${folder.name}/${names.input(input.name)} has changed since the run was planned`,
      );
    }
    files.push({ ...input, bytes });
  }
  const byRole = (role: FrozenInput['role']) => {
    const file = files.find((input) => input.role === role);
    if (file === undefined) throw new Failure('mismatch', `${folder.name}/plan.json names no ${role}`);
    return file;
  };
  return {
    template: parseTemplate(text(byRole('template').bytes), names.input('template.yaml')),
    sheet: parseSheet(text(byRole('sheet').bytes), names.input('sheet.yaml')),
    assets: new Map(files.filter(({ role }) => role === 'file').map(({ ref, bytes }) => [ref, bytes])),
    profile: byRole('profile').bytes,
    profilePath: join(folder.path, names.input(byRole('profile').name)),
    files,
  };
}

/** Inputs that are no longer what the run was planned with, as the job names them. */
export function changedInputs(plan: Plan, design: Design): readonly string[] {
  const planned = new Map(plan.inputs.map((input) => [`${input.role} ${input.ref}`, input.sha256]));
  const changed = design.files.filter(({ role, ref, sha256: now }) => planned.get(`${role} ${ref}`) !== now);
  return changed.map(({ role, ref }) => (role === 'file' ? `template (${ref})` : `${role} (${ref})`));
}

interface FoundFile {
  readonly shown: string;
  readonly input: InputFile;
}

async function readTemplateFile(
  reader: Reader,
  ref: string,
  from: string,
  place?: Place,
): Promise<FoundFile> {
  const within = (folder: string) => (/\.ya?ml$/.test(ref) ? folder : join(folder, 'template.yaml'));
  const own = within(fromFolder(from, ref));
  const builtIn = within(join(reader.builtIn, ref));
  // A name that no built-in template has may be a folder's: `preview template`.
  const isBuiltIn =
    BUILT_IN.test(ref) &&
    ((await reader.disk.size(builtIn)) !== undefined || (await reader.disk.size(own)) === undefined);
  if (!isBuiltIn || (await reader.disk.size(builtIn)) === undefined)
    await refuseNoTemplate(reader, ref, own, place);
  return readInput(reader, 'template', ref, isBuiltIn ? builtIn : own, 'template.yaml', place);
}

/** Where a path leads to something, and that is no template, it is said what it is. */
async function refuseNoTemplate(reader: Reader, ref: string, own: string, place?: Place): Promise<void> {
  const isThere = async (path: string) => (await reader.disk.size(path).catch(() => undefined)) !== undefined;
  const path = dirname(own);
  if (/\.ya?ml$/.test(ref) || (await isThere(own)) || !(await isThere(path))) return;
  const where = place && { place };
  if (!(await isThere(`${path}/.`)))
    throw badInput(`${ref} is no template: it must be a folder with a template.yaml`, where);
  throw badInput(`${ref}: the folder holds no template.yaml`, {
    ...where,
    ...((await isThere(join(path, 'job.yaml'))) && { hint: `did you mean ${join(ref, 'job.yaml')}?` }),
  });
}

function readSheetFile(reader: Reader, ref: string, from: string, place?: Place): Promise<FoundFile> {
  const path = builtInOr(reader, ref, 'sheets', '.yaml', from);
  return readInput(reader, 'sheet', ref, path, 'sheet.yaml', place);
}

function readProfile(reader: Reader, ref: string, from: string, place?: Place): Promise<FoundFile> {
  const path = builtInOr(reader, ref, 'profiles', '.icc', from);
  return readInput(reader, 'profile', ref, path, 'profile.icc', place);
}

async function completeDesign(
  reader: Reader,
  templateFile: FoundFile,
  sheetFile: FoundFile,
  profile: FoundFile,
): Promise<Design> {
  const template = templateIn(templateFile.input.bytes, templateFile.shown);
  const sheet = sheetIn(sheetFile.input.bytes, sheetFile.shown);
  const folder = dirname(templateFile.shown);
  const files: InputFile[] = [templateFile.input, sheetFile.input, profile.input];
  for (const [index, ref] of filesOf(template.value).entries()) {
    const name = `file-${String(index + 1).padStart(2, '0')}-${basename(ref).replaceAll(/[^\w.-]/g, '_')}`;
    const found = await readInput(reader, 'file', ref, join(folder, ref), name, placeOfFile(template, ref));
    files.push(found.input);
  }
  return {
    template,
    sheet,
    assets: new Map(files.filter(({ role }) => role === 'file').map(({ ref, bytes }) => [ref, bytes])),
    profile: profile.input.bytes,
    profilePath: profile.shown,
    files,
  };
}

function placeOfFile(template: Checked<Template>, ref: string): Place {
  const { fonts, front, back } = template.value;
  const font = Object.keys(fonts).find((key) => fonts[key] === ref);
  if (font !== undefined) return template.at('fonts', font);
  for (const [side, parts] of [
    ['front', front],
    ['back', back ?? []],
  ] as const) {
    const index = parts.findIndex(
      (part) => (part.part === 'image' || part.part === 'svg') && part.file === ref,
    );
    if (index >= 0) return template.at(side, index, 'file');
  }
  return template.at();
}

async function readInput(
  reader: Reader,
  role: FrozenInput['role'],
  ref: string,
  path: string,
  name: string,
  place?: Place,
): Promise<FoundFile> {
  const bytes = await readNamed(reader, path, ref, { ...(place && { place }), role });
  return { shown: path, input: { role, ref, name, sha256: sha256(bytes), bytes } };
}

/** A file that a job names; `ref` is how it does, `role` what built-in thing it could have been. */
export async function readNamed(
  reader: Reader,
  path: string,
  ref: string,
  { place, role }: { readonly place?: Place; readonly role?: FrozenInput['role'] } = {},
): Promise<Uint8Array> {
  const where = place && { place };
  try {
    const bytes = await reader.disk.read(path);
    if (bytes === undefined) {
      const hint =
        role !== undefined && BUILT_IN.test(ref)
          ? await builtInHint(reader, role)
          : `looked for ${resolve(path)}`;
      throw badInput(`${ref}: there is no such file`, { ...where, hint });
    }
    return bytes;
  } catch (error) {
    if (hasCode(error, 'EISDIR')) throw badInput(`${ref} is a folder, not a file`, where);
    if (hasCode(error, 'EACCES', 'EPERM')) throw badInput(`${ref} may not be read`, where);
    throw error;
  }
}

/** What could have been meant by a built-in name. */
async function builtInHint(reader: Reader, role: FrozenInput['role']): Promise<string> {
  const folders = { template: '.', sheet: 'sheets', profile: 'profiles', file: '.', recipient: '.' } as const;
  const found = await reader.disk.list(join(reader.builtIn, folders[role]));
  const names =
    role === 'template'
      ? await templatesIn(reader, found)
      : found.filter((name) => /\.(yaml|icc)$/.test(name)).map((name) => name.replace(/\.\w+$/, ''));
  return `built-in ${role}s: ${names.join(', ')}; a path has a / or a .`;
}

/** Those of the built-in folders that hold a template. */
async function templatesIn({ disk, builtIn }: Reader, names: readonly string[]): Promise<readonly string[]> {
  const templates: string[] = [];
  for (const name of names)
    if ((await disk.size(join(builtIn, name, 'template.yaml'))) !== undefined) templates.push(name);
  return templates;
}

/** Where a path leads that is given from a folder. */
function fromFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function builtInOr(reader: Reader, ref: string, folder: string, extension: string, from: string): string {
  return BUILT_IN.test(ref) ? join(reader.builtIn, folder, ref + extension) : fromFolder(from, ref);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const templateIn = kept((bytes, file: string) => parseTemplate(text(bytes), file));
const sheetIn = kept((bytes, file: string) => parseSheet(text(bytes), file));
