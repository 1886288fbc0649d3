// A job with everything that it stands on, in a folder of its own, for tests that break one thing of it; and
// `cardpress run` on it, in this process, against a real sandbox.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { Failure } from '../../src/base/failure.ts';
import { silent } from '../../src/base/log.ts';
import { writeKey } from '../../src/cli/keygen-command.ts';
import { type RunOptions, runCommand } from '../../src/cli/run-command.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { temporaryFolder } from '../base/temporary-folder.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
/** A card as templates/classic has it, a part a line. */
const TEMPLATE = `name: plain
card: { width: 85.6, height: 53.98, corner: 3.18 }
bleed: 3
safe: 3
inks:
  pine: { cmyk: [92, 40, 70, 45] }
  moss: { cmyk: [82, 28, 60, 31] }
fonts:
  regular: ../fonts/Inter-Regular.ttf
  semibold: ../fonts/Inter-SemiBold.ttf
  mono: ../fonts/JetBrainsMono-Medium.ttf
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: pine }
  - { part: text, text: gift, at: [4.2, 40.4], font: semibold, size: 128, ink: moss, tracking: -45 }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12], module: 0.34 }
  - { part: text, text: "{token}", at: [42.8, 21.8], font: mono, size: 8, align: center, width: 79.6, groups: 4 }
  - { part: rect, at: [6, 27.98], size: [38, 20], corner: 1.5, stroke: black, weight: 0.5 }
  - { part: barcode, data: pin, at: [8, 29.98], size: [34, 10], module: 0.34 }
  - { part: text, text: PIN, at: [9, 44.6], font: semibold, size: 6 }
  - { part: text, text: "{pin}", at: [25, 44.6], font: mono, size: 9, align: center, width: 20, groups: 3 }
  - { part: text, text: Gift card, at: [48, 29.8], font: semibold, size: 7 }
  - { part: text, text: "{serial}", at: [79.6, 45.2], font: mono, size: 6, align: right, width: 24 }
  - { part: text, text: "{card_id}", at: [79.6, 47.98], font: mono, size: 6, align: right, width: 26 }
`;

/** Eight cards on A4. */
const SHEET = `name: plain-8up
page: { width: 210, height: 297 }
card: { width: 85.6, height: 53.98 }
bleed: 3
grid: { columns: 2, rows: 4 }
turn: long-edge
marks: { length: 5, offset: 3.5, weight: 0.25 }
slug: [16.4, 280]
`;

export const JOB = `name: spring
account: T12345678
cards:
  count: 16
  overs: 2
  id: "S-{serial}"
  token: { length: 16 }
  pin: { length: 6 }
template: ./card
sheet: ./sheet.yaml
press: { profile: iso-coated-v2-300 }
packing: { bundle: 4, box: 8 }
handoff: { seal: none }
`;

/** A text of a file and what stands there instead. */
export type Edit = readonly [before: string, after: string];

export interface Mistake {
  readonly job?: Edit;
  readonly template?: Edit | readonly Edit[];
  readonly sheet?: Edit;
  /** Variables that are set, or taken away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly options?: RunOptions;
  /** What else is wrong in the folder. */
  readonly prepare?: (folder: string) => Promise<void>;
}

export interface Shop {
  readonly folder: string;
  /** Runs the job; resolves to the failure, or to undefined where it was made. */
  readonly run: () => Promise<Failure | undefined>;
  /** The platform's address, and how often it was called. */
  readonly origin: string;
  readonly calls: () => number;
  /** What was written to the terminal. */
  readonly written: () => string;
  /** Runs in the output folder. */
  readonly runs: () => Promise<readonly string[]>;
}

export async function openShop(mistake: Mistake = {}, options: SandboxOptions = {}): Promise<Shop> {
  const folder = await temporaryFolder();
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  await mkdir(join(folder, 'card'));
  await symlink(join(TEMPLATES, 'fonts'), join(folder, 'fonts'));
  await writeFile(join(folder, 'job.yaml'), edited(JOB, mistake.job));
  await writeFile(join(folder, 'card/template.yaml'), edited(TEMPLATE, mistake.template));
  await writeFile(join(folder, 'sheet.yaml'), edited(SHEET, mistake.sheet));
  await writeKey(nodeDisk, join(folder, 'key.txt'));
  await mistake.prepare?.(folder);
  const env = {
    CARDPRESS_KEY: join(folder, 'key.txt'),
    CARDPRESS_OUTPUT: join(folder, 'output'),
    CARDPRESS_API_URL: sandbox.origin,
    CARDPRESS_THREADS: '0',
    CARDPRESS_SETTLE: '0',
    DINTERO_CLIENT_ID: 'sandbox',
    DINTERO_CLIENT_SECRET: 'sandbox',
    ...inFolder(mistake.env, folder),
  };
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  return {
    folder,
    async run() {
      try {
        await runCommand(join(folder, 'job.yaml'), mistake.options ?? {}, {
          terminal: { out: write, err: write, bars: undefined },
          env,
          log: silent,
          stopping: new AbortController().signal,
        });
        return undefined;
      } catch (error) {
        if (error instanceof Failure) return error;
        throw error;
      }
    },
    origin: sandbox.origin,
    calls: () => Object.values(sandbox.books().operations).reduce((sum, { calls }) => sum + calls, 0),
    written: () => written,
    runs: async () => (await nodeDisk.list(join(folder, 'output'))).filter((name) => !name.startsWith('.')),
  };
}

export const openToOthers = (file: string) => (folder: string) => chmod(join(folder, file), 0o640);

function edited(text: string, edits: Edit | readonly Edit[] = []): string {
  const list = isEdit(edits) ? [edits] : edits;
  return list.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`there is no ${from} to change`);
    return before.replace(from, () => to);
  }, text);
}

const isEdit = (edits: Edit | readonly Edit[]): edits is Edit => typeof edits[0] === 'string';

/** Variables that name a file of the folder say so by ./ */
function inFolder(env: Mistake['env'] = {}, folder: string): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value?.startsWith('./') === true ? join(folder, value) : value,
    ]),
  );
}
