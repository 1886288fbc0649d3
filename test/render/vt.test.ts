// PDF/VT-1: the tree of records over the pages of a one-up volume, read by a parser that is not the writer's.
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, PDFRawStream, PDFRef, PDFString } from 'pdf-lib';
import { expect, test } from 'vitest';
import { parseSheet } from '../../src/plan/sheet.ts';
import { checkX4 } from '../../src/verify/x4.ts';
import { cardsOf, layoutOf, pdfOf, read } from './samples.ts';

const sheet = read('sheets/one-up-vt.yaml').toString();
const layout = await layoutOf({ sheet });
const cards = cardsOf(5);
const pdf = await pdfOf(layout, cards);
const document = await PDFDocument.load(pdf, { updateMetadata: false });
const key = (name: string) => PDFName.of(name);

test('says that it is PDF/VT-1, and is PDF/X-4', async () => {
  expect(await checkX4(pdf)).toEqual([]);
  const xmp = Buffer.from((document.catalog.lookup(key('Metadata')) as PDFRawStream).contents).toString();
  expect(xmp).toContain('<pdfvtid:GTS_PDFVTVersion>PDF/VT-1<');
  expect(/GTS_PDFVTModDate>([^<]*)</.exec(xmp)?.[1]).toBe(/xmp:ModifyDate>([^<]*)</.exec(xmp)?.[1]);
});

test('has a record for each card, over its front and its back, in order', () => {
  const root = document.catalog.lookup(key('DPartRoot'), PDFDict);
  expect(root.get(key('DPartRootNode'))).toBeInstanceOf(PDFRef);
  expect(String(root.lookup(key('NodeNameList')))).toBe('[ /run /card ]');
  expect(root.lookup(key('RecordLevel'), PDFNumber).asNumber()).toBe(1);
  const node = root.lookup(key('DPartRootNode'), PDFDict);
  expect(node.lookup(key('Parent'))).toBe(root);
  const leaves = node
    .lookup(key('DParts'), PDFArray)
    .asArray()
    .flatMap((row) => (row instanceof PDFArray ? row.asArray() : []));
  const pages = document.getPages();
  expect(leaves).toHaveLength(cards.length);
  for (const [index, reference] of leaves.entries()) {
    const leaf = document.context.lookup(reference, PDFDict);
    const own = pages.slice(2 * index, 2 * index + 2);
    expect(leaf.lookup(key('Parent'))).toBe(node);
    expect(leaf.get(key('Start'))).toBe(own[0]!.ref);
    expect(leaf.get(key('End'))).toBe(own[1]!.ref);
    for (const page of own) expect(page.node.get(key('DPart'))).toBe(reference);
    const facts = leaf.lookup(key('DPM'), PDFDict);
    expect(facts.keys().map((name) => name.decodeText())).toEqual(['serial', 'card_id', 'sequence']);
    expect(facts.lookup(key('serial'), PDFNumber).asNumber()).toBe(cards[index]!.serial);
    expect(facts.lookup(key('card_id'), PDFString).decodeText()).toBe(cards[index]!.cardId);
  }
});

test('is refused where a page holds more than one card', () => {
  const gang = read('sheets/a4-8up.yaml').toString().replace('turn:', 'vt: true\nturn:');
  expect(() => parseSheet(gang, 'x.yaml')).toThrow('vt is true and a page holds 8 cards');
});
