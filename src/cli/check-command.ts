// cardpress check: everything that can be known before a card exists.
import { formatText } from '../plan/format.ts';
import { oversOf, pinOf } from '../plan/job.ts';
import { outlookFor } from '../preview/outlook.ts';
import { checkJob } from '../pipeline/prepare.ts';
import { layoutOf } from '../pipeline/tools.ts';
import { reader } from './environment.ts';
import type { Call } from './run-command.ts';

export async function checkCommand(jobPath: string, { terminal }: Call): Promise<void> {
  const { job, design, layout } = await checkJob({ reader, layoutOf }, jobPath);
  const { cards, press } = job.value;
  const pin = pinOf(job.value);
  const outlooks = await outlookFor(layout, { token: cards.token, pin });
  const rows = [
    ['cards', `${cards.count} and ${oversOf(job.value)} overs`],
    ['token', formatText(cards.token)],
    ['PIN', pin === null ? 'none' : formatText(pin)],
    ['template', design.template.value.name],
    ['sheet', `${design.sheet.value.name}, ${press.dpi} dpi`],
    ...outlooks.map(({ data, module, decodability, contrast, outlook }, index) => [
      index === 0 ? 'symbols' : '',
      `${data === 'pin' ? 'PIN' : data.replace('_', ' ')} at ${module} mm a module: prediction ${outlook} (decodability ${decodability}, contrast ${contrast} %)`,
    ]),
  ];
  terminal.out(
    `${jobPath} can be run\n\n${rows.map(([key = '', value = '']) => `  ${key.padEnd(10)}${value}`).join('\n')}\n`,
  );
}
