// The contact sheet: one picture to say yes or no to. Both faces, the back under its panel, the sheet, and what
// inks and symbols the card has.
import { inkOf } from '../plan/template.ts';
import { type DocumentPart, renderDocument } from '../render/document.ts';
import type { Rect } from '../plan/rect.ts';
import { isSpot } from '../render/mark.ts';
import type { Layout } from '../render/preflight.ts';
import type { Outlook } from '../verify/outlook.ts';
import { composedPng } from '../verify/pictures.ts';
import { type PdfPages, openPdf } from '../verify/raster.ts';
import type { Specimen } from './specimen.ts';

const DPI = 200;
/** A4 on its side, mm. */
const PAGE = { width: 297, height: 210 };
const EDGE = 14;
const GAP = 8;
/** Baseline under a picture. */
const CAPTION = 5;
const SMALL = 7;

interface Panel extends Rect {
  readonly side: number;
  readonly label: string;
  readonly covered: boolean;
}

/** @param pages the specimen's sheet, open */
export async function contactSheet(
  layout: Layout,
  { cards: [card], run }: Specimen,
  outlooks: readonly Outlook[],
  pages: PdfPages,
): Promise<Buffer> {
  if (card === undefined) throw new Error('a sheet has slots');
  const panels = panelsOf(layout);
  const below = Math.max(...panels.map(({ y, height }) => y + height)) + CAPTION + 12;
  const sheets = sheetRooms(layout, below);
  const parts: readonly DocumentPart[] = [
    { part: 'text', text: layout.template.name, x: EDGE, y: EDGE + 5, size: 18 },
    {
      part: 'text',
      text: `specimen, on ${layout.sheet.name}`,
      x: PAGE.width - EDGE,
      y: EDGE + 5,
      size: SMALL,
      align: 'right',
    },
    { part: 'rule', x: EDGE, y: EDGE + 9, width: PAGE.width - 2 * EDGE },
    ...panels.flatMap((panel) => panelParts(layout, panel)),
    ...factsParts(layout, outlooks, below),
    ...sheets.map(({ label, x, y, height }): DocumentPart => ({
      part: 'text',
      text: label,
      x,
      y: y + height + CAPTION,
      size: SMALL,
    })),
  ];
  const about = {
    title: `${layout.template.name}, contact sheet`,
    created: new Date(0),
    id: new Uint8Array(16),
  };
  const pdf = renderDocument(layout, [{ ...PAGE, parts }], about, { card, run });
  const document = await openPdf(pdf, 'the contact sheet');
  try {
    const dots = (mm: number) => Math.round((mm / 25.4) * DPI);
    const small = sheets.map(({ page, x, y, width, height }) => ({
      picture: pages.render(page, DPI),
      left: dots(x),
      top: dots(y),
      width: dots(width),
      height: dots(height),
    }));
    return await composedPng(document.render(1, DPI), DPI, small);
  } finally {
    document.close();
  }
}

/** Each face, and once more with what is laid over it where it has a scratch panel. */
function panelsOf(layout: Layout): readonly Panel[] {
  const { card } = layout.template;
  const wanted = layout.faces.flatMap((face, side) => {
    const plain = { side, label: face.side as string, covered: false };
    return face.steps.has('scratch')
      ? [plain, { side, label: `${face.side}, under its panel`, covered: true }]
      : [plain];
  });
  const room = (PAGE.width - 2 * EDGE - (Math.max(3, wanted.length) - 1) * GAP) / Math.max(3, wanted.length);
  const width = Math.min(room, card.width, (80 / card.height) * card.width);
  const height = (width / card.width) * card.height;
  return wanted.map((panel, index) => ({
    ...panel,
    x: EDGE + index * (width + GAP),
    y: EDGE + 16,
    width,
    height,
  }));
}

function panelParts(layout: Layout, { side, label, covered, x, y, width, height }: Panel): DocumentPart[] {
  const { card } = layout.template;
  const scale = width / card.width;
  const marks = covered ? (layout.faces[side]?.steps.get('scratch') ?? []) : [];
  return [
    { part: 'face', side, x, y, width },
    ...marks.flatMap((mark): DocumentPart[] => {
      if (mark.mark !== 'rect' || mark.fill === undefined) return [];
      const fill = isSpot(mark.fill) ? mark.fill.cmyk : mark.fill;
      const place = { x: x + mark.x * scale, y: y + mark.y * scale };
      const extent = { width: mark.width * scale, height: mark.height * scale, corner: mark.corner * scale };
      return [{ part: 'patch', ...place, ...extent, fill }];
    }),
    ...[y, y + height].map((at): DocumentPart => ({ part: 'rule', x, y: at, width })),
    { part: 'text', text: label, x, y: y + height + CAPTION, size: SMALL },
    {
      part: 'text',
      text: `${Math.round(scale * 100)} %`,
      x: x + width,
      y: y + height + CAPTION,
      size: SMALL,
      align: 'right',
    },
  ];
}

/** Size, inks and symbols, line by line. */
function factsParts(layout: Layout, outlooks: readonly Outlook[], top: number): DocumentPart[] {
  const { template } = layout;
  const { card, bleed, safe } = template;
  const line = (text: string, y: number, x = EDGE): DocumentPart => ({
    part: 'text',
    text,
    x,
    y,
    size: SMALL,
  });
  let y = top + 3;
  const parts = [line(`${card.width} x ${card.height} mm, bleed ${bleed}, safe area ${safe}`, y)];
  y += 7;
  for (const name of Object.keys(template.inks)) {
    const { cmyk, spot } = inkOf(template, name);
    parts.push({ part: 'patch', x: EDGE, y: y - 3, width: 6, height: 4, corner: 0.6, fill: cmyk });
    parts.push(line(`${name}   ${cmyk.join(' / ')}${spot === undefined ? '' : `   ${spot}`}`, y, EDGE + 9));
    y += 5.5;
  }
  y += 2;
  for (const { data, side, module, outlook } of outlooks) {
    parts.push(line(`${data.replace('_', ' ')} on the ${side}: ${module} mm a module, ${outlook}`, y));
    y += 4.5;
  }
  return parts;
}

function sheetRooms(layout: Layout, top: number) {
  const { page } = layout.sheet;
  const height = Math.min(PAGE.height - top - EDGE - CAPTION, 100);
  const width = (height / page.height) * page.width;
  const limit = Math.min(1, 78 / width);
  return layout.sides.map((side, index) => ({
    page: index + 1,
    label: `sheet, ${side}`,
    x:
      PAGE.width -
      EDGE -
      (layout.sides.length - index) * width * limit -
      (layout.sides.length - 1 - index) * GAP,
    y: top,
    width: width * limit,
    height: height * limit,
  }));
}
