// The PDF/X-4 shell: what makes a file one that a press takes as it is.
import type { Artwork } from './artwork.ts';
import type { Font } from './font.ts';
import type { SpotInk } from './mark.ts';
import {
  type Dictionary,
  type PdfFont,
  PdfObjects,
  type Reference,
  bare,
  deflated,
  nameOf,
  text,
} from './pdf-objects.ts';
import { CONDITION_REGISTRY, type Profile } from './profile.ts';
import { STEP_GROUP } from './steps-off.ts';
import { CREATOR, type Description, PRODUCER, xmpPacket } from './xmp.ts';

/** Left, bottom, right and top, points from the page's bottom left. */
export type Box = readonly [number, number, number, number];

/** A layer that a reader can switch off; `step` is its processing step, where it is one. */
export interface Layer {
  readonly name: string;
  readonly step?: { readonly group: string; readonly type?: string };
}

export interface PdfPage {
  readonly media: Box;
  readonly bleed: Box;
  readonly trim: Box;
  readonly content: string;
}

/** Graphics states: names in every content stream. */
export const KNOCKOUT = 'Knock';
export const OVERPRINT = 'Over';
export const PALE = 'Pale';

/** Records in one array of the tree of records. */
const PART_ROW = 4096;
/** Pages under one node of the page tree. */
const NODE_PAGES = 64;

/** One PDF/X-4 file, written from its head to its end. */
export class PressPdf {
  readonly #pdf: PdfObjects;
  readonly #description: Description;
  /** What forms may use, and what pages may: pages may use forms. */
  readonly #art: Reference;
  readonly #sheet: Reference;
  readonly #fonts: Record<string, Reference> = {};
  readonly #images: Record<string, Reference> = {};
  readonly #forms: Record<string, Reference> = {};
  readonly #spots: Record<string, unknown> = {};
  readonly #layers: (Layer & { readonly reference: Reference })[] = [];
  readonly #states: Dictionary = { [KNOCKOUT]: graphicsState(false), [OVERPRINT]: graphicsState(true) };
  readonly #nodes: Reference[] = [];
  #node: { readonly reference: Reference; readonly kids: string[] } | undefined;
  #parts: { readonly root: Reference; readonly node: Reference; readonly leaves: number[] } | undefined;
  #pages = 0;
  #transparent = false;

  constructor(description: Description, profile: Profile) {
    this.#description = description;
    const { title, created } = description;
    const info = {
      Title: title,
      Creator: CREATOR,
      Producer: PRODUCER,
      CreationDate: created,
      ModDate: created,
      GTS_PDFXVersion: 'PDF/X-4',
      Trapped: nameOf('False'),
    };
    const pdf = new PdfObjects(info, description.id, () => this.#writeMetadata());
    this.#pdf = pdf;
    this.#writeOutputIntent(profile);

    const shared = { Font: this.#fonts, ExtGState: this.#states, ColorSpace: this.#spots };
    this.#art = pdf.ref({ ...shared, XObject: this.#images });
    this.#sheet = pdf.ref({ ...shared, XObject: this.#forms });
  }

  /** Lets marks show what lies below. For previews: a press file has no transparency. */
  allowTransparency(): void {
    this.#states[PALE] = { ...graphicsState(false), ca: 0.3 };
    this.#transparent = true;
  }

  /** Bytes that are written and not yet taken. */
  get waiting(): number {
    return this.#pdf.waiting;
  }

  /** Takes what is written. */
  take(): Uint8Array {
    return this.#pdf.take();
  }

  addFont(font: Font): PdfFont {
    const embedded = this.#pdf.embed(font, Object.keys(this.#fonts).length + 1);
    this.#fonts[embedded.font.resource] = embedded.reference;
    return embedded.font;
  }

  /** Declares a plate of its own, and gives the name by which content paints on it. */
  addSpot({ spot, cmyk }: SpotInk): string {
    const name = `Cs${Object.keys(this.#spots).length + 1}`;
    const tint = this.#pdf.ref({
      FunctionType: 2,
      Domain: [0, 1],
      C0: [0, 0, 0, 0],
      C1: cmyk.map((percent) => percent / 100),
      N: 1,
    });
    tint.end();
    this.#spots[name] = ['Separation', nameOf(spot), 'DeviceCMYK', tint];
    return name;
  }

  /** Adds a layer over those there are, and gives the name by which pages put content into it. */
  addLayer(layer: Layer): string {
    const reference = this.#pdf.ref({
      Type: 'OCG',
      Name: text(layer.name),
      ...(layer.step !== undefined && {
        GTS_Metadata: {
          GTS_ProcStepsGroup: nameOf(layer.step.group),
          ...(layer.step.type !== undefined && { GTS_ProcStepsType: nameOf(layer.step.type) }),
        },
      }),
    });
    reference.end();
    this.#layers.push({ ...layer, reference });
    const name = `L${this.#layers.length}`;
    this.#sheet.data.Properties = Object.fromEntries(
      this.#layers.map((known, index) => [`L${index + 1}`, known.reference]),
    );
    return name;
  }

  /** Writes an image and gives the name by which forms place it, as a unit square. */
  addImage({ width, height, space, data }: Artwork): string {
    const name = `Im${Object.keys(this.#images).length + 1}`;
    const image = this.#pdf.ref({
      Type: 'XObject',
      Subtype: 'Image',
      Width: width,
      Height: height,
      ColorSpace: space,
      BitsPerComponent: 8,
      Filter: 'FlateDecode',
    });
    image.end(data);
    this.#images[name] = image;
    return name;
  }

  /** Writes content that pages place, in its own coordinates, and gives the name by which they do. */
  addForm(content: string, box: Box): string {
    const name = `Fm${Object.keys(this.#forms).length + 1}`;
    const form = this.#pdf.ref({
      Type: 'XObject',
      Subtype: 'Form',
      BBox: box,
      Resources: this.#art,
      Filter: 'FlateDecode',
    });
    form.end(deflated(content));
    this.#forms[name] = form;
    return name;
  }

  /**
   * Writes the pages of one record; what the record says of itself stands in the file as it is.
   * @param facts never a secret; keys are XML name tokens
   */
  addRecord(facts: Readonly<Record<string, string | number>>, pages: readonly PdfPage[]): void {
    this.#parts ??= { root: this.#pdf.ref(), node: this.#pdf.ref(), leaves: [] };
    const leaf = this.#pdf.ref({
      Type: 'DPart',
      Parent: this.#parts.node,
      DPM: Object.fromEntries(
        Object.entries(facts).map(([key, value]) => [key, typeof value === 'number' ? value : text(value)]),
      ),
    });
    const written = pages.map((page) => this.addPage(page, leaf));
    leaf.data.Start = bare(`${written[0] ?? 0} 0 R`);
    leaf.data.End = bare(`${written.at(-1) ?? 0} 0 R`);
    leaf.end();
    this.#parts.leaves.push(leaf.id);
  }

  /** Writes a page and gives its number, which is all of it that stays in memory. */
  addPage({ media, bleed, trim, content }: PdfPage, record?: Reference): number {
    const contents = this.#pdf.ref({ Filter: 'FlateDecode' });
    contents.end(deflated(content));
    const node = this.#openNode();
    const page = this.#pdf.ref({
      Type: 'Page',
      Parent: node.reference,
      MediaBox: media,
      BleedBox: bleed,
      TrimBox: trim,
      ...(record !== undefined && { DPart: record }),
      ...(this.#transparent && { Group: { S: 'Transparency', CS: 'DeviceCMYK' } }),
      Resources: this.#sheet,
      Contents: contents,
    });
    page.end();
    node.kids.push(`${page.id} 0 R`);
    this.#pages += 1;
    if (node.kids.length === NODE_PAGES) this.#closeNode();
    return page.id;
  }

  /** Writes fonts, page tree and the rest; `take` then gives the last bytes. */
  close(): void {
    this.#closeNode();
    this.#writeLayers();
    this.#writeRecords();
    this.#art.end();
    this.#sheet.end();
    Object.assign(this.#pdf.pages.data, { Kids: this.#nodes, Count: this.#pages });
    this.#pdf.end();
  }

  #openNode(): { readonly reference: Reference; readonly kids: string[] } {
    this.#node ??= {
      reference: this.#pdf.ref({ Type: 'Pages', Parent: this.#pdf.pages }),
      kids: [],
    };
    return this.#node;
  }

  #closeNode(): void {
    if (this.#node === undefined) return;
    const { reference, kids } = this.#node;
    reference.data.Kids = bare(`[${kids.join(' ')}]`);
    reference.data.Count = kids.length;
    reference.end();
    this.#nodes.push(reference);
    this.#node = undefined;
  }

  /** The tree of records: a root over all cards. Its arrays are kept short, for readers of old. */
  #writeRecords(): void {
    if (this.#parts === undefined) return;
    const { root, node, leaves } = this.#parts;
    const rows: string[] = [];
    for (let at = 0; at < leaves.length; at += PART_ROW) {
      const row = leaves.slice(at, at + PART_ROW);
      rows.push(`[${row.map((id) => `${id} 0 R`).join(' ')}]`);
    }
    Object.assign(node.data, { Type: 'DPart', Parent: root, DParts: bare(`[${rows.join(' ')}]`) });
    Object.assign(root.data, {
      Type: 'DPartRoot',
      DPartRootNode: node,
      NodeNameList: ['run', 'card'],
      RecordLevel: 1,
    });
    node.end();
    root.end();
    this.#pdf.catalogue.DPartRoot = root;
  }

  #writeLayers(): void {
    if (this.#layers.length === 0) return;
    const references = (of: (layer: Layer) => boolean) =>
      this.#layers
        .filter(of)
        .map(({ reference }) => `${reference.id} 0 R`)
        .join(' ');
    const all = references(() => true);
    const steps = references(({ step }) => step !== undefined);
    this.#pdf.catalogue.OCProperties = {
      OCGs: bare(`[${all}]`),
      D: {
        Name: text('cardpress'),
        BaseState: 'ON',
        Order: bare(`[${references(({ step }) => step === undefined)} [(${STEP_GROUP}) ${steps}]]`),
        OFF: bare(`[${' '.repeat(steps.length)}]`),
      },
    };
  }

  #writeOutputIntent({ deflated: bytes, description, condition }: Profile): void {
    const profile = this.#pdf.ref({ N: 4, Filter: 'FlateDecode' });
    profile.end(bytes);
    const intent = this.#pdf.ref({
      Type: 'OutputIntent',
      S: 'GTS_PDFX',
      OutputConditionIdentifier: text(condition),
      ...(condition !== 'Custom' && { RegistryName: text(CONDITION_REGISTRY) }),
      Info: text(description),
      DestOutputProfile: profile,
    });
    intent.end();
    this.#pdf.catalogue.OutputIntents = [intent];
  }

  #writeMetadata(): void {
    const metadata = this.#pdf.ref({ Type: 'Metadata', Subtype: 'XML' });
    // A reader that knows no PDF is to find the packet.
    metadata.compress = false;
    metadata.end(Buffer.from(xmpPacket(this.#description), 'utf8'));
    this.#pdf.catalogue.Metadata = metadata;
  }
}

function graphicsState(overprint: boolean): Dictionary {
  return { Type: 'ExtGState', OP: overprint, op: overprint, OPM: overprint ? 1 : 0 };
}
