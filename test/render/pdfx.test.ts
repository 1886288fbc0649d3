// The file as a press's preflight looks at it, over parsers that share nothing with what wrote it.
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFRawStream,
  PDFRef,
  type PDFObject,
  decodePDFRawStream,
} from 'pdf-lib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { PRINTABLE_ASCII } from '../../src/plan/format.ts';
import { cardsOf, layoutOf, pdfOf } from './samples.ts';
import { expectGolden } from './golden.ts';
import { ghostscript, run, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();
const TITLE = 'Spring & "summer" <1> ÆØÅ';

const art = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();
const TEMPLATE = `name: all
inks: { navy: { cmyk: [100, 70, 20, 30] } }
fonts:
  text: ../fonts/Inter-Regular.ttf
  mono: ../fonts/JetBrainsMono-Medium.ttf
front:
  - { part: rect, at: [-3, -3], size: [91.6, 59.98], fill: navy }
  - { part: image, file: art.png, at: [10, 10], size: [30, 20] }
  - { part: text, text: "AVATAR -> To", at: [10, 42], font: text, size: 9, ink: white, tracking: 20 }
back:
  - { part: barcode, data: token, at: [3, 6], size: [79.6, 12] }
  - { part: text, text: "{token}", at: [42.8, 22], font: mono, size: 8, align: center, groups: 4 }
  - { part: rect, at: [6, 28], size: [38, 20], corner: 1.5, stroke: black }
  - { part: barcode, data: pin, at: [8, 30], size: [34, 10] }
  - { part: text, text: "{pin}", at: [25, 44.6], font: mono, size: 9, align: center }
`;
const layout = await layoutOf({ template: TEMPLATE, assets: { 'art.png': art } });
const cards = cardsOf(13);
const bytes = await pdfOf(layout, cards, { title: TITLE });
const file = folder.write('volume.pdf', bytes);
const document = await PDFDocument.load(bytes, { updateMetadata: false });

const objects = document.context.enumerateIndirectObjects();
const dictOf = (object: PDFObject) =>
  object instanceof PDFRawStream ? object.dict : object instanceof PDFDict ? object : undefined;
const dicts = objects.flatMap(([, object]) => dictOf(object) ?? []);
const ofType = (type: string) => dicts.filter((dict) => dict.get(PDFName.of('Type')) === PDFName.of(type));
const drawn = [
  ...ofType('Page').map((page) => page.lookup(PDFName.of('Contents'))),
  ...objects.flatMap(([, object]) =>
    dictOf(object)?.get(PDFName.of('Subtype')) === PDFName.of('Form') ? [object] : [],
  ),
];
const contents = drawn.map((stream) =>
  Buffer.from(decodePDFRawStream(stream as PDFRawStream).decode()).toString('latin1'),
);
const xmp = () => {
  const [stream] = objects.flatMap(([, object]) =>
    object instanceof PDFRawStream && object.dict.get(PDFName.of('Type')) === PDFName.of('Metadata')
      ? [object]
      : [],
  );
  return { dict: stream!.dict, text: Buffer.from(stream!.contents).toString('utf8') };
};

describe('PDF/X-4', () => {
  test('says so in its head, its trailer and its catalogue', () => {
    expect(bytes.subarray(0, 9).toString('latin1')).toBe('%PDF-1.6\n');
    expect(document.context.trailerInfo.Encrypt).toBeUndefined();
    const id = document.context.trailerInfo.ID as PDFArray;
    expect(id.toString()).toBe('[ <000b16212c37424d58636e79848f9aa5> <000b16212c37424d58636e79848f9aa5> ]');
    expect(
      document.catalog
        .keys()
        .map((key) => key.decodeText())
        .sort(),
    ).toEqual(['Metadata', 'Names', 'OutputIntents', 'Pages', 'Type']);
  });

  test('says the same of itself in Info and in XMP', () => {
    const { dict, text } = xmp();
    expect(dict.has(PDFName.of('Filter'))).toBe(false);
    const said = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
    const unescaped = (value = '') =>
      value
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&');
    expect(unescaped(/x-default">([^<]*)</.exec(text)?.[1])).toBe(TITLE);
    expect(document.getTitle()).toBe(TITLE);
    expect(said('xmp:CreatorTool')).toBe(document.getCreator());
    expect(said('pdf:Producer')).toBe(document.getProducer());
    for (const date of ['xmp:CreateDate', 'xmp:ModifyDate', 'xmp:MetadataDate'])
      expect(said(date)).toBe('2026-11-23T06:00:00Z');
    expect(document.getCreationDate()?.toISOString()).toBe('2026-11-23T06:00:00.000Z');
    expect(document.getModificationDate()?.toISOString()).toBe('2026-11-23T06:00:00.000Z');
    expect(said('pdfxid:GTS_PDFXVersion')).toBe('PDF/X-4');
    expect(said('pdf:Trapped')).toBe('False');
    for (const name of ['DocumentID', 'InstanceID', 'VersionID', 'RenditionClass'])
      expect(said(`xmpMM:${name}`)).toBeTruthy();
    const info = document.context.lookup(document.context.trailerInfo.Info, PDFDict);
    expect(info.lookup(PDFName.of('Trapped'))).toBe(PDFName.of('False'));
  });

  test('has one output intent, with its profile inside', () => {
    const intents = document.catalog.lookup(PDFName.of('OutputIntents'), PDFArray);
    expect(intents.size()).toBe(1);
    const intent = intents.lookup(0, PDFDict);
    expect(intent.get(PDFName.of('S'))).toBe(PDFName.of('GTS_PDFX'));
    expect(intent.get(PDFName.of('OutputConditionIdentifier'))?.toString()).toBe('(FOGRA39)');
    const profile = document.context.lookup(intent.get(PDFName.of('DestOutputProfile'))) as PDFRawStream;
    expect(Buffer.from(decodePDFRawStream(profile).decode()).equals(Buffer.from(layout.profile.bytes))).toBe(
      true,
    );
  });

  test('has boxes one inside the other, and nothing that a press must not meet', () => {
    for (const page of ofType('Page')) {
      const [media, bleed, trim] = ['MediaBox', 'BleedBox', 'TrimBox'].map((box) =>
        page
          .lookup(PDFName.of(box), PDFArray)
          .asArray()
          .map((number) => Number(number.toString())),
      );
      for (const [outer, inner] of [
        [media!, bleed!],
        [bleed!, trim!],
      ] as const) {
        expect(
          inner[0]! > outer[0]! && inner[1]! > outer[1]! && inner[2]! < outer[2]! && inner[3]! < outer[3]!,
        ).toBe(true);
      }
      const keys = page
        .keys()
        .map((key) => key.decodeText())
        .sort();
      expect(keys).toEqual(['BleedBox', 'Contents', 'MediaBox', 'Parent', 'Resources', 'TrimBox', 'Type']);
    }
    const all = dicts.flatMap((dict) => dict.keys().map((key) => key.decodeText()));
    for (const key of [
      'Annots',
      'AA',
      'OpenAction',
      'AcroForm',
      'JavaScript',
      'EmbeddedFiles',
      'UserUnit',
      'SMask',
      'TR',
      'ca',
      'CA',
      'Alternates',
      'OPI',
    ]) {
      expect(all).not.toContain(key);
    }
  });

  test('paints in CMYK alone', () => {
    const bare = contents.map((content) => content.replaceAll(/<[0-9a-f]*>|\/\w+/g, ''));
    const operators = new Set(bare.flatMap((content) => content.match(/[A-Za-z*]+/g) ?? []));
    // Of colour k and K, and what names a plate of its own; no rg, RG, g, G, sc, SC, sh.
    expect([...operators].sort().join(' ')).toBe(
      'BT CS Do ET Q S SCN TJ Tc Td Tf cm f gs k l m q re w K c h'.split(' ').sort().join(' '),
    );
    const spaces = dicts.flatMap((dict) => dict.get(PDFName.of('ColorSpace'))?.toString() ?? []);
    // Of the image; of what forms and pages may name, the plate of the marks alone.
    const plates: unknown = expect.stringMatching(
      /^<<\s+\/Cs1 \[ \/Separation \/All \/DeviceCMYK \d+ 0 R \]\s+>>$/,
    );
    expect(spaces).toEqual([plates, plates, '/DeviceCMYK']);
  });

  test('embeds every font, with tags that belong to this file', () => {
    const descriptors = ofType('FontDescriptor');
    expect(descriptors).toHaveLength(2);
    expect(descriptors.every((dict) => dict.has(PDFName.of('FontFile2')))).toBe(true);
    const names = descriptors.map((dict) => dict.get(PDFName.of('FontName'))?.toString());
    expect(names.map((name) => name?.slice(8))).toEqual(['Inter-Regular', 'JetBrainsMono-Medium']);
    expect(new Set(names.map((name) => name?.slice(1, 7))).size).toBe(2);
  });

  test('holds art and images once, however many cards', () => {
    const subtypes = dicts.map((dict) => dict.get(PDFName.of('Subtype'))?.toString());
    expect(subtypes.filter((subtype) => subtype === '/Image')).toHaveLength(1);
    // Of each side its art and its crop marks; and the crossed-out slot.
    expect(subtypes.filter((subtype) => subtype === '/Form')).toHaveLength(5);
  });

  test('draws a symbol as one path and one fill', () => {
    const page = contents.find((content) => content.includes('0 0 0 1 k') && content.includes(' re\n'))!;
    const fills = contents.map(
      (content) => content.match(/ 1 re\n(?:[\d.]+ 0 [\d.]+ 1 re\n)*f Q/g)?.length ?? 0,
    );
    // Token and PIN of each card, and the code of each sheet.
    expect(fills.reduce((sum, count) => sum + count)).toBe(2 * cards.length + 2);
    expect(page).not.toContain('NaN');
  });

  test('has a structure that a reader can follow', () => {
    const known = (dict: PDFDict) =>
      dict.entries().map(
        ([key, value]) =>
          `${key.decodeText()}=${
            value instanceof PDFRef
              ? 'ref'
              : value
                  .toString()
                  .replaceAll(/\d+ 0 R/g, 'ref')
                  .replaceAll(/\s+/g, ' ')
          }`,
      );
    const lines = objects
      .map(([, object]) => dictOf(object))
      .filter((dict) => dict !== undefined)
      .map((dict) =>
        known(dict)
          .filter((entry) => !/^(Length|W|FontBBox|FontName|BaseFont)/.test(entry))
          .join(' '),
      );
    expectGolden('volume-structure.txt', `${lines.join('\n')}\n`);
  });
});

describe('bytes', () => {
  test('are the same for the same job', async () => {
    expect((await pdfOf(layout, cards, { title: TITLE })).equals(bytes)).toBe(true);
    const again = await layoutOf({ template: TEMPLATE, assets: { 'art.png': art } });
    expect((await pdfOf(again, cards, { title: TITLE })).equals(bytes)).toBe(true);
  });

  test('hold no code but as ink', () => {
    const text = bytes.toString('latin1');
    for (const { tokenText, pinText } of cards) {
      expect(text).not.toContain(tokenText);
      expect(xmp().text).not.toContain(pinText);
    }
  });
});

describe('other programs agree', () => {
  testWith('qpdf', 'qpdf finds no fault', () => {
    expect(run('qpdf', '--check', file)).toContain('No syntax or stream encoding errors found');
  });

  testWith('gs', 'Ghostscript stops at nothing', () => {
    ghostscript('-dPDFSTOPONERROR', '-dPDFSTOPONWARNING', '-sDEVICE=nullpage', file);
  });

  testWith('pdfinfo', 'pdfinfo calls it PDF/X-4', () => {
    const said = run('pdfinfo', '-box', file);
    expect(said).toContain('PDF subtype:    PDF/X-4');
    expect(said).toMatch(/TrimBox: +46\.44 +89\.40 +548\.76 +752\.52/);
    expect(said).toMatch(/Pages: +4/);
  });

  testWith('pdffonts', 'pdffonts finds every font embedded, a subset, with its characters', () => {
    const fonts = run('pdffonts', file).trim().split('\n').slice(2);
    expect(fonts).toHaveLength(2);
    for (const font of fonts) expect(font).toMatch(/yes yes yes/);
  });

  testWith('pdftotext', 'every printable ASCII character is found again as itself', async () => {
    const text = PRINTABLE_ASCII.replace(' ', '');
    const halves = [text.slice(0, 47), text.slice(47)];
    const lines = ['mono', 'text'].map(
      (font, index) =>
        `  - { part: text, text: "{card_id}", at: [3, ${24 + 2 * index}], font: ${font}, size: 4 }\n`,
    );
    const wide = await layoutOf(
      { template: TEMPLATE + lines.join(''), assets: { 'art.png': art } },
      { cards: [{ serial: 1, cardId: text.slice(0, 47) }] },
    );
    const odd = cardsOf(2).map((card, index) => ({ ...card, cardId: halves[index]! }));
    const path = folder.write('ascii.pdf', await pdfOf(wide, odd));
    const found = run('pdftotext', '-raw', path, '-');
    for (const half of halves) expect(found.split(half)).toHaveLength(3);
  });
});
