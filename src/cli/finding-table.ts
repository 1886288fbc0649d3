// The preflight as people read it: a row a rule, what is wrong first; and what is predicted of symbols.
import type { Finding } from '../render/finding.ts';
import type { Outlook } from '../verify/outlook.ts';
import { type Row, table } from './table.ts';

export function findingTable(findings: readonly Finding[]): string {
  const order = { fail: 0, warn: 1, waived: 2, pass: 3 };
  const rows = [...findings]
    .sort((a, b) => order[a.verdict] - order[b.verdict])
    .map(({ verdict, rule, subject, value, threshold, reason }): Row => {
      const why = reason === undefined ? '' : `waived: ${reason}`;
      return [verdict === 'fail' ? 'FAIL' : verdict, rule, subject, value, why === '' ? threshold : why];
    });
  return table([['', 'rule', 'where', 'value', 'fails / warns under'], ...rows]);
}

/** How well the symbols will be read, as far as the design decides it. */
export function outlookRows(outlooks: readonly Outlook[]): readonly Row[] {
  return outlooks.map(({ data, module, decodability, contrast, outlook }, index) => [
    index === 0 ? 'symbols' : '',
    `${data === 'pin' ? 'PIN' : data.replace('_', ' ')} at ${module} mm a module: prediction ${outlook} (decodability ${decodability}, contrast ${contrast} %)`,
  ]);
}
