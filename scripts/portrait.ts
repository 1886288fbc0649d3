// Pictures of cards for the pages: faces as the press's own code draws them, cut along their trim, on a quiet ground.
import sharp from 'sharp';
import { nodeDisk } from '../src/base/disk.ts';
import { type Reader, readTemplateDesign } from '../src/plan/inputs.ts';
import { PRESS_DEFAULTS, limitsOf } from '../src/plan/press.ts';
import { fieldsOf, parseTemplate } from '../src/plan/template.ts';
import type { Card } from '../src/issue/card.ts';
import { openSpecimen } from '../src/preview/specimen.ts';
import { readSubject } from '../src/preview/subject.ts';
import { renderArt } from '../src/render/art.ts';
import type { Face } from '../src/render/face.ts';
import { type Layout, inspect } from '../src/render/preflight.ts';
import { openPdf } from '../src/verify/raster.ts';
import { code } from './code.ts';
import { type Guide, guidesOf } from './guides.ts';
import { type Illustration, frameOf } from './illustration.ts';

const GROUND = '#edebe7';

interface Picture {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Drawn {
  readonly layout: Layout;
  readonly card: Card;
  readonly run: string;
}

export function readerAt(root: string): Reader {
  return { disk: nodeDisk, builtIn: `${root}/templates` };
}

/** A built-in template: its front, its back, and its back under the scratch panel where it has one. */
export async function templatePicture(root: string, name: string): Promise<Buffer> {
  const reader = readerAt(root);
  const { layout, cards, run } = await openSpecimen(
    await readSubject(reader, { template: name }),
    'specimen',
  );
  const [card] = cards;
  if (layout === undefined || card === undefined) throw new Error(`${name} does not check`);
  const drawn = { layout, card, run };
  const dpi = 118;
  const pictures = await Promise.all(
    layout.faces.flatMap((face) => [
      trimmed(drawn, face, 'none', dpi),
      ...(face.steps.has('scratch') ? [trimmed(drawn, face, 'inline', dpi)] : []),
    ]),
  );
  return row(pictures, dpi);
}

/** What a piece of a template looks like, drawn on a small card of its own. */
export async function partPicture(root: string, illustration: Illustration): Promise<Buffer> {
  const design = await readTemplateDesign(readerAt(root), 'classic', undefined);
  const { yaml, files } = frameOf(root, illustration);
  const template = parseTemplate(yaml, illustration.picture);
  const { draft, findings } = await inspect({
    ...design,
    template,
    assets: files(template.value),
    token: code(16),
    pin: fieldsOf(template.value).has('pin') ? code(6) : null,
    press: PRESS_DEFAULTS,
    strictness: { limits: limitsOf(PRESS_DEFAULTS), waivers: [], strict: false },
    cards: [illustration.card],
    run: 'gift',
  });
  if (draft === undefined) {
    const wrong = findings.flatMap(({ complaint }) => complaint?.message ?? []);
    throw new Error(`${illustration.picture} cannot be drawn: ${wrong.join('; ')}`);
  }
  const [face] = draft.faces;
  if (face === undefined) throw new Error('a template has a front');
  const drawn = { layout: draft, card: illustration.card, run: 'gift' };
  const dpi = 150;
  const guides = guidesOf(draft, illustration);
  const picture = illustration.bleed
    ? await whole(drawn, face, dpi, guides)
    : await trimmed(drawn, face, 'inline', dpi, guides);
  return row([picture], dpi);
}

/** A face cut along its trim, corners and holes. */
async function trimmed(
  drawn: Drawn,
  face: Face,
  steps: Layout['steps'],
  dpi: number,
  guides: readonly Guide[] = [],
): Promise<Picture> {
  const { card, bleed } = drawn.layout.template;
  const area = { x: bleed, y: bleed, width: card.width, height: card.height };
  const picture = await raster(drawn, face, steps, dpi, area);
  const { width, height } = picture;
  const dots = dpi / 25.4;
  const holes = card.holes.map(
    ({ at: [x, y], size: [w, h] }) =>
      `<rect x="${x * dots}" y="${y * dots}" width="${w * dots}" height="${h * dots}" rx="${(Math.min(w, h) / 2) * dots}" fill="black"/>`,
  );
  const shape = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><mask id="m"><rect width="${width}" height="${height}" rx="${card.corner * dots}" fill="white"/>${holes.join('')}</mask><rect width="${width}" height="${height}" mask="url(#m)"/></svg>`;
  const png = await sharp(picture.png)
    .composite([
      ...over(guides, width, height, dots, 0),
      { input: Buffer.from(shape), blend: 'dest-in' as const },
    ])
    .png()
    .toBuffer();
  return { png, width, height };
}

/** A face with its bleed, as the press gets it. */
async function whole(drawn: Drawn, face: Face, dpi: number, guides: readonly Guide[]): Promise<Picture> {
  const { card, bleed } = drawn.layout.template;
  const area = { x: 0, y: 0, width: card.width + 2 * bleed, height: card.height + 2 * bleed };
  const picture = await raster(drawn, face, 'inline', dpi, area);
  const { width, height } = picture;
  const png = await sharp(picture.png)
    .composite(over(guides, width, height, dpi / 25.4, bleed))
    .png()
    .toBuffer();
  return { png, width, height };
}

async function raster(
  { layout, card, run }: Drawn,
  face: Face,
  steps: Layout['steps'],
  dpi: number,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<Picture> {
  const about = { title: layout.template.name, created: new Date(0), id: new Uint8Array(16) };
  const pages = await openPdf(renderArt({ ...layout, steps }, face, about, { card, run }), 'the face');
  try {
    const page = pages.render(1, dpi);
    const dots = (mm: number) => Math.round((mm / 25.4) * dpi);
    const [width, height] = [dots(area.width), dots(area.height)];
    const png = await sharp(page.rgba, { raw: { width: page.width, height: page.height, channels: 4 } })
      .extract({ left: dots(area.x), top: dots(area.y), width, height })
      .png()
      .toBuffer();
    return { png, width, height };
  } finally {
    pages.close();
  }
}

function over(guides: readonly Guide[], width: number, height: number, dots: number, shift: number) {
  if (guides.length === 0) return [];
  const shapes = guides.map(({ x, y, width: w, height: h, colour }) =>
    w === 0 && h === 0
      ? `<circle cx="${(x + shift) * dots}" cy="${(y + shift) * dots}" r="3.4" fill="${colour}"/>`
      : `<rect x="${(x + shift) * dots}" y="${(y + shift) * dots}" width="${w * dots}" height="${h * dots}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-dasharray="6 4"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
  return [{ input: Buffer.from(svg) }];
}

/** Pictures side by side, each with a soft shadow. */
async function row(pictures: readonly Picture[], dpi: number): Promise<Buffer> {
  const edge = Math.round(dpi / 5);
  const width = edge + pictures.reduce((sum, picture) => sum + picture.width + edge, 0);
  const height = Math.max(...pictures.map((picture) => picture.height)) + 2 * edge;
  let left = edge;
  const placed = [];
  for (const { png, width: own } of pictures) {
    const clear = { r: 40, g: 34, b: 28, alpha: 0 };
    const dark = await sharp(png)
      .ensureAlpha()
      .linear([0, 0, 0, 0.22], [40, 34, 28, 0])
      .extend({ top: edge, bottom: edge, left: edge, right: edge, background: clear })
      .png()
      .toBuffer();
    const shade = await sharp(dark)
      .blur(edge / 5)
      .png()
      .toBuffer();
    placed.push({ input: shade, left: left - edge, top: 3 });
    placed.push({ input: png, left, top: edge });
    left += own + edge;
  }
  return sharp({ create: { width, height, channels: 3, background: GROUND } })
    .composite(placed)
    .png({ palette: true, effort: 10, compressionLevel: 9 })
    .toBuffer();
}
