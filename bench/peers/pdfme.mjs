// @pdfme/generator: one template page of 10 cards, blank areas filled from inputs; background and crop marks in the base PDF
import { readFileSync, writeFileSync } from 'node:fs';
import { generate } from '@pdfme/generator'; import { text, barcodes } from '@pdfme/schemas'; import { PDFDocument } from 'pdf-lib';
import * as L from './layout.mjs';
const { records, output } = L.args(), H = L.PAGE[1];
const base = await PDFDocument.create(), bgBytes = readFileSync(L.BG), bg = await base.embedJpg(bgBytes);
const page = base.addPage(L.PAGE), schema = [];
for (const [a, b, c, d] of L.cropMarks()) page.drawLine({ start: { x: a, y: H - b }, end: { x: c, y: H - d }, thickness: 0.25 });
const pos = (x, y, w, h) => ({ position: { x: x / L.mm, y: y / L.mm }, width: w / L.mm, height: h / L.mm });
const txt = (name, x, base, w, size, alignment) => ({ name, type: 'text', ...pos(x, base - size * 0.93, w, size * 1.3), fontSize: size, alignment, verticalAlignment: 'top', lineHeight: 1, characterSpacing: 0, fontName: 'mono', fontColor: '#000000' });
for (let k = 0; k < L.PER; k++) {
  const [x, y] = L.slot(k);
  page.drawImage(bg, { x, y: H - y - L.CARD[1], width: L.CARD[0], height: L.CARD[1] });
  for (const [n, b] of [['t', L.TOKEN], ['p', L.PIN]]) {
    schema.push({ name: `${n}b${k}`, type: 'code128', ...pos(x + b.x, y + b.y, b.w, b.h), backgroundColor: '#ffffff', barColor: '#000000', textColor: '#000000', includetext: false });
    const w = n === 't' ? L.CARD[0] : 60; schema.push(txt(`${n}t${k}`, x + b.textX - w / 2, y + b.base, w, b.size, 'center'));
  }
  schema.push(txt(`s${k}`, x + L.SERIAL.x, y + L.SERIAL.base, 90, L.SERIAL.size, 'left'));
}
const inputs = [];
for (let i = 0; i < records.length; i += L.PER) {
  const o = {};
  for (let k = 0; k < L.PER; k++) { const r = records[i + k]; o[`tb${k}`] = o[`tt${k}`] = r?.token ?? ''; o[`pb${k}`] = o[`pt${k}`] = r?.pin ?? ''; o[`s${k}`] = r?.card_id ?? ''; }
  inputs.push(o);
}
const pdf = await generate({
  template: { basePdf: await base.save(), schemas: [schema] }, inputs,
  plugins: { text, code128: barcodes.code128 },
  options: { font: { mono: { data: readFileSync(L.FONT), fallback: true, subset: true } } },
});
writeFileSync(output, pdf);
