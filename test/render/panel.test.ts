// Scratch panels: a shop may say how far its own reach, and never that a PIN shows.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Strictness } from '../../src/render/finding.ts';
import { HOUSE_RULES, inspect } from '../../src/render/preflight.ts';
import { margin } from '../../src/plan/rect.ts';
import { inputsOf } from './samples.ts';

const WAIVED = {
  ...HOUSE_RULES,
  strict: true,
  waivers: [{ rule: 'panel-cover' as const, reason: 'our press registers to 0.3 mm' }],
};

const FIRM = { ...HOUSE_RULES, strict: true };

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

async function failuresOf(text: string, strictness: Strictness): Promise<readonly Finding[]> {
  const { findings, layout } = await inspect(inputsOf({ template: text }, { strictness }));
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  expect(layout === undefined).toBe(failed.length > 0);
  return failed;
}

/** What stands against a template, under the waiver. */
async function against(text: string): Promise<readonly string[]> {
  const failed = await failuresOf(text, WAIVED);
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

describe('a panel with round corners', () => {
  const pin = (y: number) =>
    `- { part: text, text: '{pin}', at: [20, ${y}], font: mono, size: 12, align: center }`;
  const disc = (y: number) => template('at: [8, 26], size: [24, 24], corner: 12', pin(y));

  test('hides what lies in its middle', async () => {
    expect(await failuresOf(disc(39), FIRM)).toEqual([]);
  });

  test('does not hide what lies between an arc and the corner that is not there', async () => {
    const [shown] = await against(disc(31.3));
    expect(shown).toMatch(
      /^panel-pin: back\[3\]: the scratch panel covers the text back\[2\] only in part: 0\.\d+ mm/,
    );
  });

  test('is told what would do', async () => {
    const [{ rule, complaint } = { rule: '' }] = await failuresOf(disc(34.3), FIRM);
    expect(rule).toBe('panel-cover');
    const panel = /^(.*, corner: 2) would hold/.exec(complaint?.hint ?? '')![1]!;
    expect(await failuresOf(template(panel, pin(34.3)), FIRM)).toEqual([]);
  });

  test('reaches as far as every point of what it hides stands from its edge', () => {
    const rect = fc.record({
      x: fc.integer({ min: -9, max: 9 }),
      y: fc.integer({ min: -9, max: 9 }),
      width: fc.integer({ min: 0, max: 20 }),
      height: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(rect, fc.integer({ min: 0, max: 30 }), rect, (outer, corner, inner) => {
        const by = margin(outer, corner, inner);
        const [right, bottom] = [outer.x + outer.width, outer.y + outer.height];
        const radius = Math.min(corner, outer.width / 2, outer.height / 2);
        const points = [inner.x, inner.x + inner.width].flatMap((x) =>
          [inner.y, inner.y + inner.height].map((y) => [x, y] as const),
        );
        const isHeld = points.every(([x, y]) => {
          if (x < outer.x || x > right || y < outer.y || y > bottom) return false;
          const [ax, ay] = [
            Math.max(outer.x + radius, Math.min(right - radius, x)),
            Math.max(outer.y + radius, Math.min(bottom - radius, y)),
          ];
          return ax === x || ay === y || Math.hypot(x - ax, y - ay) <= radius + 1e-9;
        });
        expect(by >= -1e-9).toBe(isHeld);
        // Moved by so much, it is held still; drawn smaller by so much, the outer just holds it.
        if (by > 0) {
          const turn = Math.PI / 7;
          const moved = { ...inner, x: inner.x + by * Math.sin(turn), y: inner.y + by * Math.cos(turn) };
          expect(margin(outer, corner, moved)).toBeGreaterThanOrEqual(-1e-9);
          const smaller = {
            x: outer.x + by,
            y: outer.y + by,
            width: outer.width - 2 * by,
            height: outer.height - 2 * by,
          };
          expect(margin(smaller, Math.max(0, radius - by), inner)).toBeCloseTo(0, 9);
        }
      }),
    );
  });
});
