// cardpress audit: whether the records of a run agree with themselves, as a page that can be filed.
import { countText } from '../base/count.ts';
import { nodeDisk } from '../base/disk.ts';
import { Failure } from '../base/failure.ts';
import { type RunFolder, names } from '../base/run-folder.ts';
import {
  type Family,
  type Member,
  familyAccounts,
  isBalanced,
  membersOf,
  readFamily,
} from '../pipeline/family.ts';
import { idOf, isTestRun } from '../plan/plan.ts';
import type { Receipt } from '../deliver/receipt.ts';
import { digest } from '../pack/place.ts';
import type { Acknowledgement } from '../settle/acknowledge.ts';
import { isInactive } from '../settle/activate.ts';
import { type Approval, approvalFault, approversIn } from '../settle/approval.ts';
import { type FolderAudit, auditFolder } from '../settle/audit.ts';
import { amountText } from '../settle/money.ts';
import { eachSerial, spansText } from '../settle/records.ts';
import { booksText } from './books-text.ts';
import type { Call } from './call.ts';
import { atDesk } from './desk.ts';
import { outputPath } from './environment.ts';
import { labelled } from './table.ts';

export interface AuditFlags {
  readonly platform?: boolean;
  readonly output?: string;
}

export async function auditCommand(name: string, flags: AuditFlags, call: Call): Promise<void> {
  const family = await readFamily(nodeDisk, outputPath(call.env, flags.output), name);
  const wrong: string[] = [];
  const pages: string[] = [booksText(family)];
  const first = await approvalIn(family.root);
  const approvers = approversIn(first?.statement ?? '');
  for (const member of membersOf(family)) {
    const found = await auditFolder(member.folder);
    const faults = [
      ...found.wrong,
      ...(await receiptFaults(member)),
      ...(await approvalFaults(member, approvers)),
      ...laterFaults(found, approvers),
    ];
    wrong.push(...faults.map((what) => `${member.plan.run}/${what}`));
    pages.push(await memberPage(member, found));
  }
  wrong.push(...(await accountFaults(family)));
  pages.push(ordersPage(family));
  const strange = flags.platform === true ? await sweep(name, flags, call) : undefined;
  if (strange !== undefined)
    pages.push(
      `platform\n\n  ${countText(family.cards.size, 'card')} looked up: ${strange.length === 0 ? 'all as the books say' : `${strange.length} ${strange.length === 1 ? 'is' : 'are'} not as the books say`}\n`,
    );
  pages.push(
    wrong.length === 0
      ? 'Chain, files, accounts and approvals agree.\n'
      : `${countText(wrong.length, 'thing')} ${wrong.length === 1 ? 'does' : 'do'} not agree.\n`,
  );
  call.terminal.out(`Audit of ${name}, ${new Date().toISOString()}\n\n${pages.join('\n')}`);
  if (wrong.length > 0)
    throw new Failure(
      'mismatch',
      wrong.map((message) => ({ message })),
    );
  if (strange !== undefined && strange.length > 0)
    throw new Failure(
      'doubt',
      strange.map((message) => ({ message })),
    );
}

/** What was delivered and what was acknowledged. */
const receiptsIn = async (folder: RunFolder) =>
  (await folder.list('receipts')).filter((file) => /\.(done|acknowledged)\.json$/.test(file));

async function receiptFaults({ folder }: Member): Promise<readonly string[]> {
  const wrong: string[] = [];
  const sums = (await folder.has(names.handoff('SHA256SUMS')))
    ? (await digest(folder.stream(names.handoff('SHA256SUMS')))).sha256
    : undefined;
  for (const file of await receiptsIn(folder)) {
    const receipt = (await folder.readJson(`receipts/${file}`)) as Receipt | Acknowledgement;
    if (sums !== undefined && receipt.sums !== sums)
      wrong.push(`receipts/${file} is for another handoff than the one that lies here`);
  }
  for (const file of await folder.list('books')) {
    const [, number = ''] = /^(\d+)\.return\.json$/.exec(file) ?? [];
    if (number === '') continue;
    const { sha256 } = (await folder.readJson(`books/${file}`)) as { sha256: string };
    const there = await digest(folder.stream(names.returnFile(Number(number))));
    if (there.sha256 !== sha256)
      wrong.push(`${names.returnFile(Number(number))} is not the return file that was counted`);
  }
  return wrong;
}

const approvalIn = async ({ folder }: Pick<Member, 'folder'>) =>
  (await folder.has(names.approval)) ? ((await folder.readJson(names.approval)) as Approval) : undefined;

/** @param approvers of the run that was ordered: its supplements are under theirs, too */
async function approvalFaults(
  member: Member,
  approvers: ReturnType<typeof approversIn>,
): Promise<readonly string[]> {
  const { plan } = member;
  const approval = await approvalIn(member);
  if (approval === undefined)
    return isTestRun(plan) ? [] : [`${names.approval} is missing: a P account does not run without`];
  const { statement } = approval;
  const fault =
    (await approvalFault(approval, statement, approversIn(statement))) ??
    (await approvalFault(approval, statement, approvers));
  const missing =
    plan.supplement !== undefined
      ? undefined
      : plan.inputs.find(({ role, sha256 }) => role !== 'recipient' && !approval.statement.includes(sha256));
  return [
    ...(fault === undefined ? [] : [`${names.approval}: ${fault}`]),
    ...(missing === undefined ? [] : [`${names.approval} is no yes to ${missing.role} ${missing.ref}`]),
  ];
}

/** Every yes that a run went on under after the first is one of the same approvers. */
function laterFaults(
  { laterSigners }: FolderAudit,
  approvers: ReturnType<typeof approversIn>,
): readonly string[] {
  if (approvers.length === 0) return [];
  return laterSigners
    .filter((signer) => !approvers.some(({ fingerprint }) => fingerprint === signer))
    .map(
      (signer) =>
        `${names.events}: the run went on under a yes of ${signer === '' ? 'nobody' : signer}, who is none of its approvers`,
    );
}

async function accountFaults(family: Family): Promise<readonly string[]> {
  const { root } = family;
  if (!isBalanced(family)) return [`${root.plan.run}: the accounts do not balance`];
  if (!(await root.folder.has(names.accounts))) return [`${root.plan.run}/${names.accounts} is missing`];
  const written = (await root.folder.readJson(names.accounts)) as Record<string, unknown>;
  const now = familyAccounts(family) as unknown as Record<string, unknown>;
  const other = Object.keys(written).find((key) => JSON.stringify(written[key]) !== JSON.stringify(now[key]));
  return other === undefined
    ? []
    : [`${root.plan.run}/${names.accounts}: ${other} is not what the records come to`];
}

async function memberPage(
  { folder, plan }: Member,
  { lines, head, files, who, wrong }: FolderAudit,
): Promise<string> {
  const receipts = await receiptsIn(folder);
  const approval = await approvalIn({ folder });
  const rows = [
    [
      'events',
      `${countText(lines, 'line')}, ${wrong.length === 0 ? 'chained without a break' : 'NOT as they were written'}; the last is ${head}`,
    ],
    ['files', `${files} named in it`],
    ...[...who].map(([name, count], index) => [
      index === 0 ? 'by' : '',
      `${name}, ${countText(count, 'line')}`,
    ]),
    ...receipts.map((file, index) => [index === 0 ? 'receipts' : '', file]),
    [
      'approved',
      approval === undefined
        ? 'no'
        : `${approval.at} by ${approval.signatures.map(({ fingerprint }) => fingerprint).join(', ') || approval.by}`,
    ],
    [
      'purged',
      (await folder.has(names.purged))
        ? ((await folder.readJson(names.purged)) as { finished: string }).finished
        : 'no',
    ],
  ];
  return `${plan.run}\n\n${labelled(rows, 10)}\n`;
}

function ordersPage({ root }: Family): string {
  const { returns, orders } = root.book;
  const lines = [
    ...returns.map(
      ({ number, at, by, file, run, spoiled, missing }) =>
        [
          number,
          `${at}  return file ${file} of ${run}: ${spoiled.length} spoiled, ${missing.length} missing; ${by}`,
        ] as const,
    ),
    ...orders.map(({ order, outcome }) => {
      const money =
        order.what === 'activate'
          ? ` with ${amountText(order.terms.amount)} ${order.terms.currency}${order.sample ? ', as samples' : ''}`
          : '';
      const left =
        outcome !== undefined && outcome.left.length > 0 ? `; ${outcome.left.length} not done` : '';
      return [
        order.number,
        `${order.at}  ${order.what} of ${spansText(order.cards)}${money}${order.reason === '' ? '' : `: ${order.reason}`}${left}; ${order.by}`,
      ] as const;
    }),
  ].sort(([a], [b]) => a - b);
  return `books\n\n${lines.map(([number, line]) => `  ${String(number).padStart(4)}  ${line}`).join('\n') || '  nothing was ordered'}\n`;
}

/** Cards at the platform that are not as the books say. */
async function sweep(name: string, flags: AuditFlags, call: Call): Promise<readonly string[]> {
  return atDesk(name, flags, call, { platform: true, key: false }, async ({ family, issueTools }) => {
    const { platform } = issueTools(family.root);
    const plans = new Map(membersOf(family).map(({ plan }) => [plan.run, plan]));
    const unused = new Set(eachSerial(family.settlement.cards.unusedOvers));
    const strange: string[] = [];
    await Promise.all(
      [...family.cards.values()].map(async ({ serial, run, state, active }) => {
        const seen = await platform.look(idOf(plans.get(run) ?? family.root.plan, serial));
        const isActive = seen !== undefined && !isInactive(seen);
        if (state === 'voided' && seen !== undefined)
          strange.push(`serial ${serial} is void, and is ${String(seen.status)} at the platform`);
        else if (state !== 'voided' && seen === undefined)
          strange.push(`serial ${serial} is ${state}, and is not at the platform`);
        else if (isActive && !active && (state !== 'good' || unused.has(serial)))
          strange.push(
            `serial ${serial} is ${unused.has(serial) ? 'an unused over' : state}, and is ${String(seen.status)} at the platform`,
          );
      }),
    );
    return strange.length > 20 ? [...strange.slice(0, 20), `and ${strange.length - 20} more`] : strange;
  });
}
