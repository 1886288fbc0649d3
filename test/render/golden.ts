// Goldens are text, so that a reader of a change sees what moved. UPDATE_GOLDEN=1 writes them anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Colour, type Mark, isSpot } from '../../src/render/mark.ts';

const FOLDER = new URL('../golden/', import.meta.url);

export function expectGolden(name: string, text: string): void {
  const file = new URL(name, FOLDER);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text, `${name} has changed; UPDATE_GOLDEN=1 takes the change`).toBe(readFileSync(file, 'utf8'));
}

const n = (value: number) => String(Number(value.toFixed(3)));
const at = (x: number, y: number) => `${n(x)},${n(y)}`;

const inkText = (ink: Colour) => (isSpot(ink) ? `${ink.spot} (${ink.cmyk.join('/')})` : ink.join('/'));

/** A mark in a line, millimetres and points. */
export function markText(mark: Mark): string {
  switch (mark.mark) {
    case 'rect':
      return [
        `rect ${at(mark.x, mark.y)} ${n(mark.width)}×${n(mark.height)}`,
        ...(mark.corner > 0 ? [`corner ${n(mark.corner)}`] : []),
        ...(mark.fill ? [`fill ${inkText(mark.fill)}`] : []),
        ...(mark.stroke ? [`stroke ${inkText(mark.stroke.ink)} ${n(mark.stroke.weight)}pt`] : []),
      ].join(' ');
    case 'line':
      return `line ${at(...mark.from)} to ${at(...mark.to)} ${inkText(mark.stroke.ink)} ${n(mark.stroke.weight)}pt`;
    case 'text':
      return [
        `text ${at(mark.x, mark.y)} ${mark.font} ${n(mark.size)}pt ${inkText(mark.ink)}`,
        ...(mark.tracking === 0 ? [] : [`tracking ${n(mark.tracking)}`]),
        mark.kerned ? 'kerned' : 'plain',
        ...(mark.overprint ? ['overprint'] : []),
        mark.pieces.map((piece) => JSON.stringify(piece)).join(` ${n(mark.gap)} `),
      ].join(' ');
    case 'bars':
      return `bars ${at(mark.x, mark.y)} high ${n(mark.height)} dots ${mark.dots} ${mark.widths.join('')}`;
    case 'path':
      return `path ${inkText(mark.fill)} ${mark.steps.length} steps${mark.evenOdd ? ' even-odd' : ''}`;
    case 'matrix':
      return `matrix ${at(mark.x, mark.y)} dots ${mark.dots} ${mark.rows.length} rows`;
    case 'image':
      return `image ${at(mark.x, mark.y)} ${n(mark.width)}×${n(mark.height)} ${mark.file}`;
    case 'overlay':
      return `overlay ${at(mark.x, mark.y)} ${n(mark.width)}×${n(mark.height)} ${mark.text} ${n(mark.size)}pt in ${mark.middles.length} places spares ${mark.spared.length}`;
  }
}
