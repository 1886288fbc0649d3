// Scratch panels: a shop may say how far its own reach, and never that a PIN shows.
import { describe, expect, test } from 'vitest';
import { HOUSE_RULES, inspect } from '../../src/render/preflight.ts';
import { inputsOf } from './samples.ts';

const WAIVED = {
  ...HOUSE_RULES,
  strict: true,
  waivers: [{ rule: 'panel-cover' as const, reason: 'our press registers to 0.3 mm' }],
};

const template = (
  panel: string,
  parts = '- { part: barcode, data: pin, at: [8, 30], size: [34, 10] }',
) => `name: panels
fonts: { mono: ../fonts/JetBrainsMono-Medium.ttf }
front: [{ part: text, text: Front, at: [6, 14], font: mono, size: 9 }]
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  ${parts}
  - { part: scratch, ${panel} }
`;

/** What stands against a template, under the waiver. */
async function against(text: string): Promise<readonly string[]> {
  const { findings, layout } = await inspect(inputsOf({ template: text }, { strictness: WAIVED }));
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  expect(layout === undefined).toBe(failed.length > 0);
  return failed.map(({ rule, complaint }) => `${rule}: ${complaint?.message ?? ''}`);
}

describe('under a waiver of what a panel covers', () => {
  test('it may reach less far', async () => {
    expect(await against(template('at: [7, 29], size: [36, 12]'))).toEqual([]);
    expect(await against(template('at: [8, 30], size: [34, 10]'))).toEqual([]);
  });

  test.each([
    ['at: [26, 28], size: [18, 20]', '14.06 mm'],
    ['at: [6, 31], size: [38, 11]', '0.99 mm'],
  ])('no PIN shows beside it: %s', async (panel, by) => {
    expect(await against(template(panel))).toEqual([
      `panel-pin: back[3]: the scratch panel covers the pin's symbol (back[2]) only in part: ${by} of it would show`,
    ]);
  });

  test('a PIN under one panel may reach beneath its neighbour, and other texts show in part', async () => {
    const parts = `- { part: text, text: '{pin}', at: [20, 36], font: mono, size: 9 }
  - { part: text, text: Peel, at: [43, 46], font: mono, size: 9 }
  - { part: scratch, at: [17, 29], size: [22, 12] }`;
    expect(await against(template('at: [30, 29], size: [15, 19]', parts))).toEqual([]);
  });
});
