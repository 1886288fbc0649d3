import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { secret } from '../../src/base/secret.ts';
import { cardMarks } from '../../src/render/face.ts';
import { expectGolden, markText } from './golden.ts';
import { RUN, cardsOf, code, layoutOf } from './samples.ts';

const layout = await layoutOf();
const [front, back] = layout.faces;
const [card] = cardsOf(1);

test('classic, as marks', () => {
  const text = layout.faces.flatMap((face) => [
    `${face.side}: what every card shares`,
    ...face.fixed.map((mark) => `  ${markText(mark)}`),
    `${face.side}: symbols`,
    ...face.symbols.map(
      ({ data, x, y, width, height, fit }) =>
        `  ${data} ${x.toFixed(3)},${y.toFixed(3)} ${width.toFixed(3)}×${height.toFixed(3)} module ${fit.module.toFixed(4)} (${fit.dots} dots of ${fit.dpi} dpi)`,
    ),
    `${face.side}: one card's own`,
    ...cardMarks(face, card!, RUN).map((mark) => `  ${markText(mark)}`),
  ]);
  expectGolden('classic-faces.txt', `${text.join('\n')}\n`);
});

test('symbols stand on whole dots', () => {
  for (const { x, y, width, height, fit } of layout.symbols) {
    for (const length of [x, y, width, height]) {
      const dots = (length * fit.dpi) / 25.4;
      expect(Math.abs(dots - Math.round(dots))).toBeLessThan(1e-6);
    }
  }
});

test('a shorter symbol stands inside the place of the longest', async () => {
  const token = code(20, { characters: true });
  const mixed = await layoutOf({}, { token });
  const face = mixed.faces[1]!;
  const place = face.symbols.find(({ data }) => data === 'token')!;
  for (const known of cardsOf(200, token)) {
    const bars = cardMarks(face, known, RUN).find((mark) => mark.mark === 'bars')!;
    const width = bars.widths.reduce((sum, module) => sum + module) * place.fit.module;
    expect(bars.x - place.fit.quiet).toBeGreaterThanOrEqual(place.x - 1e-9);
    expect(bars.x + width + place.fit.quiet).toBeLessThanOrEqual(place.x + place.width + 1e-9);
  }
});

test('groups put a gap between characters, and never a character', () => {
  const pieces = cardMarks(back!, card!, RUN).flatMap((mark) => (mark.mark === 'text' ? [mark.pieces] : []));
  expect(pieces[0]).toEqual([0, 4, 8, 12].map((at) => card!.tokenText.slice(at, at + 4)));
  expect(pieces[0]!.join('')).toBe(card!.tokenText);
  expect(pieces[1]).toEqual([card!.pinText.slice(0, 3), card!.pinText.slice(3)]);
});

test('only small solid black prints over its ground', () => {
  const texts = [...front!.fixed, ...back!.fixed].flatMap((mark) => (mark.mark === 'text' ? [mark] : []));
  expect(
    texts
      .filter(({ overprint }) => overprint)
      .every(({ ink, size }) => JSON.stringify(ink) === '[0,0,0,100]' && size < 12),
  ).toBe(true);
  expect(texts.some(({ overprint }) => overprint)).toBe(true);
  expect(texts.some(({ overprint }) => !overprint)).toBe(true);
});

describe('a card that is not as planned', () => {
  const caught = (changed: object): Failure => {
    try {
      cardMarks(back!, { ...card!, ...changed }, RUN);
    } catch (error) {
      return error as Failure;
    }
    throw new Error('it was set');
  };

  test.each([
    [{ token: secret('9'.repeat(40)) }, 'the token of card 1 needs 275 modules, its field was made for 143'],
    [
      { token: secret('öööööööööööööööö') },
      'the token of card 1 holds characters that are not printable ASCII',
    ],
    [{ pin: secret('') }, 'the pin of card 1 holds characters that are not printable ASCII'],
    [{ pin: undefined }, 'card 1 has no PIN'],
  ])('is in doubt: %j', (changed, message) => {
    const failure = caught(changed);
    expect(failure.kind).toBe('doubt');
    expect(failure.message).toBe(message);
  });

  test('does not show its codes', () => {
    const failure = caught({ token: secret(`${card!.tokenText}${card!.tokenText}`) });
    expect(inspect(failure, { depth: 9 })).not.toContain(card!.tokenText);
  });
});
