// Every built-in template on every built-in sheet against the PDF/X-4 checklist, whose parser is not the
// writer's; and files made wrong on purpose, which it must not pass.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkX4 } from '../../src/verify/x4.ts';
import { renderSteps } from '../../src/render/step-file.ts';
import { withoutSteps } from '../../src/render/pdfx.ts';
import { picturesOf, readSymbols } from './reader.ts';
import { RUN, TEMPLATES, cardsOf, layoutOf, pdfOf, read } from './samples.ts';
import { run, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();
const SHEETS = readdirSync(new URL('sheets/', TEMPLATES)).map((name) => name.replace('.yaml', ''));
const NAMES = readdirSync(TEMPLATES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['sheets', 'profiles', 'fonts', 'jobs'].includes(entry.name))
  .map(({ name }) => name);

const files = (
  await Promise.all(
    NAMES.flatMap((name) =>
      SHEETS.flatMap((sheet) =>
        (['separate', 'inline'] as const).map(async (steps) => {
          const design = {
            template: read(`${name}/template.yaml`).toString(),
            sheet: read(`sheets/${sheet}.yaml`).toString(),
          };
          const layout = await layoutOf(design, { steps });
          const label = `${name} on ${sheet}, steps ${steps}`;
          const pieces = (['black', 'spot'] as const).flatMap((ink) =>
            renderSteps(layout, {
              run: RUN,
              created: new Date(0),
              id: () => new Uint8Array(16).fill(7),
              ink,
            }).map(({ step, side, pdf }) => ({ label: `${label}: ${step} of the ${side} in ${ink}`, pdf })),
          );
          return [
            {
              label,
              pdf: await pdfOf(layout, cardsOf(layout.sheet.grid.columns * layout.sheet.grid.rows + 1)),
            },
            ...pieces,
          ];
        }),
      ),
    ),
  )
).flat();

describe.each(files)('$label', ({ label, pdf }) => {
  const name = label.replaceAll(/\W+/g, '-');

  test('passes the checklist', async () => {
    expect(await checkX4(pdf)).toEqual([]);
  });

  testWith('qpdf', 'qpdf finds no fault', () => {
    expect(run('qpdf', '--check', folder.write(`${name}.pdf`, pdf))).toContain(
      'No syntax or stream encoding errors',
    );
  });

  testWith('gs', 'Ghostscript stops at nothing', () => {
    const file = folder.write(`${name}.pdf`, pdf);
    run(
      'gs',
      '-q',
      '-dNOPAUSE',
      '-dBATCH',
      '-dPDFSTOPONERROR',
      '-dPDFSTOPONWARNING',
      '-sDEVICE=nullpage',
      file,
    );
  });

  testWith('pdfinfo', 'pdfinfo calls it PDF/X-4', () => {
    expect(run('pdfinfo', folder.write(`${name}.pdf`, pdf))).toContain('PDF subtype:    PDF/X-4');
  });

  testWith('pdffonts', 'pdffonts finds every font embedded', () => {
    const fonts = run('pdffonts', folder.write(`${name}.pdf`, pdf))
      .trim()
      .split('\n')
      .slice(2);
    for (const font of fonts) expect(font).toMatch(/yes yes yes/);
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
