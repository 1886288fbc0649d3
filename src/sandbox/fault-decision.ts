// Decides which rule of a fault plan, if any, meets the next call. Pure: plan and history in, rule and history out.
import { createHash } from 'node:crypto';
import type { CheckedFaultPlan, FaultRule } from './fault-plan.ts';
import type { Operation } from './operation.ts';

export interface FaultHistory {
  /** Calls so far; `any` counts them all. */
  readonly calls: Readonly<Partial<Record<FaultRule['operation'], number>>>;
  /** How often each rule of the plan was applied, by its place in the plan. */
  readonly applied: readonly number[];
}

export interface FaultDecision {
  readonly rule?: FaultRule;
  readonly history: FaultHistory;
}

export const noHistory: FaultHistory = { calls: {}, applied: [] };

/** The first rule that applies to this call of `operation`, and the history that includes the call. */
export function decideFault(
  plan: CheckedFaultPlan,
  history: FaultHistory,
  operation: Operation,
): FaultDecision {
  const { any = 0, [operation]: before = 0 } = history.calls;
  const calls = { ...history.calls, any: any + 1, [operation]: before + 1 };
  const place = plan.rules.findIndex((rule, index) => {
    const call = rule.operation === 'any' ? any + 1 : rule.operation === operation ? before + 1 : undefined;
    const left = (rule.times ?? Infinity) - (history.applied[index] ?? 0);
    return call !== undefined && left > 0 && isDue(rule, call, () => roll(plan.seed, index, call));
  });
  const rule = plan.rules[place];
  if (rule === undefined) return { history: { ...history, calls } };
  const applied = plan.rules.map((_, index) => (history.applied[index] ?? 0) + (index === place ? 1 : 0));
  return { rule, history: { calls, applied } };
}

function isDue(rule: FaultRule, call: number, chance: () => number): boolean {
  if (rule.nth !== undefined) return [rule.nth].flat().includes(call);
  if (rule.every !== undefined) return call % rule.every === 0;
  if (rule.probability !== undefined) return chance() < rule.probability;
  return true;
}

/** A number from 0 up to, not including, 1 that depends on nothing but its arguments. */
function roll(seed: string | number, rule: number, call: number): number {
  return createHash('sha256').update(`${seed}/${rule}/${call}`).digest().readUInt32BE() / 2 ** 32;
}
