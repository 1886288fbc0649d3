// The finished file against our PDF/X-4 checklist, read by a parser that shares nothing with the writer. It
// says what it would say of anybody's file; that nothing is wrong is no certificate.
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
  PDFRef,
  PDFString,
  decodePDFRawStream,
} from 'pdf-lib';
import { colourFaults } from './x4-content.ts';

/** A file opened for checking. */
export interface OpenFile {
  readonly document: PDFDocument;
  readonly dicts: readonly PDFDict[];
  readonly streams: readonly PDFRawStream[];
}

/** What is wrong with a file, in words; empty where nothing is. */
export async function checkX4(bytes: Uint8Array): Promise<readonly string[]> {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const version = /^%PDF-1\.([0-9])/.exec(head)?.[1];
  if (version === undefined) return ['the file does not begin as a PDF'];
  if (Buffer.from(bytes).lastIndexOf('/Encrypt') > bytes.length - 1024) return ['the file is encrypted'];
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const objects = document.context.enumerateIndirectObjects().map(([, object]) => object);
  const streams = objects.filter((object) => object instanceof PDFRawStream);
  const dicts = [...objects.flatMap(nestedDicts), ...streams.flatMap(({ dict }) => nestedDicts(dict))];
  const file = { document, dicts, streams };
  return [
    ...(Number(version) > 6 ? [`the header says PDF 1.${version}: PDF/X-4 goes up to 1.6`] : []),
    ...trailerFaults(file),
    ...metadataFaults(file),
    ...intentFaults(file),
    ...pageFaults(file),
    ...forbidden(file),
    ...colourFaults(file),
    ...fontFaults(file),
    ...layerFaults(file),
  ];
}

function nestedDicts(object: PDFObject): PDFDict[] {
  if (object instanceof PDFDict) return [object, ...object.values().flatMap(nestedDicts)];
  if (object instanceof PDFArray) return object.asArray().flatMap(nestedDicts);
  return [];
}

export const key = (name: string) => PDFName.of(name);
export const nameAt = (dict: PDFDict, name: string) => {
  const value = dict.lookup(key(name));
  return value instanceof PDFName ? value.decodeText() : undefined;
};
const textAt = (dict: PDFDict, name: string) => {
  const value = dict.lookup(key(name));
  return value instanceof PDFString || value instanceof PDFHexString ? value.decodeText() : undefined;
};

function trailerFaults({ document }: OpenFile): readonly string[] {
  const { ID, Encrypt } = document.context.trailerInfo;
  const id = ID instanceof PDFArray ? ID.asArray() : [];
  const sixteen =
    id.length === 2 && id.every((part) => part instanceof PDFHexString && part.asBytes().length === 16);
  return [
    ...(Encrypt === undefined ? [] : ['the file is encrypted']),
    ...(sixteen ? [] : ['the trailer has no ID of two times 16 bytes']),
  ];
}

/** XMP is there, readable without a PDF parser, complete, and says what Info says. */
function metadataFaults({ document }: OpenFile): readonly string[] {
  const stream = document.catalog.lookup(key('Metadata'));
  if (!(stream instanceof PDFRawStream)) return ['the catalogue has no XMP'];
  const faults: string[] = [];
  if (stream.dict.has(key('Filter'))) faults.push('the XMP is compressed');
  const xmp = Buffer.from(stream.contents).toString('utf8');
  const said = (name: string) =>
    [...xmp.matchAll(new RegExp(`<${name}>(?:<rdf:Alt><rdf:li xml:lang="x-default">)?([^<]*)<`, 'g'))].map(
      ([, text = '']) => unescaped(text),
    );
  if (!xmp.startsWith('<?xpacket begin=') || !/<\?xpacket end="[rw]"\?>\s*$/.test(xmp))
    faults.push('the XMP has no packet around it');
  if (said('pdfxid:GTS_PDFXVersion').join() !== 'PDF/X-4') faults.push('the XMP does not say PDF/X-4 once');
  for (const name of [
    'xmp:MetadataDate',
    'xmpMM:DocumentID',
    'xmpMM:InstanceID',
    'xmpMM:VersionID',
    'xmpMM:RenditionClass',
  ])
    if (!said(name)[0]) faults.push(`the XMP has no ${name}`);
  const info = document.context.lookup(document.context.trailerInfo.Info);
  if (!(info instanceof PDFDict)) return [...faults, 'there is no Info dictionary'];
  const trapped = nameAt(info, 'Trapped');
  if (trapped !== 'True' && trapped !== 'False') faults.push('Info does not say whether it is trapped');
  for (const [twin, own] of [
    ['dc:title', document.getTitle()],
    ['xmp:CreatorTool', document.getCreator()],
    ['pdf:Producer', document.getProducer()],
    ['xmp:CreateDate', instant(document.getCreationDate())],
    ['xmp:ModifyDate', instant(document.getModificationDate())],
    ['pdf:Trapped', trapped],
  ] as const) {
    const [value] = said(twin);
    if (!own || !value) faults.push(`${twin} is missing in XMP or Info`);
    else if ((twin.endsWith('Date') ? instant(new Date(value)) : value) !== own)
      faults.push(`${twin} differs between XMP and Info`);
  }
  return faults;
}

const instant = (date: Date | undefined) => date?.toISOString();

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function intentFaults({ document }: OpenFile): readonly string[] {
  const intents = document.catalog.lookup(key('OutputIntents'));
  const [intent, ...more] =
    intents instanceof PDFArray ? intents.asArray().map((_, index) => intents.lookup(index)) : [];
  if (!(intent instanceof PDFDict) || more.length > 0) return ['there is not exactly one output intent'];
  const faults: string[] = [];
  if (nameAt(intent, 'S') !== 'GTS_PDFX') faults.push('the output intent is not one of PDF/X');
  const condition = textAt(intent, 'OutputConditionIdentifier');
  if (!condition) faults.push('the output intent names no condition');
  if (condition !== 'Custom' && !textAt(intent, 'RegistryName')) faults.push('the condition has no registry');
  const profile = intent.lookup(key('DestOutputProfile'));
  if (!(profile instanceof PDFRawStream)) return [...faults, 'the output intent embeds no profile'];
  const icc = Buffer.from(decodePDFRawStream(profile).decode());
  if (icc.toString('latin1', 12, 20) !== 'prtrCMYK') faults.push('the profile is not one of a CMYK press');
  if ((icc[8] ?? 9) > 4) faults.push('the profile is newer than ICC version 4');
  if (profile.dict.lookup(key('N'))?.toString() !== '4')
    faults.push('the profile is not said to have 4 channels');
  return faults;
}

function pageFaults({ document }: OpenFile): readonly string[] {
  return document.getPages().flatMap(({ node }, index) => {
    const box = (name: string) => {
      const array = node.lookup(key(name));
      const numbers =
        array instanceof PDFArray
          ? array.asArray().map((item) => (item instanceof PDFNumber ? item.asNumber() : NaN))
          : [];
      return numbers.length === 4 ? (numbers as [number, number, number, number]) : undefined;
    };
    const [media, bleed, trim] = [box('MediaBox'), box('BleedBox'), box('TrimBox')];
    const within = (inner?: readonly number[], outer?: readonly number[]) =>
      inner !== undefined &&
      outer !== undefined &&
      inner.every((at, edge) =>
        edge < 2 ? at >= (outer[edge] ?? 0) - 1e-3 : at <= (outer[edge] ?? 0) + 1e-3,
      );
    const told: string[] = [];
    if (trim === undefined || node.has(key('ArtBox'))) told.push('has not exactly a TrimBox');
    if (!within(trim, bleed) || !within(bleed, media)) told.push('has boxes that are not inside each other');
    if (node.has(key('UserUnit'))) told.push('has a UserUnit');
    for (const name of ['Annots', 'AA', 'SeparationInfo', 'PresSteps'])
      if (node.has(key(name))) told.push(`has ${name}`);
    return told.map((fault) => `page ${index + 1} ${fault}`);
  });
}

/** Keys that a press file never has, with the values that are harmless. */
const FORBIDDEN = [
  'AcroForm',
  'XFA',
  'OpenAction',
  'JavaScript',
  'JS',
  'EmbeddedFiles',
  'AlternatePresentations',
  'TR',
  'HTP',
  'OPI',
  'Alternates',
  'Ref',
  'DestOutputProfileRef',
  'Encrypt',
  'AS',
] as const;

function forbidden({ document, dicts, streams }: OpenFile): readonly string[] {
  const faults = new Set<string>();
  for (const dict of dicts) {
    for (const name of FORBIDDEN) if (dict.has(key(name))) faults.add(`the file has ${name}`);
    if (nameAt(dict, 'Subtype') === 'PS') faults.add('the file has a PostScript object');
    const transfer = nameAt(dict, 'TR2');
    if (dict.has(key('TR2')) && transfer !== 'Default') faults.add('the file has a transfer function');
  }
  for (const { dict } of streams) {
    const filters = dict.lookup(key('Filter'))?.toString() ?? '';
    if (/LZW|Crypt/.test(filters)) faults.add(`the file has a stream in ${filters}`);
    if (dict.has(key('F'))) faults.add('the file has a stream that lies elsewhere');
  }
  if (document.catalog.has(key('AA'))) faults.add('the catalogue has actions');
  return [...faults];
}

function fontFaults({ dicts, document }: OpenFile): readonly string[] {
  return dicts
    .filter(
      (dict) =>
        nameAt(dict, 'Type') === 'Font' &&
        /^(Type1|TrueType|CIDFontType[02])$/.test(nameAt(dict, 'Subtype') ?? ''),
    )
    .flatMap((font) => {
      const descriptor = document.context.lookup(font.get(key('FontDescriptor')));
      const name = nameAt(font, 'BaseFont') ?? 'a font';
      const embedded =
        descriptor instanceof PDFDict &&
        ['FontFile', 'FontFile2', 'FontFile3'].some((file) => descriptor.has(key(file)));
      return [
        ...(embedded ? [] : [`${name} is not embedded`]),
        ...(nameAt(font, 'Subtype') === 'CIDFontType2' && !font.has(key('CIDToGIDMap'))
          ? [`${name} has no CIDToGIDMap`]
          : []),
      ];
    });
}

function layerFaults({ document, dicts }: OpenFile): readonly string[] {
  const groups = dicts.filter((dict) => nameAt(dict, 'Type') === 'OCG');
  const properties = document.catalog.lookup(key('OCProperties'));
  if (!(properties instanceof PDFDict))
    return groups.length === 0 ? [] : ['there are layers and no list of them'];
  const faults: string[] = [];
  const config = properties.lookup(key('D'));
  const listed = properties.lookup(key('OCGs'));
  if (!(config instanceof PDFDict) || !(listed instanceof PDFArray))
    return ['the list of layers is not whole'];
  if (!textAt(config, 'Name')) faults.push('the configuration of layers has no name');
  const base = nameAt(config, 'BaseState');
  if (base !== undefined && base !== 'ON') faults.push('layers are not on from the start');
  const off = config.lookup(key('OFF'));
  if (off instanceof PDFArray && off.size() > 0) faults.push('a layer is switched off');
  const ordered = refsIn(config.lookup(key('Order')));
  for (const reference of refsIn(listed))
    if (!ordered.includes(reference)) faults.push(`the layer ${reference} is not in the order`);
  if (groups.some((group) => !textAt(group, 'Name'))) faults.push('a layer has no name');
  return faults;
}

function refsIn(object: PDFObject | undefined): readonly string[] {
  if (object instanceof PDFRef) return [object.toString()];
  return object instanceof PDFArray ? object.asArray().flatMap(refsIn) : [];
}
