// The files of a template, opened. What is wrong with one is gathered with the place that names it, so that
// an operator hears of all of them at once.
import { type Complaint, Failure, type Place, badInput } from '../base/failure.ts';
import { type Template, partsOf, sidesOf } from '../plan/template.ts';
import type { Checked } from '../plan/yaml.ts';
import { type Artwork, readArtwork } from './artwork.ts';
import { inkNameOf } from './vector.ts';
import type { Drawing } from './drawing.ts';
import { type Font, openFont } from './font.ts';
import { kept } from '../base/kept.ts';
import type { Profile } from './profile.ts';

const fontOf = kept(openFont);
const artworkOf = kept(readArtwork);
/** With a reader of XML and one of paths, which are loaded for templates that have drawings. */
const drawingOf = kept(async (bytes, file: string) => {
  const { readDrawing } = await import('./drawing.ts');
  return readDrawing(bytes, file);
});

export interface TemplateFiles {
  readonly template: Checked<Template>;
  /** Bytes by the name that the template gives the file. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/** Fonts by the template's names for them. */
export async function openFonts(
  { template, assets }: TemplateFiles,
  complaints: Complaint[],
): Promise<ReadonlyMap<string, Font>> {
  const fonts = new Map<string, Font>();
  for (const [name, file] of Object.entries(template.value.fonts)) {
    const place = template.at('fonts', name);
    const bytes = assets.get(file);
    if (bytes === undefined) complaints.push({ message: `the font ${file} is missing`, place });
    else await gather(complaints, place, () => void fonts.set(name, fontOf(bytes, name, file)));
  }
  return fonts;
}

/** Images by file, each once, in the press's inks. */
export async function openArtwork(
  { template, assets }: TemplateFiles,
  profile: Profile,
  profilePath: string | undefined,
  complaints: Complaint[],
): Promise<ReadonlyMap<string, Artwork>> {
  const artwork = new Map<string, Artwork>();
  for (const [file, place] of imagesOf(template)) {
    const bytes = assets.get(file);
    if (bytes === undefined) complaints.push({ message: `the image ${file} is missing`, place });
    else {
      await gather(complaints, place, async () => {
        artwork.set(file, await artworkOf(bytes, file, profile, profilePath));
      });
    }
  }
  return artwork;
}

/** Drawings by file. A colour that the template names no ink for is complained of where the file is named. */
export async function openDrawings(
  { template, assets }: TemplateFiles,
  complaints: Complaint[],
): Promise<ReadonlyMap<string, Drawing>> {
  const drawings = new Map<string, Drawing>();
  for (const side of sidesOf(template.value)) {
    for (const [index, part] of partsOf(template.value, side).entries()) {
      if (part.part !== 'svg') continue;
      const place = template.at(side, index, 'file');
      const bytes = assets.get(part.file);
      if (bytes === undefined) {
        complaints.push({ message: `the drawing ${part.file} is missing`, place });
        continue;
      }
      await gather(complaints, place, async () => {
        const drawing = await drawingOf(bytes, part.file);
        drawings.set(part.file, drawing);
        const fills = new Set(drawing.shapes.map(({ fill }) => fill));
        const unknown = [...fills].filter((fill) => inkNameOf(part, fill) === undefined);
        if (unknown.length > 0) {
          throw badInput(`${part.file} is drawn in ${unknown.join(', ')}: no ink is named for it`, {
            hint: `inks: { ${unknown.map((fill) => `'${fill}': black`).join(', ')} }`,
          });
        }
      });
    }
  }
  return drawings;
}

/** Images with the place that names each first. */
function imagesOf(template: Checked<Template>): ReadonlyMap<string, Place> {
  const images = new Map<string, Place>();
  for (const side of sidesOf(template.value)) {
    for (const [index, part] of partsOf(template.value, side).entries()) {
      if (part.part === 'image' && !images.has(part.file)) {
        images.set(part.file, template.at(side, index, 'file'));
      }
    }
  }
  return images;
}

/** Does work whose complaints are gathered with the place they are about; other failures pass. */
async function gather(
  complaints: Complaint[],
  place: Place,
  work: () => void | Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'input') throw error;
    // A complaint about a line of a file keeps that line; any other is where the file is named.
    complaints.push(...error.complaints.map((complaint) => ({ place, ...complaint })));
  }
}
