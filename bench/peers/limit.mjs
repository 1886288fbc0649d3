// The physical limit: a hand-written PDF. node limit.mjs records.json out.pdf [rect|type3|mask] [zlib level 0-9, default 6] [windowBits memLevel]
// PROFILE=1 prints where the time goes. Not a product: no check of anything.
import { openSync, writeSync, closeSync, readFileSync } from 'node:fs'; import zlib from 'node:zlib';
import * as L from './layout.mjs'; import * as fontkit from 'fontkit'; import { WIDTHS } from './code128.mjs';
const t0 = process.hrtime.bigint(); const { records, output } = L.args(); const [mode = 'rect', lvl = '6', wb, ml] = process.argv.slice(4), level = +lvl;
const zopt = { level, chunkSize: 65536, ...(wb ? { windowBits: +wb, memLevel: +(ml || 8) } : {}) };
// ---- output file
const fd = openSync(output, 'w'), OUT = Buffer.allocUnsafe(4 << 20); let op = 0, base = 0; const xref = [];
const flush = () => { if (op) { writeSync(fd, OUT, 0, op); base += op; op = 0; } };
const put = b => { if (typeof b === 'string') { if (op + b.length > OUT.length) flush(); op += OUT.latin1Write(b, op); } else { if (op + b.length > OUT.length) flush(); if (b.length > OUT.length) { writeSync(fd, b); base += b.length; } else { OUT.set(b, op); op += b.length; } } };
let nid = 1; const id = () => nid++, obj = (n, s) => { xref[n] = base + op; put(`${n} 0 obj\n${s}\nendobj\n`); };
const stream = (n, dict, data, z = true) => { const d = z && level ? zlib.deflateSync(data, zopt) : data; xref[n] = base + op; put(`${n} 0 obj\n<<${dict}${z && level ? '/Filter/FlateDecode' : ''}/Length ${d.length}>>stream\n`); put(d); put('\nendstream\nendobj\n'); };
put('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n');
// ---- font: subset whose glyph ids are code - 31
const font = fontkit.create(readFileSync(L.FONT)), sub = font.createSubset();
for (let c = 32; c < 127; c++) sub.includeGlyph(font.glyphForCodePoint(c));
const ttf = Buffer.from(sub.encode()), k1 = 1000 / font.unitsPerEm, adv = Math.round(font.glyphForCodePoint(48).advanceWidth * k1), bb = font.bbox;
const [CAT, PAGES, FF, FD, CID, TU, F0, IMG, FORM, RES, T3] = Array.from({ length: 11 }, id);
stream(FF, `/Length1 ${ttf.length}`, ttf);
obj(FD, `<</Type/FontDescriptor/FontName/AAAAAA+JetBrainsMono-Medium/Flags 5/FontBBox[${[bb.minX, bb.minY, bb.maxX, bb.maxY].map(v => Math.round(v * k1)).join(' ')}]/ItalicAngle 0/Ascent ${Math.round(font.ascent * k1)}/Descent ${Math.round(font.descent * k1)}/CapHeight 729/StemV 80/FontFile2 ${FF} 0 R>>`);
obj(CID, `<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+JetBrainsMono-Medium/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ${FD} 0 R/DW ${adv}/CIDToGIDMap/Identity>>`);
stream(TU, '', Buffer.from('/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange <0000><ffff> endcodespacerange 1 beginbfrange <0001><005f><0020> endbfrange endcmap end end'));
obj(F0, `<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+JetBrainsMono-Medium/Encoding/Identity-H/DescendantFonts[${CID} 0 R]/ToUnicode ${TU} 0 R>>`);
const jpg = readFileSync(L.BG); stream(IMG, '/Type/XObject/Subtype/Image/Width 1011/Height 638/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode', jpg, false);
// ---- everything static on a sheet (marks, backgrounds) is one form
const H = L.PAGE[1], f = n => String(+n.toFixed(3));
let st = '0.25 w\n'; for (const [a, b, c, d] of L.cropMarks()) st += `${f(a)} ${f(H - b)} m ${f(c)} ${f(H - d)} l\n`; st += 'S\n';
const form = per => { let s = st; for (let k = 0; k < per; k++) { const [x, y] = L.slot(k); s += `q ${f(L.CARD[0])} 0 0 ${f(L.CARD[1])} ${f(x)} ${f(H - y - L.CARD[1])} cm /I Do Q\n`; } return Buffer.from(s); };
if (mode === 'type3') { // one glyph a symbol character, 11 (stop 13) modules wide, space 1 unit a module
  const ids = WIDTHS.map(() => id()); WIDTHS.forEach((w, i) => { let at = 0, s = `${i === 106 ? 13 : 11} 0 0 0 ${i === 106 ? 13 : 11} 1 d1 `; w.forEach((v, j) => { if (!(j & 1)) s += `${at} 0 ${v} 1 re `; at += v; }); stream(ids[i], '', Buffer.from(s + 'f')); });
  obj(T3, `<</Type/Font/Subtype/Type3/FontBBox[0 0 13 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<<${ids.map((n, i) => `/c${i} ${n} 0 R`).join('')}>>/Encoding<</Differences[128${ids.map((_, i) => `/c${i}`).join('')}]>>/FirstChar 128/LastChar 234/Widths[${ids.map((_, i) => i === 106 ? 13 : 11).join(' ')}]>>`);
} else obj(T3, 'null');
obj(RES, `<</Font<</F ${F0} 0 R${mode === 'type3' ? `/B ${T3} 0 R` : ''}>>/XObject<</S ${FORM} 0 R>>>>`);
stream(FORM, `/Type/XObject/Subtype/Form/BBox[0 0 ${f(L.PAGE[0])} ${f(H)}]/Resources<</XObject<</I ${IMG} 0 R>>>>`, form(L.PER));
// ---- tables
const BARS = WIDTHS.map(w => { const o = []; let at = 0; w.forEach((v, j) => { if (!(j & 1)) o.push(at, v); at += v; }); return Uint8Array.from(o); });
const RE = []; for (let x = 0; x < 1024; x++) for (let w = 0; w < 5; w++) RE.push(Buffer.from(`${x} 0 ${w} 1 re\n`, 'latin1')); // piece for (position, width)
const PAT = WIDTHS.map(w => { let v = 0; w.forEach((n, j) => { while (n--) v = v * 2 + (j & 1 ? 1 : 0); }); return v; }); // bits for the mask, 0 paints
const C = Buffer.allocUnsafe(1 << 20); let p = 0; const s = str => { p += C.latin1Write(str, p); };
const cw = new Uint8Array(256), isD = c => c >= 48 && c <= 57;
// greedy standard rules (annex E): runs of >= 4 digits at the start/end, >= 6 inside, go to set C; else set B (printable ASCII only)
function encode(t) {
  const n = t.length; let k = 0, i = 0, set = 0;
  while (i < n) {
    let r = i; while (r < n && isD(t.charCodeAt(r))) r++;
    let d = r - i;
    if (set !== 3 && d >= 2 && (d >= 6 || (d >= 4 && (i === 0 || r === n)) || (d === 2 && n === 2))) {
      if (d & 1) { if (i === 0) { } else { cw[k++] = t.charCodeAt(i) - 32; i++; d--; } }
      cw[k++] = set === 0 ? 105 : 99; set = 3;
    }
    if (set === 3) { while (r - i >= 2) { cw[k++] = (t.charCodeAt(i) - 48) * 10 + t.charCodeAt(i + 1) - 48; i += 2; } if (i < n) { cw[k++] = 100; set = 2; cw[k++] = t.charCodeAt(i++) - 32; } continue; }
    if (set === 0) { cw[k++] = 104; set = 2; }
    cw[k++] = t.charCodeAt(i++) - 32;
  }
  let sum = cw[0]; for (let j = 1; j < k; j++) sum += cw[j] * j; cw[k++] = sum % 103; cw[k++] = 106; return k;
}
function bar(t, o, x, y) {
  const k = encode(t), n = k * 11 + 2;
  if (mode === 'rect') {
    s(`q ${f(o.w / n * 1e0).length < 6 ? (o.w / n).toFixed(5) : (o.w / n).toFixed(5)} 0 0 ${f(o.h)} ${f(x + o.x)} ${f(H - y - o.y - o.h)} cm\n`);
    let at = 0; for (let i = 0; i < k; i++) { const b = BARS[cw[i]]; for (let j = 0; j < b.length; j += 2) { const r = RE[(at + b[j]) * 5 + b[j + 1]]; for (let m = 0; m < r.length; m++) C[p++] = r[m]; } at += 11; }
    s('f Q\n');
  } else if (mode === 'type3') {
    s(`BT /B 1 Tf ${(o.w / n).toFixed(5)} 0 0 ${f(o.h)} ${f(x + o.x)} ${f(H - y - o.y - o.h)} Tm (`); for (let i = 0; i < k; i++) C[p++] = 128 + cw[i]; s(')Tj ET\n');
  } else {
    s(`q ${f(o.w)} 0 0 ${f(o.h)} ${f(x + o.x)} ${f(H - y - o.y - o.h)} cm BI/W ${n}/H 1/IM true/BPC 1 ID `);
    let acc = 0, nb = 0; for (let i = 0; i < k; i++) { const l = i === k - 1 ? 13 : 11; acc = (acc << l) | PAT[cw[i]]; nb += l; while (nb >= 8) { nb -= 8; C[p++] = acc >> nb & 255; } acc &= (1 << nb) - 1; } if (nb) C[p++] = acc << (8 - nb) | ((1 << (8 - nb)) - 1);
    s('\nEI Q\n');
  }
}
function text(t, x, y, size) {
  s(`${f(x)} ${f(y)} Td (`); // caller is inside BT and tracks the last position
  for (let i = 0; i < t.length; i++) { const g = t.charCodeAt(i) - 31; C[p++] = 0; if (g === 40 || g === 41 || g === 92) C[p++] = 92; if (g === 13) { C[p++] = 92; C[p++] = 114; } else C[p++] = g; }
  s(')Tj\n');
}
const prof = { content: 0n, deflate: 0n, write: 0n }; let raw = 0; const kids = [], t1 = process.hrtime.bigint(), now = () => process.hrtime.bigint();
const step = L.CHAR;
for (let i = 0; i < records.length; i += L.PER) {
  const a = now(); p = 0; s('/S Do\n'); const n = Math.min(L.PER, records.length - i);
  for (let k = 0; k < n; k++) {
    const [x, y] = L.slot(k), r = records[i + k];
    bar(r.token, L.TOKEN, x, y); bar(r.pin, L.PIN, x, y);
    let lx = 0, ly = 0; s('BT /F 6.5 Tf ');
    const at = (t, X, Y, size) => { text(t, X - lx, Y - ly, size); lx = X; ly = Y; };
    at(r.token, x + L.TOKEN.textX - r.token.length * step * L.TOKEN.size / 2, H - y - L.TOKEN.base, L.TOKEN.size);
    at(r.card_id, x + L.SERIAL.x, H - y - L.SERIAL.base, L.SERIAL.size);
    s('/F 7.5 Tf '); at(r.pin, x + L.PIN.textX - r.pin.length * step * L.PIN.size / 2, H - y - L.PIN.base, L.PIN.size); s('ET\n');
  }
  const b = now(); raw += p; const d = level ? zlib.deflateSync(C.subarray(0, p), zopt) : C.subarray(0, p); const c = now();
  const ci = id(), pi = id(); kids.push(pi); xref[ci] = base + op; put(`${ci} 0 obj\n<<${level ? '/Filter/FlateDecode' : ''}/Length ${d.length}>>stream\n`); put(d); put('\nendstream\nendobj\n');
  obj(pi, `<</Type/Page/Parent ${PAGES} 0 R/MediaBox[0 0 ${f(L.PAGE[0])} ${f(H)}]/Resources ${RES} 0 R/Contents ${ci} 0 R>>`);
  prof.content += b - a; prof.deflate += c - b; prof.write += now() - c;
}
obj(PAGES, `<</Type/Pages/Count ${kids.length}/Kids[${kids.map(k => k + ' 0 R').join(' ')}]>>`); obj(CAT, `<</Type/Catalog/Pages ${PAGES} 0 R>>`);
const sx = base + op; let x = `xref\n0 ${nid}\n0000000000 65535 f \n`; for (let i = 1; i < nid; i++) x += String(xref[i]).padStart(10, '0') + ' 00000 n \n';
put(x + `trailer\n<</Size ${nid}/Root ${CAT} 0 R>>\nstartxref\n${sx}\n%%EOF\n`); flush(); closeSync(fd);
if (process.env.PROFILE) { const ms = v => (Number(v) / 1e6).toFixed(1); console.log(mode, 'level', level, 'setup', ms(t1 - t0), 'content', ms(prof.content), 'deflate', ms(prof.deflate), 'write', ms(prof.write), 'raw bytes/card', (raw / records.length).toFixed(0), 'file bytes/card', ((base) / records.length).toFixed(0)); }
