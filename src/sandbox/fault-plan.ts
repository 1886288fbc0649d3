// A fault plan: what goes wrong, in which operation, at which call. Written by people, so every mistake is named.
import { z } from 'zod';
import type { Operation } from './operation.ts';
import { operations } from './operation.ts';

const count = z.int().min(1);
const milliseconds = z.int().min(0);
const errorStatus = z.int().min(400).max(599);
const body = z.enum(['json', 'html', 'empty']);

/** Where a rule applies; without nth, every and probability it applies to each call. */
const when = {
  /** `any` counts the calls of all operations together. */
  operation: z.enum([...operations, 'any']),
  /** The number of the call, or several; the first since the sandbox started is 1. */
  nth: z
    .union([count, z.array(count).min(1).readonly()], {
      error: 'it must be the number of a call, or a list of them',
    })
    .optional(),
  /** Each so-many-th call. */
  every: count.optional(),
  /** 0 to 1, drawn with the plan's seed. */
  probability: z.number().min(0).max(1).optional(),
  /** At most so often. */
  times: count.optional(),
};

const bare = z.enum([
  'drop-before-commit',
  'drop-after-commit',
  'truncate',
  'html',
  'shuffle',
  'missing-card',
  'repeat-token',
  'missing-pin',
  'end-bearers',
  'delete-refused',
]);

/** zod's own words speak of a discriminator. */
function noSuchFault({ options }: z.core.$ZodRawIssue): string | undefined {
  return Array.isArray(options) ? `it must be one of ${options.join(', ')}` : undefined;
}

const faultRule = z
  .discriminatedUnion(
    'fault',
    [
      z.strictObject({ ...when, fault: bare }),
      z.strictObject({
        ...when,
        fault: z.literal('status'),
        status: errorStatus,
        /** Seconds. */
        retryAfter: z.int().min(0).optional(),
        body: body.default('json'),
      }),
      z.strictObject({
        ...when,
        fault: z.literal('status-after-commit'),
        status: errorStatus.default(502),
        body: body.default('html'),
      }),
      z.strictObject({ ...when, fault: z.literal('late-commit'), delay: milliseconds }),
      z.strictObject({ ...when, fault: z.literal('delay'), delay: milliseconds }),
      z.strictObject({ ...when, fault: z.literal('hang'), commit: z.boolean().default(false) }),
      z.strictObject({ ...when, fault: z.literal('short-bearer'), seconds: z.int().min(1) }),
    ],
    { error: noSuchFault },
  )
  .superRefine((rule, check) => {
    if ([rule.nth, rule.every, rule.probability].filter((given) => given !== undefined).length > 1) {
      check.addIssue({ code: 'custom', message: 'it takes only one of nth, every and probability' });
    }
    const homes = onlyIn[rule.fault];
    if (homes !== undefined && !homes.some((home) => home === rule.operation)) {
      const message = `${rule.fault} is a fault of ${homes.join(', ')}`;
      check.addIssue({ code: 'custom', path: ['operation'], message });
    }
  })
  .readonly();

/** Faults that make sense in some operations only. */
const onlyIn: Readonly<Partial<Record<string, readonly Operation[]>>> = {
  shuffle: ['batch', 'list'],
  'missing-card': ['batch', 'list'],
  'repeat-token': ['batch'],
  'missing-pin': ['batch', 'create', 'rotate-pin'],
  'short-bearer': ['auth'],
  'delete-refused': ['delete'],
};

/** Checks a plan and fills in its defaults. The first rule that applies to a call is the one that counts. */
export const faultPlan = z
  .strictObject({
    /** For `probability`; the same seed gives the same calls. */
    seed: z.union([z.string(), z.number()]).default(0),
    rules: z.array(faultRule).readonly(),
  })
  .readonly();

/** A plan as it is written down. */
export type FaultPlan = z.input<typeof faultPlan>;
/** A plan with its defaults filled in. */
export type CheckedFaultPlan = z.output<typeof faultPlan>;
export type FaultRule = CheckedFaultPlan['rules'][number];
