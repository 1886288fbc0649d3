import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideFault, noHistory } from '../../src/sandbox/fault-decision.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { faultPlan } from '../../src/sandbox/fault-plan.ts';
import type { Operation } from '../../src/sandbox/operation.ts';

/** Which rule, by its place in the plan, meets each call; -1 for none. */
function decide(plan: FaultPlan, calls: readonly Operation[]): number[] {
  const checked = faultPlan.parse(plan);
  let history = noHistory;
  return calls.map((operation) => {
    const decision = decideFault(checked, history, operation);
    history = decision.history;
    return decision.rule === undefined ? -1 : checked.rules.indexOf(decision.rule);
  });
}

const batches = (count: number): Operation[] => Array.from({ length: count }, () => 'batch');

describe('a rule meets', () => {
  test('every call of its operation where nothing else is said', () => {
    const rules = [{ operation: 'get', fault: 'html' }] as const;
    expect(decide({ rules }, ['get', 'batch', 'get'])).toEqual([0, -1, 0]);
  });

  test('the nth call of its operation, counted from 1', () => {
    const rules = [{ operation: 'batch', nth: 2, fault: 'html' }] as const;
    expect(decide({ rules }, ['batch', 'get', 'get', 'batch', 'batch'])).toEqual([-1, -1, -1, 0, -1]);
  });

  test('several calls', () => {
    const rules = [{ operation: 'batch', nth: [1, 3], fault: 'html' }] as const;
    expect(decide({ rules }, batches(4))).toEqual([0, -1, 0, -1]);
  });

  test('each so-many-th call', () => {
    const rules = [{ operation: 'batch', every: 3, fault: 'html' }] as const;
    expect(decide({ rules }, batches(7))).toEqual([-1, -1, 0, -1, -1, 0, -1]);
  });

  test('calls of any operation, counted together', () => {
    const rules = [{ operation: 'any', nth: 3, fault: 'html' }] as const;
    expect(decide({ rules }, ['auth', 'batch', 'get', 'batch'])).toEqual([-1, -1, 0, -1]);
  });

  test('at most so many calls', () => {
    const rules = [{ operation: 'batch', every: 2, times: 2, fault: 'html' }] as const;
    expect(decide({ rules }, batches(8))).toEqual([-1, 0, -1, 0, -1, -1, -1, -1]);
  });

  test('before the rules after it, which are not used up', () => {
    const rules = [
      { operation: 'batch', nth: 1, fault: 'html' },
      { operation: 'batch', times: 1, fault: 'truncate' },
    ] as const;
    expect(decide({ rules }, batches(3))).toEqual([0, 1, -1]);
  });
});

describe('probability', () => {
  const rules = (probability: number): FaultPlan['rules'] => [
    { operation: 'batch', probability, fault: 'html' },
  ];

  test('0 is never and 1 is always', () => {
    expect(new Set(decide({ rules: rules(0) }, batches(200)))).toEqual(new Set([-1]));
    expect(new Set(decide({ rules: rules(1) }, batches(200)))).toEqual(new Set([0]));
  });

  test('is about so many calls', () => {
    const met = decide({ rules: rules(0.3) }, batches(2000)).filter((place) => place === 0).length;
    expect(Math.abs(met - 600)).toBeLessThan(80);
  });

  test('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const plan = { seed, rules: rules(0.5) };
        expect(decide(plan, batches(64))).toEqual(decide(plan, batches(64)));
        expect(decide({ ...plan, seed: `${seed}'` }, batches(64))).not.toEqual(decide(plan, batches(64)));
      }),
    );
  });

  test('does not depend on calls of other operations', () => {
    const plan = { rules: rules(0.5) };
    const mixed = batches(50).flatMap((batch): Operation[] => ['get', batch]);
    expect(decide(plan, mixed).filter((_, index) => index % 2 === 1)).toEqual(decide(plan, batches(50)));
  });
});

test('a decision leaves its history as it was', () => {
  const plan = faultPlan.parse({ rules: [{ operation: 'batch', fault: 'html' }] });
  decideFault(plan, Object.freeze(noHistory), 'batch');
  expect(noHistory).toEqual({ calls: {}, applied: [] });
});
