// cardpress check: everything that can be known before a card exists, as a table of rules.
import { Failure } from '../base/failure.ts';
import { groupedFingerprint } from '../pack/recipients.ts';
import { type CheckedJob, checkJob } from '../pipeline/check-job.ts';
import { layoutInputs } from '../pipeline/tools.ts';
import { tryPlan } from '../pipeline/trial.ts';
import { type CodeFormat, entropyOf, formatText, formatsOf } from '../plan/format.ts';
import { type Design, isTemplate } from '../plan/inputs.ts';
import { type Job, oversOf, pinOf } from '../plan/job.ts';
import type { Plan } from '../plan/plan.ts';
import { openSpecimen } from '../preview/specimen.ts';
import { readSubject } from '../preview/subject.ts';
import { tryTemplate } from '../preview/trial.ts';
import type { Overrides } from '../plan/overrides.ts';
import { fitFormat } from '../render/barcode.ts';
import { type Finding, complaintsOf } from '../render/finding.ts';
import { type Layout, inspect } from '../render/preflight.ts';
import { lengthOf } from '../render/symbol.ts';
import { isScheduled, scheduledOf } from '../schedule/scheduled.ts';
import type { Call } from './call.ts';
import { reader, sftpAccess, signPassphrase } from './environment.ts';
import { findingTable, outlookRows } from './finding-table.ts';
import { type Row, table } from './table.ts';
import { webhookKey } from './watched.ts';

/** @param path a job's file, or a template */
export async function checkCommand(path: string, call: Call): Promise<void> {
  if (await isTemplate(reader, path)) await checkTemplate(path, call);
  else await checkJobFile(path, call);
}

/** A template by itself: with the usual codes, at the usual press. */
async function checkTemplate(template: string, { terminal }: Call): Promise<void> {
  const subject = await readSubject(reader, { template });
  const { findings, layout } = await openSpecimen(subject, 'worst');
  if (layout === undefined) {
    terminal.out(findingTable(findings));
    throw new Failure('input', complaintsOf(findings, 'fail'));
  }
  const rows: readonly Row[] = [
    ['token', formatText(subject.token)],
    ['PIN', subject.pin === null ? 'none' : formatText(subject.pin)],
    ['sheet', `${layout.sheet.name}, ${layout.press.dpi} dpi`],
    ...outlookRows(await tryTemplate(subject, layout)),
  ];
  terminal.out(`${template} can be printed\n\n${table(rows)}${findingTable(findings)}`);
  warn(layout, terminal);
}

function warn({ advice }: Layout, terminal: Call['terminal']): void {
  for (const { message, rule } of advice) terminal.err(`warning: ${message} [${rule ?? ''}]\n`);
}

async function checkJobFile(jobPath: string, call: Call): Promise<void> {
  const { terminal } = call;
  const { checked, page } = await inspectJob(jobPath, call);
  if (isScheduled(checked.job)) scheduledOf(checked.job);
  await webhookKey(checked.job.value, call);
  terminal.out(`${jobPath} can be run\n\n${page}`);
  warn(checked.layout, terminal);
}

/** Checks a job; the page says what would be made. Where it cannot be run, the table of rules is shown first. */
export async function inspectJob(
  jobPath: string,
  { env, terminal }: Pick<Call, 'env' | 'terminal'>,
  overrides?: Overrides,
): Promise<{ readonly checked: CheckedJob; readonly page: string }> {
  let findings: readonly Finding[] = [];
  const layoutOf = async (plan: Plan, design: Design): Promise<Layout> => {
    const found = await inspect(layoutInputs(plan, design));
    findings = found.findings;
    if (found.layout === undefined) throw new Failure('input', complaintsOf(findings, 'fail'));
    return found.layout;
  };
  const passphrase = await signPassphrase(env);
  const sftp = await sftpAccess(env);
  try {
    const around = { reader, layoutOf, now: () => new Date(), passphrase, sftp };
    const checked = await checkJob(around, jobPath, overrides);
    const { job, design, layout, plan } = checked;
    const rows = [...summary(checked), ...outlookRows(await tryPlan(plan, layout, design))];
    return { checked, page: [table(rows), ...choices(job.value, layout), findingTable(findings)].join('\n') };
  } catch (error) {
    if (findings.length > 0) terminal.out(findingTable(findings));
    throw error;
  }
}

function summary({ job, design, recipients, signer, targets }: CheckedJob): readonly Row[] {
  const { cards, press, pressFile } = job.value;
  const pin = pinOf(job.value);
  return [
    ['cards', `${cards.count} and ${oversOf(job.value)} overs`],
    ['token', formatText(cards.token)],
    ['PIN', pin === null ? 'none' : formatText(pin)],
    ['template', design.template.value.name],
    ['sheet', `${design.sheet.value.name}, ${press.dpi} dpi`],
    ['press', press.name ?? pressFile ?? press.profile],
    ...recipients.map(({ fingerprint, about, input }, index): Row => [
      index === 0 ? 'sealed to' : '',
      input === null ? fingerprint : `${groupedFingerprint(fingerprint)}  ${about}`,
    ]),
    ...(signer === undefined ? [] : [['signed by', groupedFingerprint(signer.fingerprint)]]),
    ...targets.map(({ shown }, index): Row => [index === 0 ? 'goes to' : '', shown]),
  ];
}

/** For each format that was left to us: what was chosen, and what it was chosen over. */
function choices(job: Job, layout: Layout): readonly string[] {
  return (['token', 'pin'] as const).flatMap((what) => {
    const bits = job.chosen[what];
    const chosen = what === 'token' ? job.cards.token : pinOf(job);
    if (bits === undefined || chosen === null) return [];
    const field = layout.symbols.find(({ data }) => data === what);
    const rows = formatsOf(bits, what === 'token' ? 6 : 4).map((format): Row => {
      const taken = formatText(format) === formatText(chosen);
      return [
        taken ? 'chosen' : '',
        formatText(format),
        `${entropyOf(format).toFixed(1)} bits`,
        widthText(format),
      ];
    });
    function widthText(format: CodeFormat): string {
      if (field === undefined) return 'no symbol';
      const fit = fitFormat(format, {
        fieldWidth: lengthOf(field.part),
        dpi: layout.press.dpi,
        target: field.part.module,
      });
      return `${fit.modules} modules, ${fit.module.toFixed(3)} mm (ideal ${fit.ideal.toFixed(3)})`;
    }
    return [`${what}: at least ${bits} bits\n`, table(rows)];
  });
}
