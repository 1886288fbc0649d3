// What of a plan is tried out: any plan's first and last ids, and empty slots where its sheets have some.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reveal } from '../../src/base/secret.ts';
import { trialOf } from '../../src/pipeline/trial.ts';
import { hardestTexts } from '../../src/plan/format.ts';
import { cardCount, idOf, volumesOf } from '../../src/plan/plan.ts';
import { indexAt } from '../../src/plan/seat.ts';
import { anyPlan, planOf } from '../plan/plans.ts';

test('the ids are the run’s own, the first and the last among them', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { first } = plan.cards;
      const last = first + cardCount(plan) - 1;
      const { cards } = trialOf(plan);
      expect(cards[0]?.serial).toBe(first);
      if (cards.length > 1) expect(cards.at(-1)?.serial).toBe(last);
      for (const { serial, cardId } of cards) {
        expect(serial).toBeGreaterThanOrEqual(first);
        expect(serial).toBeLessThanOrEqual(last);
        expect(cardId).toBe(idOf(plan, serial));
      }
    }),
  );
});

test('the first sheet is full, and the last has empty slots just where a sheet of the run has', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { slots, order } = plan;
      const { cards, sheets } = trialOf(plan);
      const filled = (sheet: number) =>
        Array.from({ length: slots }, (_, index) =>
          indexAt(order, { sheet, slot: index + 1 }, slots, sheets),
        ).filter((index) => index < cards.length).length;
      expect(sheets).toBeLessThanOrEqual(2);
      expect(filled(1)).toBe(slots);
      const leavesSlots = volumesOf(plan).some((volume) => volume.count < volume.sheets * slots);
      expect(filled(sheets) < slots).toBe(leavesSlots);
    }),
  );
});

test('codes are a specimen’s first, then those that take the most room', () => {
  const mixed = { ...planOf().cards.token, length: 8, characters: true };
  const { cards } = trialOf(planOf({ cards: { ordered: 42, overs: 0, token: mixed, pin: null }, slots: 21 }));
  expect(cards.map(({ pin }) => pin)).toEqual(cards.map(() => undefined));
  const [first, ...others] = cards.map(({ token }) => reveal(token));
  expect(first).toBe('01234567');
  expect(new Set(others)).toEqual(new Set(hardestTexts(mixed).slice(-others.length)));
});
