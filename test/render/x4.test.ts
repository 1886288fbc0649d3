// Every built-in template on every built-in sheet against the PDF/X-4 checklist, whose parser is not the
// writer's; and files made wrong on purpose, which it must not pass.
import { describe, expect, test } from 'vitest';
import { checkX4 } from '../../src/verify/x4.ts';
import { withoutSteps } from '../../src/render/steps-off.ts';
import { picturesOf, readSymbols } from './reader.ts';
import { cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { shippedFiles } from './shipped.ts';

describe.each(shippedFiles)('$label', ({ pdf }) => {
  test('passes the checklist', async () => {
    expect(await checkX4(pdf)).toEqual([]);
  });
});

describe('the checklist sees', async () => {
  const layout = await layoutOf({ sheet: read('sheets/one-up.yaml').toString() }, { steps: 'inline' });
  const pdf = await pdfOf(layout, cardsOf(1));
  const wrong = (from: string, to: string) => {
    expect(to.length).toBe(from.length);
    const text = pdf.toString('latin1');
    expect(text).toContain(from);
    return checkX4(Buffer.from(text.replaceAll(from, to), 'latin1'));
  };

  test.each([
    ['%PDF-1.6', '%PDF-1.7', 'the header says PDF 1.7: PDF/X-4 goes up to 1.6'],
    ['/Trapped', '/Crapped', 'Info does not say whether it is trapped'],
    ['PDF/X-4</pdfxid', 'PDF/X-3</pdfxid', 'the XMP does not say PDF/X-4 once'],
    ['<xmp:ModifyDate>2026', '<xmp:ModifyDate>2025', 'xmp:ModifyDate differs between XMP and Info'],
    ['/S /GTS_PDFX', '/S /GTS_PDFA', 'the output intent is not one of PDF/X'],
    ['/N 4', '/N 3', 'the profile is not said to have 4 channels'],
    ['/TrimBox', '/TrimBax', 'page 1 has not exactly a TrimBox'],
    ['/FontFile2', '/FontFileX', 'is not embedded'],
    [
      '/Separation /Scratch /DeviceCMYK',
      '/Separation /Scratch /DeviceRGB ',
      'the file has colour in DeviceRGB',
    ],
    ['/OP true', '/OP null', 'a graphics state overprints strokes and fills differently'],
    ['/BaseState /ON', '/BaseState /No', 'layers are not on from the start'],
  ])('%j made %j', async (from, to, fault) => {
    expect((await wrong(from, to)).join('\n')).toContain(fault);
  });

  test('a step that is switched off, which is how what it covers is read back', async () => {
    const [card] = cardsOf(1);
    const symbols = async (bytes: Uint8Array) => {
      const pictures = await picturesOf(bytes, 400);
      return (await readSymbols(pictures[1]!)).map(({ text }) => text);
    };
    expect(await symbols(pdf)).toEqual([card!.tokenText]);
    const open = withoutSteps(pdf);
    expect(open.length).toBe(pdf.length);
    expect(await checkX4(open)).toEqual(['a layer is switched off']);
    expect((await symbols(open)).sort()).toEqual([card!.tokenText, card!.pinText].sort());
  });
});
