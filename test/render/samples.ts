// What the tests of render print: built-in designs, small templates, and cards whose codes are drawn anew
// from a seed each time.
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { PDFDocument } from 'pdf-lib';
import { secret } from '../../src/base/secret.ts';
import type { Card } from '../../src/issue/card.ts';
import { type CodeFormat, alphabetOf } from '../../src/plan/format.ts';
import { parseSheet, slotCount } from '../../src/plan/sheet.ts';
import { filesOf, parseTemplate } from '../../src/plan/template.ts';
import { type Layout, type LayoutInputs, prepare } from '../../src/render/preflight.ts';
import { type VolumeJob, renderVolume } from '../../src/render/volume.ts';

export const TEMPLATES = new URL('../../templates/', import.meta.url);
const PROFILE = new URL('profiles/iso-coated-v2-300.icc', TEMPLATES);

export const read = (path: string) => readFileSync(new URL(path, TEMPLATES));
export const RUN = 'spring-2026-11-23';

export function code(length: number, more: Partial<CodeFormat> = {}): CodeFormat {
  return { length, prefix: '', numbers: true, characters: false, symbols: false, barcode: false, ...more };
}

export const TOKEN = code(16);
export const PIN = code(6);

export interface Design {
  /** YAML of a template that stands in templates/classic, or in `from`; classic itself where there is none. */
  readonly template?: string;
  readonly from?: string;
  readonly sheet?: string;
  readonly assets?: Readonly<Record<string, Uint8Array>>;
}

/** What `prepare` is given: classic on a4-8up at 600 dpi, but for what is said otherwise. */
export function inputsOf(design: Design = {}, more: Partial<LayoutInputs> = {}): LayoutInputs {
  const template = parseTemplate(
    design.template ?? read('classic/template.yaml').toString(),
    'template.yaml',
  );
  const sheet = parseSheet(design.sheet ?? read('sheets/a4-8up.yaml').toString(), 'sheet.yaml');
  const assets = new Map(
    filesOf(template.value).flatMap((file) => {
      const path = `${design.from ?? 'classic'}/${file}`;
      const bytes = design.assets?.[file] ?? (existsSync(new URL(path, TEMPLATES)) ? read(path) : undefined);
      return bytes === undefined ? [] : [[file, bytes] as const];
    }),
  );
  return {
    template,
    sheet,
    assets,
    token: TOKEN,
    pin: PIN,
    cards: [{ serial: 123, cardId: 'SPRING26-000123' }],
    run: RUN,
    press: { dpi: 600 },
    profile: readFileSync(PROFILE),
    profilePath: PROFILE.pathname,
    ...more,
  };
}

export const layoutOf = (design?: Design, more?: Partial<LayoutInputs>): Promise<Layout> =>
  prepare(inputsOf(design, more));

/** A card and what its codes say. */
export interface KnownCard extends Card {
  readonly tokenText: string;
  readonly pinText: string;
}

export function cardsOf(count: number, token = TOKEN, pin = PIN): readonly KnownCard[] {
  let state = 12345;
  const chance = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const draw = (format: CodeFormat) => {
    const alphabet = alphabetOf(format);
    const drawn = Array.from(
      { length: format.length },
      () => alphabet[Math.floor(chance() * alphabet.length)]!,
    );
    return format.prefix + drawn.join('');
  };
  return Array.from({ length: count }, (_, index) => {
    const tokenText = draw(token);
    const pinText = draw(pin);
    return {
      serial: index + 1,
      cardId: `SPRING26-${String(index + 1).padStart(6, '0')}`,
      token: secret(tokenText),
      pin: secret(pinText),
      tokenText,
      pinText,
    };
  });
}

export function jobOf(layout: Layout, cards: readonly Card[], more: Partial<VolumeJob> = {}): VolumeJob {
  return {
    run: RUN,
    title: `${RUN}, volume 1 of 2`,
    test: true,
    volume: 1,
    volumes: 2,
    sheets: Math.ceil(cards.length / slotCount(layout.sheet)),
    created: new Date('2026-11-23T06:00:00Z'),
    id: new Uint8Array(16).map((_, index) => index * 11),
    cards: streamOf(cards),
    ...more,
  };
}

export async function pdfOf(
  layout: Layout,
  cards: readonly Card[],
  more?: Partial<VolumeJob>,
): Promise<Buffer> {
  return buffer(renderVolume(layout, jobOf(layout, cards, more)));
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of what is at hand
export async function* streamOf<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

/** A file that pdf-lib has changed, still of the version that a press takes: pdf-lib says 1.7 of all it writes. */
export async function savedForPress(document: PDFDocument): Promise<Uint8Array> {
  const bytes = await document.save({ useObjectStreams: false });
  bytes.set(Buffer.from('%PDF-1.6'));
  return bytes;
}
