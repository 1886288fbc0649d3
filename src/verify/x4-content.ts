// Colour in a finished file: every colour space, image and content stream, walked for what a press that is
// given CMYK cannot print as it stands.
import {
  PDFArray,
  PDFBool,
  PDFDict,
  PDFName,
  type PDFObject,
  PDFRawStream,
  decodePDFRawStream,
} from 'pdf-lib';
import { type OpenFile, key, nameAt } from './x4.ts';

/** Spaces that need no profile beside the output intent's. */
const ALLOWED = ['DeviceCMYK', 'DeviceGray', 'Pattern'];

export function colourFaults(file: OpenFile): readonly string[] {
  return [...spaceFaults(file), ...stateFaults(file), ...contentFaults(file)];
}

function spaceFaults({ dicts }: OpenFile): readonly string[] {
  const faults = new Set<string>();
  const tints = new Map<string, string>();
  const judge = (space: PDFObject | undefined): void => {
    if (space instanceof PDFName) {
      if (!ALLOWED.includes(space.decodeText())) faults.add(`the file has colour in ${space.decodeText()}`);
      return;
    }
    if (!(space instanceof PDFArray)) return;
    const kind = space.lookup(0);
    if (!(kind instanceof PDFName)) return;
    if (kind.decodeText() !== 'Separation') {
      faults.add(`the file has colour in ${kind.decodeText()}`);
      return;
    }
    judge(space.lookup(2));
    const name = String(space.lookup(1));
    const tint = `${String(space.lookup(2))} ${functionText(space.lookup(3))}`;
    if ((tints.get(name) ?? tint) !== tint) faults.add(`the plate ${name} has more than one appearance`);
    tints.set(name, tint);
  };
  for (const dict of dicts) {
    const space = dict.lookup(key('ColorSpace'));
    if (space instanceof PDFDict) for (const name of space.keys()) judge(space.lookup(name));
    else judge(space);
    if (nameAt(dict, 'S') === 'Transparency') judge(dict.lookup(key('CS')));
  }
  for (const name of ['DefaultRGB', 'DefaultCMYK', 'DefaultGray'])
    if (dicts.some((dict) => dict.has(key(name)))) faults.add(`the file has ${name}`);
  return [...faults];
}

const functionText = (object: PDFObject | undefined) =>
  object instanceof PDFDict
    ? `${String(object.get(key('C0')))} ${String(object.get(key('C1')))}`
    : String(object);

const isTrue = (object: PDFObject | undefined) => object instanceof PDFBool && object.asBoolean();

/** Overprint is said for strokes and fills alike, and nothing shows through. */
function stateFaults({ dicts }: OpenFile): readonly string[] {
  const states = dicts.filter((dict) => nameAt(dict, 'Type') === 'ExtGState');
  return states.flatMap((state) => {
    const [strokes, fills] = [isTrue(state.get(key('OP'))), isTrue(state.get(key('op')))];
    return [
      ...(strokes === fills ? [] : ['a graphics state overprints strokes and fills differently']),
      ...(['ca', 'CA', 'SMask'].some((name) => state.has(key(name)))
        ? ['a graphics state lets things show through']
        : []),
    ];
  });
}

const RGB = /(?:^|\s)(?:rg|RG)(?:\s|$)/;
const LOOSE = /(?:^|\s)(?:sh|ri|BI)(?:\s|$)/;

/** Content without its strings and names, so that only operators and numbers are left. */
function bare(content: string): string {
  return content.replaceAll(/\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|\/[^\s/<>[\]()]+/g, ' ');
}

function contentFaults({ streams, dicts, document }: OpenFile): readonly string[] {
  const faults = new Set<string>();
  const contents = new Set<PDFRawStream>(streams.filter(({ dict }) => nameAt(dict, 'Subtype') === 'Form'));
  for (const dict of dicts) {
    if (nameAt(dict, 'Type') !== 'Page') continue;
    const content = document.context.lookup(dict.get(key('Contents')));
    const parts =
      content instanceof PDFArray
        ? content.asArray().map((part) => document.context.lookup(part))
        : [content];
    for (const part of parts) if (part instanceof PDFRawStream) contents.add(part);
  }
  for (const stream of contents) {
    const operators = bare(Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1'));
    if (RGB.test(operators)) faults.add('a content stream paints in RGB');
    if (LOOSE.test(operators)) faults.add('a content stream has a shading, an intent or an image of its own');
    if (/NaN|undefined|Infinity/.test(operators)) faults.add('a content stream has a number that is none');
  }
  return [...faults];
}
