import { describe, expect, test } from 'vitest';
import { entropyOf, formatsOf, shortestFormat } from '../../src/plan/format.ts';
import { parseJob } from '../../src/plan/job.ts';
import { LIMITS, limitsOf, parsePress } from '../../src/plan/press.ts';
import { barcodeWidths, modulesNeeded, modulesOf } from '../../src/render/barcode.ts';
import { hardestTexts } from '../../src/plan/format.ts';

describe('a press profile', () => {
  test('says what it says, and the rest is as the house has it', () => {
    const press = parsePress(
      'name: Acme\ndpi: 812.8\nsteps: inline\nblack: [40, 30, 30, 100]\nthresholds: { trim-distance: { warn: 6 } }\n',
      'acme.yaml',
    ).value;
    expect(press.dpi).toBe(812.8);
    expect(limitsOf(press)['trim-distance']).toEqual({ fail: 2, warn: 6 });
    expect(limitsOf(press)['bar-height']).toEqual(LIMITS['bar-height']);
  });

  test.each([
    ['waivers: [{ rule: moon-phase, reason: because }]', 'waivers[1].rule is "moon-phase"'],
    ['waivers: [{ rule: fields, reason: because }]', 'this rule cannot be waived'],
    ['waivers: [{ rule: symbol-fit, reason: because }]', 'this rule cannot be waived'],
    ['waivers: [{ rule: trim-distance, reason: "" }]', 'it must have at least 3 characters'],
    ['thresholds: { trim: { warn: 6 } }', 'thresholds'],
    ['dpi: 20', 'dpi is 20'],
  ])('%s is refused', (yaml, message) => {
    expect(() => parsePress(`${yaml}\n`, 'acme.yaml')).toThrow(message);
  });
});

describe('a format that is left to us', () => {
  const job = (cards: string) =>
    parseJob(
      `name: x\naccount: T00000001\ncards: { count: 1, id: "{serial}", ${cards} }\ntemplate: classic\nsheet: one-up\nhandoff: { seal: none }\n`,
      'job.yaml',
    ).value;

  test('is 16 digits for a token and 4 for a PIN', () => {
    const { cards, chosen } = job('token: auto, pin: auto');
    expect(cards.token).toMatchObject({ length: 16, numbers: true, characters: false, symbols: false });
    expect(cards.pin).toMatchObject({ length: 4, numbers: true, characters: false });
    expect(chosen).toEqual({ token: 50, pin: 13 });
  });

  test('holds the bits that are asked for', () => {
    expect(job('token: { bits: 64 }').cards.token).toMatchObject({ length: 20 });
    expect(job('token: { length: 12 }').chosen).toEqual({});
  });

  test('needs no more modules than any other alphabet would', () => {
    for (let bits = 20; bits <= 130; bits += 11) {
      const modules = (format: ReturnType<typeof shortestFormat>) => modulesNeeded(hardestTexts(format));
      const chosen = shortestFormat(bits, 6);
      expect(entropyOf(chosen)).toBeGreaterThanOrEqual(bits);
      for (const other of formatsOf(bits, 6).slice(0, 3))
        expect(modules(chosen)).toBeLessThanOrEqual(modules(other));
    }
    expect(modulesOf(barcodeWidths('0'.repeat(16)))).toBe(123);
  });
});
