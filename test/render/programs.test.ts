// Every built-in template on every built-in sheet, in the programs that presses and their shops run.
import { describe, expect } from 'vitest';
import { shippedFiles } from './shipped.ts';
import { ghostscript, run, scratchFolder, testWith } from './tools.ts';

const folder = scratchFolder();

describe.each(shippedFiles)('$label', ({ label, pdf }) => {
  const name = label.replaceAll(/\W+/g, '-');

  testWith('qpdf', 'qpdf finds no fault', () => {
    expect(run('qpdf', '--check', folder.write(`${name}.pdf`, pdf))).toContain(
      'No syntax or stream encoding errors',
    );
  });

  testWith('gs', 'Ghostscript stops at nothing', () => {
    const file = folder.write(`${name}.pdf`, pdf);
    ghostscript('-dPDFSTOPONERROR', '-dPDFSTOPONWARNING', '-sDEVICE=nullpage', file);
  });

  testWith('pdfinfo', 'pdfinfo calls it PDF/X-4', () => {
    expect(run('pdfinfo', folder.write(`${name}.pdf`, pdf))).toContain('PDF subtype:    PDF/X-4');
  });

  testWith('pdffonts', 'pdffonts finds every font embedded', () => {
    const fonts = run('pdffonts', folder.write(`${name}.pdf`, pdf))
      .trim()
      .split('\n')
      .slice(2);
    // A step's own file has shapes alone.
    expect(fonts.length > 0).toBe(!label.includes(': '));
    for (const font of fonts) expect(font).toMatch(/yes yes yes/);
  });
});
