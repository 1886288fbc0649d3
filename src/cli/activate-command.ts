// cardpress activate: cards good for money, one command at a time, with a receipt.
import { countText } from '../base/count.ts';
import { Failure, badInput } from '../base/failure.ts';
import { isTestRun } from '../plan/plan.ts';
import { conclude } from '../pipeline/closing.ts';
import { resolveCards } from '../pipeline/continued.ts';
import { type LiveJob, readLiveJob } from '../pipeline/live-job.ts';
import { carryOut } from '../pipeline/orders.ts';
import { sumText } from '../settle/activate.ts';
import { approvedEvent } from '../settle/approval.ts';
import type { CardStanding } from '../settle/cards.ts';
import { parseList } from '../settle/list.ts';
import { amountText, parseAmount, parseCurrency } from '../settle/money.ts';
import { type ActivationTerms, eachSerial, someText } from '../settle/records.ts';
import { refuseOrder } from '../settle/rules.ts';
import type { Call } from './call.ts';
import { type Desk, atDesk } from './desk.ts';

export interface ActivateFlags {
  readonly cards?: string;
  readonly amount: string;
  readonly currency: string;
  readonly sample?: boolean;
  readonly confirm?: string;
  readonly customerId?: string;
  readonly name?: string;
  readonly originatedBy?: string;
  readonly activeFrom?: string;
  readonly expiresAt?: string;
  readonly metadata?: string;
  readonly output?: string;
}

export async function activateCommand(name: string, flags: ActivateFlags, call: Call): Promise<void> {
  const terms = termsOf(flags);
  await atDesk(name, flags, call, { platform: true, key: false }, async (desk) => {
    await refuseSum(name, flags, terms, desk);
    const { order, outcome } = await carryOut(
      name,
      {
        what: 'activate',
        cards: flags.cards,
        reason: undefined,
        destroyed: false,
        sample: flags.sample === true,
        overrides: {},
        terms,
      },
      desk,
    );
    await conclude(name, desk);
    const done = [...eachSerial(outcome?.done ?? [])].length;
    call.terminal.out(
      `${countText(done, 'card')} of ${name} ${done === 1 ? 'is' : 'are'} active with ${amountText(terms.amount)} ${terms.currency} each, ${amountText(done * terms.amount)} in all\n\n  receipt   books/${String(order.number).padStart(4, '0')}.done.json\n`,
    );
    const left = outcome?.left ?? [];
    const [first] = left;
    if (first !== undefined)
      throw new Failure(
        'refused',
        `${countText(left.length, 'card is', 'cards are')} not active (serials ${someText(left.map(({ serial }) => serial))}): serial ${first.serial} ${first.why}`,
      );
  });
}

function termsOf(flags: ActivateFlags): ActivationTerms {
  const moment = (text: string, flag: string) => {
    const time = new Date(text);
    if (Number.isNaN(time.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(text))
      throw badInput(`${flag} is ${JSON.stringify(text)}: it must be a moment such as 2026-12-01T08:00:00Z`);
    return time.toISOString();
  };
  return {
    amount: parseAmount(flags.amount, '--amount'),
    currency: parseCurrency(flags.currency),
    ...(flags.customerId !== undefined && { customer_id: flags.customerId }),
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.originatedBy !== undefined && { originated_by: flags.originatedBy }),
    ...(flags.activeFrom !== undefined && { active_from: moment(flags.activeFrom, '--active-from') }),
    ...(flags.expiresAt !== undefined && { expires_at: moment(flags.expiresAt, '--expires-at') }),
    ...(flags.metadata !== undefined && { metadata: metadataOf(flags.metadata) }),
  };
}

function metadataOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw badInput('--metadata is no JSON object', { hint: `for example '{"campaign":"spring"}'` });
}

/**
 * A ceiling over all of the run, under a yes to the job that names it, and count and total repeated by a person. On a T
 * account neither has to be; where it is, it is held to, so that what a P account does can be rehearsed.
 */
async function refuseSum(
  name: string,
  { cards, confirm, currency, sample }: ActivateFlags,
  terms: ActivationTerms,
  { family, around, log }: Desk,
): Promise<void> {
  const { plan } = family.root;
  const open = family.open?.what === 'activate' ? family.open : undefined;
  const list =
    cards === undefined
      ? [...eachSerial(open?.cards ?? [])].flatMap((serial) => family.cards.get(serial) ?? [])
      : resolveCards(name, parseList(cards), family);
  if (open === undefined) refuseOrder('activate', list, { destroyed: false, sample: sample === true });
  const sum = { cards: list.length, total: list.length * terms.amount };
  const live = await readLiveJob(family.root, {}, around);
  refusePastCeiling(live.job, list, terms, family, open?.number);
  if (confirm === undefined && !isTestRun(plan))
    throw badInput(
      `this makes ${countText(sum.cards, 'card')} good for ${amountText(sum.total)} ${currency} in all`,
      {
        hint: `if that is meant, repeat it: --confirm ${sumText(sum)}`,
      },
    );
  if (confirm !== undefined && confirm !== sumText(sum))
    throw badInput(
      `--confirm is ${confirm}, but this is ${sumText(sum)}: ${countText(sum.cards, 'card')}, ${amountText(sum.total)} ${currency} in all`,
    );
  if (live.isLater && live.approval !== undefined) log.emit(approvedEvent(live.approval));
}

/** @param open the number of the order that is gone on with, whose cards are not counted twice */
function refusePastCeiling(
  job: LiveJob['job'],
  list: readonly CardStanding[],
  { amount, currency }: ActivationTerms,
  { root: { plan, book } }: Desk['family'],
  open: number | undefined,
): void {
  const { activation } = job.value;
  if (activation === undefined) {
    if (isTestRun(plan)) return;
    throw badInput('the job names no ceiling: cards of a P account are activated below one', {
      place: job.at(),
      hint: 'activation: { ceiling: 500000.00, currency: NOK }',
    });
  }
  const ceiling = parseAmount(
    typeof activation.ceiling === 'number' ? activation.ceiling.toFixed(2) : activation.ceiling,
    'activation.ceiling',
  );
  if (activation.currency !== currency)
    throw badInput(`--currency is ${currency}: the job's ceiling is in ${activation.currency}`, {
      place: job.at('activation'),
    });
  const before = activatedBefore(book.orders.filter(({ order }) => order.number !== open));
  const fresh = list.filter(({ active }) => !active).length * amount;
  if (before + fresh > ceiling)
    throw badInput(
      `${amountText(fresh)} ${currency} on top of ${amountText(before)} would pass the job's ceiling of ${amountText(ceiling)}`,
      { place: job.at('activation', 'ceiling') },
    );
}

/** Minor units that earlier receipts come to: a card that was activated again is in two of them, and active once. */
function activatedBefore(orders: Desk['family']['root']['book']['orders']): number {
  const amounts = new Map<number, number>();
  for (const { order, outcome } of orders)
    if (order.what === 'activate')
      for (const serial of eachSerial(outcome?.done ?? [])) amounts.set(serial, order.terms.amount);
  return [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
}
