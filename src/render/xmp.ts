// The XMP packet of a PDF/X-4 file. Its values repeat those of the Info dictionary, as the standard asks.

/** What every file says that it was made with. */
export const CREATOR = 'cardpress';
export const PRODUCER = 'cardpress (pdfkit)';

/** What a file says of itself; each value appears in Info and in XMP alike. */
export interface Description {
  readonly title: string;
  readonly created: Date;
  /** Sixteen bytes that no other file has. */
  readonly id: Uint8Array;
  /** The file has a record for each card. */
  readonly vt?: boolean;
}

/** The packet, UTF-8 text. */
export function xmpPacket({ title, created, id, vt = false }: Description): string {
  const date = `${created.toISOString().slice(0, 19)}Z`;
  const uuid = `uuid:${uuidOf(id)}`;
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/"
${vt ? '    xmlns:pdfvtid="http://www.npes.org/pdfvt/ns/id/"\n' : ''}    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escape(title)}</rdf:li></rdf:Alt></dc:title>
   <pdf:Producer>${escape(PRODUCER)}</pdf:Producer>
   <pdf:Trapped>False</pdf:Trapped>
   <pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
${vt ? `   <pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>\n   <pdfvtid:GTS_PDFVTModDate>${date}</pdfvtid:GTS_PDFVTModDate>\n` : ''}   <xmp:CreateDate>${date}</xmp:CreateDate>
   <xmp:ModifyDate>${date}</xmp:ModifyDate>
   <xmp:MetadataDate>${date}</xmp:MetadataDate>
   <xmp:CreatorTool>${escape(CREATOR)}</xmp:CreatorTool>
   <xmpMM:DocumentID>${uuid}</xmpMM:DocumentID>
   <xmpMM:InstanceID>${uuid}</xmpMM:InstanceID>
   <xmpMM:VersionID>1</xmpMM:VersionID>
   <xmpMM:RenditionClass>default</xmpMM:RenditionClass>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

function uuidOf(id: Uint8Array): string {
  return Buffer.from(id)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
