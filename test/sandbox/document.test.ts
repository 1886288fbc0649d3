// docs/sandbox.md says what the program does.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { behaviour } from '../../src/sandbox/behaviour.ts';
import { faultPlan } from '../../src/sandbox/fault-plan.ts';
import { operations } from '../../src/sandbox/operation.ts';

const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
const plans = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => faultPlan.parse(parse(text!)));
const firstCells = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);

describe('docs/sandbox.md', () => {
  test('has an example of every fault, and a row for it', () => {
    const { error } = faultPlan.safeParse({ rules: [{ operation: 'any', fault: '?' }] });
    const faults = error!.issues[0]!.message.replace('it must be one of ', '').split(', ');
    const shown = plans.flatMap(({ rules }) => rules.map(({ fault }) => fault));
    expect([...new Set(shown)].sort()).toEqual(faults.sort());
    expect(firstCells).toEqual(expect.arrayContaining(faults));
  });

  test('has a row for every switch, its default first', () => {
    for (const [name, value] of Object.entries(behaviour.parse({}))) {
      const [, values] = new RegExp(`^\\| \`${name}\` \\| ([^|]*) \\|`, 'm').exec(page)!;
      if (name === 'symbolSet') continue;
      expect([name, values!.split(',')[0]]).toEqual([name, `\`${String(value)}\``]);
    }
  });

  test('names every operation', () => {
    for (const operation of operations) expect(page).toContain(`\`${operation}\``);
  });
});
