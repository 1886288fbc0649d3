// Bars as presses image them: every bar of every symbol must come out at its ideal width, to the dot.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { cardMarks } from '../../src/render/face.ts';
import { slotPlaces } from '../../src/render/imposition.ts';
import type { Layout } from '../../src/render/preflight.ts';
import { RUN, cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { ghostscript, run, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();

interface Plate {
  readonly width: number;
  /** One byte a dot, 0 for full black. */
  readonly dots: Uint8Array;
}

/** How each program images a page's black plate; its file's path is without the ending. */
const ENGINES: Readonly<Record<string, (pdf: string, page: number, dpi: number) => Promise<Plate>>> = {
  gs(pdf, page, dpi) {
    const out = folder.path(`gs-${page}`);
    const pages = [`-dFirstPage=${page}`, `-dLastPage=${page}`];
    ghostscript('-sDEVICE=tiffsep1', `-r${dpi}`, ...pages, `-sOutputFile=${out}.tif`, pdf);
    return plateOf(`${out}(Black).tif`);
  },
  pdftoppm(pdf, page, dpi) {
    const out = folder.path(`poppler-${page}`);
    run(
      'pdftoppm',
      '-mono',
      '-tiff',
      '-r',
      String(dpi),
      '-f',
      String(page),
      '-l',
      String(page),
      '-singlefile',
      pdf,
      out,
    );
    return plateOf(`${out}.tif`);
  },
  mutool(pdf, page, dpi) {
    const out = `${folder.path(`mutool-${page}`)}.pgm`;
    run('mutool', 'draw', '-q', '-A', '0', '-c', 'gray', '-r', String(dpi), '-o', out, pdf, String(page));
    return Promise.resolve(pgmOf(out));
  },
};

async function plateOf(tiff: string): Promise<Plate> {
  const { data, info } = await sharp(tiff, { limitInputPixels: false })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, dots: data };
}

function pgmOf(file: string): Plate {
  const bytes = readFileSync(file);
  const head = /^P5\s+(?:#.*\n)?(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 200).toString('latin1'))!;
  return { width: Number(head[1]), dots: bytes.subarray(head[0].length) };
}

interface Bar {
  readonly page: number;
  /** Dots of the press from the page's top left. */
  readonly x: number;
  readonly width: number;
  readonly rows: readonly number[];
}

/** Where every bar of a volume's first sheet should be. */
function barsOf(layout: Layout, cards: ReturnType<typeof cardsOf>): readonly Bar[] {
  const dot = 25.4 / layout.press.dpi;
  return layout.faces.flatMap((face, page) =>
    slotPlaces(layout)
      .filter((place) => place.side === face.side)
      .flatMap((place, index) =>
        (cards[index] === undefined ? [] : cardMarks(face, cards[index], RUN)).flatMap((mark) => {
          if (mark.mark !== 'bars') return [];
          const turned = place.rotation === 180;
          const top = turned ? place.y + place.height - mark.y - mark.height : place.y + mark.y;
          const rows = [0.2, 0.5, 0.8].map((share) => Math.floor((top + mark.height * share) / dot));
          let at = turned
            ? Math.round((place.x + place.width - mark.x) / dot)
            : Math.round((place.x + mark.x) / dot);
          return mark.widths.flatMap((modules, element): Bar[] => {
            const width = modules * mark.dots;
            const x = turned ? at - width : at;
            at += turned ? -width : width;
            const less = mark.less ?? 0;
            const drawn = { x: x + Math.floor(less / 2), width: width - less };
            return element % 2 === 0 ? [{ page: page + 1, ...drawn, rows }] : [];
          });
        }),
      ),
  );
}

/** Dots by which bars came out wider or narrower, or stand elsewhere; with how many bars were looked at. */
function growth(bars: readonly Bar[], plate: Plate, scale: number) {
  const grown = new Set<number>();
  for (const bar of bars) {
    const [from, to] = [bar.x * scale, (bar.x + bar.width) * scale];
    for (const row of bar.rows) {
      const at = (x: number) => plate.dots[Math.floor((row + 0.5) * scale) * plate.width + x]! < 128;
      let [first, end] = [from, to];
      while (at(first - 1)) first -= 1;
      while (first < to && !at(first)) first += 1;
      while (at(end)) end += 1;
      while (end > from && !at(end - 1)) end -= 1;
      grown.add(from - first).add(end - to);
    }
  }
  return { edges: [...grown].map((dots) => dots + 0), bars: bars.length };
}

const sheet = (name: string) => read(`sheets/${name}.yaml`).toString();
const TURNED = sheet('a4-8up').replace('turn: long-edge', 'turn: short-edge');

describe.each([
  ['a4-8up', sheet('a4-8up'), 8, 600, 600],
  ['A4 turned over its short edge', TURNED, 8, 600, 600],
  ['one-up on a finer device', sheet('one-up'), 1, 600, 1200],
  ['one-up on a decimal grid', sheet('one-up'), 1, 812.8, 812.8],
])('%s', async (_, yaml, count, press, device) => {
  const layout = await layoutOf({ sheet: yaml }, { press: { dpi: press } });
  const cards = cardsOf(count);
  const pdf = folder.write(`${press}-${device}-${count}-${yaml.length}.pdf`, await pdfOf(layout, cards));
  const bars = barsOf(layout, cards).filter(({ page }) => page === 2);

  for (const [program, image] of Object.entries(ENGINES)) {
    testWith(program, `${program}: every edge of every bar on its dot at ${device} dpi`, async () => {
      expect(growth(bars, await image(pdf, 2, device), device / press)).toEqual({
        edges: [0],
        bars: count * 53,
      });
    });
  }
});

describe.each([
  ['two dots', 42, 2],
  ['three dots', 60, 3],
])('bars drawn %s narrower at 1200 dpi', async (_, barGrowth, dots) => {
  const layout = await layoutOf({ sheet: sheet('one-up') }, { press: { dpi: 1200, barGrowth } });
  const cards = cardsOf(1);
  const pdf = folder.write(`narrower-${dots}.pdf`, await pdfOf(layout, cards));
  const bars = barsOf(layout, cards).filter(({ page }) => page === 2);

  for (const [program, image] of Object.entries(ENGINES)) {
    testWith(program, `${program}: are that much narrower, on their dots`, async () => {
      expect(cardMarks(layout.faces[1]!, cards[0]!, RUN)[0]).toMatchObject({ mark: 'bars', less: dots });
      expect(growth(bars, await image(pdf, 2, 1200), 1)).toEqual({ edges: [0], bars: 53 });
    });
  }
});

describe('the measure itself', async () => {
  const layout = await layoutOf({ sheet: sheet('one-up') });
  const cards = cardsOf(1);
  const pdf = folder.write('coarse.pdf', await pdfOf(layout, cards));

  testWith('pdftoppm', 'sees a device off the grid', async () => {
    const { edges } = growth(
      barsOf(layout, cards)
        .filter(({ page }) => page === 2)
        .map((bar) => ({
          ...bar,
          x: Math.round(bar.x * 1.1),
          width: Math.round(bar.width * 1.1),
          rows: bar.rows.map((row) => Math.round(row * 1.1)),
        })),
      await ENGINES.pdftoppm!(pdf, 2, 660),
      1,
    );
    expect(edges.length).toBeGreaterThan(1);
  });
});
