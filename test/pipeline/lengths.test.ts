// A run whose ids change their length: each of them has its room.
import { expect, test } from 'vitest';
import type { Design } from '../../src/plan/inputs.ts';
import { idOf } from '../../src/plan/plan.ts';
import { layoutOf } from '../../src/pipeline/tools.ts';
import { cardMarks } from '../../src/render/face.ts';
import { planOf } from '../plan/plans.ts';
import { cardsOf, inputsOf } from '../render/samples.ts';

const TEMPLATE = `name: ids
fonts: { text: ../fonts/Inter-Regular.ttf }
front:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: barcode, data: card_id, at: [3, 26], size: [40, 10] }
`;

test('five digits need more modules than six, and both are printed', async () => {
  const plan = planOf({ cards: { id: '{serial:5}', first: 99_998, ordered: 4, overs: 0, pin: null } });
  const layout = await layoutOf(plan, inputsOf({ template: TEMPLATE }) as unknown as Design);
  const [card] = cardsOf(1);
  // The last is of a card in the place of a lost one.
  const modules = [99_998, 99_999, 100_000, 100_001, 100_005].map((serial) => {
    const marks = cardMarks(layout.faces[0]!, { ...card!, serial, cardId: idOf(plan, serial) }, plan.run);
    const bars = marks.filter((mark) => mark.mark === 'bars');
    expect(bars).toHaveLength(2);
    return bars[1]!.widths.reduce((sum, width) => sum + width, 20);
  });
  expect(new Set(modules)).toEqual(new Set([99, 88]));
});
