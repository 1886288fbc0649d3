import { describe, expect, test } from 'vitest';
import { faultPlan } from '../../src/sandbox/fault-plan.ts';

const batch = { operation: 'batch' };

describe('a fault plan', () => {
  test('has its defaults filled in', () => {
    const plan = {
      rules: [
        { ...batch, nth: 2, fault: 'status', status: 503, retryAfter: 1 },
        { ...batch, nth: [3, 4], fault: 'status-after-commit' },
        { operation: 'any', every: 5, times: 2, fault: 'hang' },
        { operation: 'get', probability: 0.1, fault: 'drop-before-commit' },
        { operation: 'auth', fault: 'short-bearer', seconds: 2 },
      ],
    };
    expect(faultPlan.parse(plan)).toEqual({
      seed: 0,
      rules: [
        { ...batch, nth: 2, fault: 'status', status: 503, retryAfter: 1, body: 'json' },
        { ...batch, nth: [3, 4], fault: 'status-after-commit', status: 502, body: 'html' },
        { operation: 'any', every: 5, times: 2, fault: 'hang', commit: false },
        { operation: 'get', probability: 0.1, fault: 'drop-before-commit' },
        { operation: 'auth', fault: 'short-bearer', seconds: 2 },
      ],
    });
  });

  test.each<[string, unknown, string, RegExp]>([
    ['no rules', {}, 'rules', /expected array/],
    ['an unknown key', { rules: [], rule: [] }, '', /"rule"/],
    [
      'an unknown fault',
      { rules: [{ ...batch, fault: 'explode' }] },
      'rules.0.fault',
      /must be one of drop-before-commit, /,
    ],
    [
      'an unknown operation',
      { rules: [{ operation: 'bach', fault: 'html' }] },
      'rules.0.operation',
      /"batch"/,
    ],
    ['a key of another fault', { rules: [{ ...batch, fault: 'html', delay: 5 }] }, 'rules.0', /"delay"/],
    ['no status', { rules: [{ ...batch, fault: 'status' }] }, 'rules.0.status', /expected number/],
    [
      'a status that is no error',
      { rules: [{ ...batch, fault: 'status', status: 200 }] },
      'rules.0.status',
      />=400/,
    ],
    ['no delay', { rules: [{ ...batch, fault: 'late-commit' }] }, 'rules.0.delay', /expected number/],
    ['call 0', { rules: [{ ...batch, nth: 0, fault: 'html' }] }, 'rules.0.nth', />=1/],
    [
      'call two',
      { rules: [{ ...batch, nth: 'two', fault: 'html' }] },
      'rules.0.nth',
      /the number of a call, or a list/,
    ],
    [
      'a probability of 2',
      { rules: [{ ...batch, probability: 2, fault: 'html' }] },
      'rules.0.probability',
      /<=1/,
    ],
    [
      'two ways to choose',
      { rules: [{ ...batch, nth: 1, every: 2, fault: 'html' }] },
      'rules.0',
      /only one of nth/,
    ],
    [
      'a fault that is not of the operation',
      { rules: [{ operation: 'get', fault: 'shuffle' }] },
      'rules.0.operation',
      /^shuffle is a fault of batch, list$/,
    ],
    [
      'a fault of one operation in all',
      { rules: [{ operation: 'any', fault: 'short-bearer', seconds: 1 }] },
      'rules.0.operation',
      /^short-bearer is a fault of auth$/,
    ],
  ])('is refused with %s', (_, plan, path, message) => {
    const { error } = faultPlan.safeParse(plan);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(error?.issues[0]?.message).toMatch(message);
  });
});
