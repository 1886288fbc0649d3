// cardpress check: everything that can be known before a card exists.
import { formatText } from '../plan/format.ts';
import { oversOf, pinOf } from '../plan/job.ts';
import { outlookFor } from '../preview/outlook.ts';
import { type CheckedJob, checkJob } from '../pipeline/prepare.ts';
import { layoutOf } from '../pipeline/tools.ts';
import { groupedFingerprint } from '../pack/recipients.ts';
import { reader, sftpAccess, signPassphrase } from './environment.ts';
import type { Call } from './run-command.ts';

export async function checkCommand(jobPath: string, { terminal, env }: Call): Promise<void> {
  const passphrase = await signPassphrase(env);
  const sftp = await sftpAccess(env);
  const around = { reader, layoutOf, now: () => new Date(), passphrase, sftp };
  const checked = await checkJob(around, jobPath);
  terminal.out(`${jobPath} can be run\n\n${await checkTable(checked)}`);
}

/** What was checked, a line each. */
export async function checkTable({
  job,
  design,
  layout,
  recipients,
  signer,
  targets,
}: CheckedJob): Promise<string> {
  const { cards, press } = job.value;
  const pin = pinOf(job.value);
  const outlooks = await outlookFor(layout, { token: cards.token, pin });
  const rows = [
    ['cards', `${cards.count} and ${oversOf(job.value)} overs`],
    ['token', formatText(cards.token)],
    ['PIN', pin === null ? 'none' : formatText(pin)],
    ['template', design.template.value.name],
    ['sheet', `${design.sheet.value.name}, ${press.dpi} dpi`],
    ...recipients.map(({ fingerprint, about, input }, index) => [
      index === 0 ? 'sealed to' : '',
      input === null ? fingerprint : `${groupedFingerprint(fingerprint)}  ${about}`,
    ]),
    ...(signer === undefined ? [] : [['signed by', groupedFingerprint(signer.fingerprint)]]),
    ...targets.map(({ shown }, index) => [index === 0 ? 'goes to' : '', shown]),
    ...outlooks.map(({ data, module, decodability, contrast, outlook }, index) => [
      index === 0 ? 'symbols' : '',
      `${data === 'pin' ? 'PIN' : data.replace('_', ' ')} at ${module} mm a module: prediction ${outlook} (decodability ${decodability}, contrast ${contrast} %)`,
    ]),
  ];
  return `${rows.map(([key = '', value = '']) => `  ${key.padEnd(10)}${value}`).join('\n')}\n`;
}
