// The report for people: one page that stands by itself, with nothing in it that could be read as a code.
import { indexAt } from '../plan/seat.ts';
import type { Finding } from '../render/finding.ts';
import type { Outlook } from './outlook.ts';
import { type MaskedPicture, type VolumeReport, faultText } from './report.ts';

export interface ReportFacts {
  readonly run: string;
  readonly test: boolean;
  readonly columns: number;
  /** What the preflight looked at, and what it let pass though it could be better. */
  readonly findings: readonly Finding[];
  readonly advice: readonly string[];
  readonly volumes: readonly VolumeReport[];
}

/** The same as data, without the pictures: report.json. */
export function reportJson({ run, test, findings, advice, volumes }: ReportFacts): string {
  const sum = (of: (report: VolumeReport) => number) => volumes.reduce((total, one) => total + of(one), 0);
  const report = {
    format: 'cardpress-handoff-report/1',
    run,
    test,
    preflight: {
      advice,
      rules: findings.map(({ rule, subject, value, threshold, verdict, reason }) => ({
        rule,
        subject,
        value,
        threshold,
        verdict,
        ...(reason !== undefined && { reason }),
      })),
    },
    readBack: {
      symbols: sum(({ symbols }) => symbols),
      decoded: sum(({ decoded }) => decoded),
      lines: sum(({ lines }) => lines),
      engines: [...new Set(volumes.flatMap(({ engines }) => engines))],
      off: Math.max(0, ...volumes.map(({ off }) => off)),
      prediction: volumes[0]?.prediction ?? [],
      volumes: volumes.map((report) => ({
        volume: report.volume,
        attempt: report.attempt,
        content: report.content,
        sheets: report.sheets,
        cards: report.cards,
        serials: report.serials,
        symbols: report.symbols,
        decoded: report.decoded,
        second: report.second,
        lines: report.lines,
        ...(report.witness && { witness: report.witness }),
        off: report.off,
        x4: report.x4,
        faults: report.faults,
      })),
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

export function reportPage(facts: ReportFacts): string {
  const { run, test, advice, volumes } = facts;
  const sum = (of: (report: VolumeReport) => number) => volumes.reduce((total, one) => total + of(one), 0);
  const faults = volumes.flatMap((report) =>
    report.faults.map((fault) => ({ volume: report.volume, fault })),
  );
  const rows: readonly (readonly [string, string])[] = [
    ['Cards', String(sum(({ cards }) => cards))],
    ['Symbols', `${sum(({ decoded }) => decoded)} of ${sum(({ symbols }) => symbols)} read as they should`],
    [
      'Second engine',
      `${sum(({ second }) => second.decoded)} of ${sum(({ second }) => second.symbols)} on ${sum(({ second }) => second.sheets.length)} sheets`,
    ],
    ['Type', `the lines of ${sum(({ lines }) => lines)} cards say what their symbols say`],
    ...(volumes.some(({ witness }) => witness !== undefined)
      ? [
          [
            'The platform’s pictures',
            `${sum(({ witness }) => witness?.agreed ?? 0)} of ${sum(({ witness }) => witness?.pictures ?? 0)} agree, ${sum(({ witness }) => witness?.empty ?? 0)} are empty`,
          ] as const,
        ]
      : []),
    [
      'File',
      volumes.every(({ x4 }) => x4.length === 0)
        ? 'holds to our checklist of PDF/X-4'
        : 'does not hold to our checklist of PDF/X-4',
    ],
    ['Worst edge', `${Math.max(0, ...volumes.map(({ off }) => off))} dots off its plan`],
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(run)}: read back</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1f1d }
h1 { font-size: 1.6rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
table { border-collapse: collapse } th, td { text-align: left; padding: .2rem 1.5rem .2rem 0; vertical-align: top; font-weight: normal }
th { color: #5c6661 }
figure { display: inline-block; margin: 0 1.5rem 1rem 0 } figcaption { color: #5c6661; font-size: .85rem }
img { display: block; border: 1px solid #d5dad7; max-width: 24rem }
.sheets { display: flex; flex-wrap: wrap; gap: .8rem } pre { margin: 0; line-height: 1.05; font-size: 12px } pre b { color: #b3261e }
summary { cursor: pointer } .fault { color: #b3261e }
</style>
<h1>${test ? 'TEST ' : ''}${escape(run)}: read back from the finished print</h1>
<table>
${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escape(value)}</td></tr>`).join('\n')}
</table>
${faults.length === 0 ? '' : `<h2>Faults</h2>\n<ul class="fault">\n${faults.map(({ volume, fault }) => `<li>volume ${volume}: ${escape(faultText(fault))}</li>`).join('\n')}\n</ul>`}
${outlookTable(volumes[0]?.prediction ?? [])}
${advice.length === 0 ? '' : `<h2>What could be better</h2>\n<ul>\n${advice.map((line) => `<li>${escape(line)}</li>`).join('\n')}\n</ul>`}
<h2>Symbols as they were seen</h2>
<p>What a symbol says is covered.</p>
${pictures(volumes)}
<h2>Sheets</h2>
<p>■ a card whose symbols were read, <b class="fault">✕</b> one with a fault, · no card. Slots as on the front.</p>
${volumes.map((report) => sheetMaps(report, facts.columns)).join('\n')}
</html>
`;
}

function outlookTable(outlooks: readonly Outlook[]): string {
  if (outlooks.length === 0) return '';
  const rows = outlooks.map(
    ({ side, data, module, decodability, contrast, modulation, quiet, outlook }) =>
      `<tr><td>${data}, ${side}</td><td>${module} mm</td><td>${decodability}</td><td>${contrast} %</td><td>${modulation}</td><td>${quiet} modules</td><td>${outlook}</td></tr>`,
  );
  return `<h2>Prediction of print quality</h2>
<p>A simulation with bars that grow or shrink by 0.15 module, an aperture of 0.15 mm and inks half a millimetre out of register. A grade comes only from a verifier on the finished card.</p>
<table>
<tr><th>Symbol</th><th>Module</th><th>Decodability (0.62)</th><th>Contrast (70 %)</th><th>Modulation (0.6)</th><th>Quiet zone (10)</th><th>Outlook</th></tr>
${rows.join('\n')}
</table>`;
}

function pictures(volumes: readonly VolumeReport[]): string {
  const worst = volumes
    .flatMap(({ pictures: { worst: one } }) => (one === undefined ? [] : [one]))
    .reduce<MaskedPicture | undefined>((a, b) => (a === undefined || b.off > a.off ? b : a), undefined);
  const shown = [
    ['first', volumes[0]?.pictures.first],
    ['last', volumes.at(-1)?.pictures.last],
    ['worst', worst],
  ] as const;
  return shown
    .flatMap(([name, picture]) =>
      picture === undefined
        ? []
        : [
            `<figure><img alt="" src="data:image/png;base64,${picture.png}"><figcaption>${name}: serial ${picture.serial}, ${picture.data}, worst edge ${picture.off} dots off</figcaption></figure>`,
          ],
    )
    .join('\n');
}

function sheetMaps(
  { volume, sheets, slots, order, cards, symbols, decoded, faults }: VolumeReport,
  columns: number,
): string {
  const bad = new Set(faults.map(({ sheet, slot }) => `${sheet} ${slot ?? 'all'}`));
  const maps = Array.from({ length: sheets }, (_, index) => {
    const sheet = index + 1;
    let map = '';
    for (let slot = 1; slot <= slots; slot += 1) {
      const isCard = indexAt(order, { sheet, slot }, slots, sheets) < cards;
      const isBad = bad.has(`${sheet} ${slot}`) || (isCard && bad.has(`${sheet} all`));
      map += isBad ? '<b>✕</b>' : isCard ? '■' : '·';
      if (slot % columns === 0) map += '\n';
    }
    return `<pre title="sheet ${sheet}">${map}</pre>`;
  });
  const open = faults.length > 0 ? ' open' : '';
  return `<details${open}><summary>Volume ${volume}: ${decoded} of ${symbols} symbols, ${sheets} sheets</summary><div class="sheets">${maps.join('')}</div></details>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
