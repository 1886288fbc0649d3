// QR codes are measured by the text that needs the most modules, which is not the longest.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alphabetOf, hardestTexts } from '../../src/plan/format.ts';
import { qrRows } from '../../src/render/barcode.ts';
import { inspect } from '../../src/render/preflight.ts';
import { type KnownCard, cardsOf, code, inputsOf, layoutOf } from './samples.ts';
import { cardMarks } from '../../src/render/face.ts';

const MIXED = code(20, { characters: true });
const template = (size: number) => `name: square
fonts: { text: ../fonts/Inter-Regular.ttf }
front:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: qr, text: '{token}', at: [60, 28], size: ${size} }
`;

/** Dots of a module of the card's QR code, as it is drawn. */
async function dotsOn(card: KnownCard, size: number): Promise<number> {
  const layout = await layoutOf({ template: template(size) }, { token: MIXED, pin: null });
  const mark = cardMarks(layout.faces[0]!, card, 'spring').find((one) => one.mark === 'matrix');
  return (mark as { dots: number }).dots;
}

const rowOf = async (size: number) => {
  const { findings } = await inspect(inputsOf({ template: template(size) }, { token: MIXED, pin: null }));
  return findings.find(({ subject }) => subject.startsWith('front[2]'))!;
};

test('letters need more modules than digits', async () => {
  expect(await rowOf(5.2)).toMatchObject({
    rule: 'symbol-fit',
    verdict: 'fail',
    complaint: { message: 'front[2]: a QR code of 25 modules has 0.127 mm a module here: under 0.15 mm' },
  });
  expect(await rowOf(8)).toMatchObject({
    rule: 'module-width',
    value: expect.stringContaining('5 dots') as string,
  });
  const [card] = cardsOf(1, MIXED);
  expect(await dotsOn(card!, 8)).toBe(5);
});

test('a text that no QR code holds is refused at its line', async () => {
  const text = `https://example.org/${'a'.repeat(2400)}`;
  const long = template(20).replace("'{token}'", text);
  const { findings, layout } = await inspect(inputsOf({ template: long }, { token: MIXED, pin: null }));
  expect(findings.find(({ verdict }) => verdict === 'fail')).toMatchObject({
    rule: 'symbol-fit',
    complaint: {
      message: 'front[2]: no QR code holds a text as long as this',
      place: { line: 5 },
    },
  });
  expect(layout).toBeUndefined();
});

describe.each([25, 40])('%i letters and digits', (length) => {
  const format = code(length, { characters: true });
  // Runs of digits, capitals and small letters are where a QR code changes its mode.
  const run = (from: string) => fc.string({ unit: fc.constantFrom(...from), minLength: 1, maxLength: 9 });
  const codes = fc
    .array(
      fc.oneof(run('0123456789'), run('ABCDEF'), run('abcdef'), fc.constantFrom(...alphabetOf(format))),
      { minLength: length, maxLength: length },
    )
    .map((runs) => runs.join('').slice(0, length));

  test('never need more modules than the hardest texts', () => {
    const most = Math.max(...new Set(hardestTexts(format).map((text) => qrRows(text).length)));
    expect(most).toBeGreaterThan(qrRows('a'.repeat(length)).length);
    fc.assert(
      fc.property(codes, (text) => {
        expect(qrRows(text).length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 100, examples: [['012345Aa'.repeat(5).slice(0, length)]] },
    );
  });
});
