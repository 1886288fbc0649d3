import { describe, expect, test } from 'vitest';
import { PRINTABLE_ASCII } from '../../src/plan/format.ts';
import { openFont } from '../../src/render/font.ts';
import { read } from './samples.ts';

const inter = openFont(read('fonts/Inter-SemiBold.ttf'), 'inter', 'Inter.ttf');
const mono = openFont(read('fonts/JetBrainsMono-Medium.ttf'), 'mono', 'Mono.ttf');

describe('a font', () => {
  test('measures variable text character by character', () => {
    expect(mono.width('->')).toBeCloseTo(1.2, 6);
    expect(inter.width('AV')).toBeCloseTo(inter.width('A') + inter.width('V'), 9);
  });

  test('kerns static text, and keeps its characters', () => {
    expect(inter.kernedWidth('AV')).toBeLessThan(inter.width('AV'));
    expect(inter.kernedWidth('->')).toBeCloseTo(inter.width('->'), 2);
  });

  test('knows its ink', () => {
    expect(inter.capHeight).toBeCloseTo(0.7275, 3);
    const { above, below } = inter.extent('gH');
    expect(above).toBeGreaterThan(0.7);
    expect(below).toBeGreaterThan(0.15);
    expect(inter.extent(' ')).toEqual({ above: 0, below: 0 });
  });

  test('knows what it has', () => {
    expect([...PRINTABLE_ASCII].every((character) => mono.has(character))).toBe(true);
    expect(mono.has('漢')).toBe(false);
  });
});

test.each([
  ['wOF2', 'is a web font (WOFF2)'],
  ['wOFF', 'is a web font (WOFF)'],
  ['ttcf', 'is a collection of fonts'],
  ['what', 'is not a font that can be read'],
  ['', 'is not a font that can be read'],
])('bytes that begin with %j are refused', (head, message) => {
  expect(() => openFont(Buffer.from(head.padEnd(40, '\0')), 'x', 'x.ttf')).toThrow(`x.ttf ${message}`);
});

test('a font that was cut short is refused', () => {
  const bytes = read('fonts/JetBrainsMono-Medium.ttf');
  for (const share of [0.1, 0.5]) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    expect(() => openFont(cut, 'x', 'x.ttf')).toThrow('x.ttf is not a font that can be read');
  }
});
