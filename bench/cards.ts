// npm run bench: the same records on the same sheet by us, by whichever peers are installed and by hand, each in a
// process of its own. Figures are of the whole process, its start included; medians of the runs. Then a whole run against
// the sandbox, stage by stage.
// node cards.js [--runs N] [--counts 1000,5000] [--only NAME,NAME]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { records } from './workload/records.ts';

interface Contender {
  readonly name: string;
  readonly command: (records: string, out: string, count: number) => readonly string[];
  /** What must be there for it to run. */
  readonly needs: () => boolean;
  /** More cards than these would take it too long to wait for. */
  readonly most: number;
}

interface Figures {
  readonly cpu: number;
  readonly wall: number;
  /** MB. */
  readonly peak: number;
  readonly bytes: number;
}

const PEERS = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
const OURS = fileURLToPath(new URL('ours.js', import.meta.url));
const WHOLE = fileURLToPath(new URL('run.js', import.meta.url));
const ITEXT = '/usr/share/java/itext.jar';
const PYTHON = '/usr/bin/python3';

const hasPackage = (name: string) => existsSync(join(PEERS, 'node_modules', name));
const node = (file: string) => (input: string, out: string) => [
  process.execPath,
  join(PEERS, file),
  input,
  out,
];

const CONTENDERS: readonly Contender[] = [
  {
    name: 'cardpress',
    command: (_, out, count) => [process.execPath, OURS, String(count), out],
    needs: () => true,
    most: Infinity,
  },
  {
    name: 'pdfme',
    command: node('pdfme.mjs'),
    needs: () => hasPackage('@pdfme/generator'),
    most: 1000,
  },
  {
    name: 'react-pdf',
    command: node('react-pdf.mjs'),
    needs: () => hasPackage('@react-pdf/renderer'),
    most: 5000,
  },
  {
    name: 'pdfkit and bwip-js',
    command: node('pdfkit-rects.mjs'),
    needs: () => hasPackage('pdfkit'),
    most: 20_000,
  },
  {
    name: 'ReportLab',
    command: (input, out) => [PYTHON, join(PEERS, 'reportlab-canvas.py'), input, out],
    needs: () => spawnSync(PYTHON, ['-c', 'import reportlab']).status === 0,
    most: 20_000,
  },
  {
    name: 'iText',
    command: (input, out) => ['java', '-cp', `${ITEXT}:${PEERS}`, 'Itext', input, out, PEERS],
    needs: () => existsSync(ITEXT) && existsSync(join(PEERS, 'Itext.class')),
    most: 20_000,
  },
  {
    name: limit(6),
    command: (input, out) => [...node('limit.mjs')(input, out), 'rect', '6'],
    needs: () => true,
    most: 100_000,
  },
  {
    name: limit(1),
    command: (input, out) => [...node('limit.mjs')(input, out), 'rect', '1'],
    needs: () => true,
    most: 100_000,
  },
];

function limit(level: number): string {
  return `by hand level ${level}`;
}

/** Cards of one sheet. */
const FEW = 10;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    counts: { type: 'string', default: '1000,5000,20000,100000' },
    only: { type: 'string' },
  },
});
const only = options.only?.split(',');
const counts = options.counts.split(',').map(Number);
const runs = Number(options.runs);

if (spawnSync('env', ['time', '-f', '', 'true']).status !== 0) {
  console.error(
    'GNU time is not installed, and nothing else tells what a whole process took: bench/peers/install',
  );
  process.exit(2);
}
const chosen = CONTENDERS.filter(({ name }) => only?.includes(name) ?? true);
const present = chosen.filter(({ needs }) => needs());
const folder = mkdtempSync(join(tmpdir(), 'cardpress-bench-'));
const font = join(folder, 'font.ttf');
writeFileSync(
  font,
  Buffer.concat([
    readFileSync(join(PEERS, '../../templates/fonts/JetBrainsMono-Medium.ttf')),
    Buffer.alloc(16),
  ]),
);
try {
  const model = cpus()[0]?.model ?? 'a processor that has no name';
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${model}); medians of ${runs}; whole processes`,
  );
  for (const { name } of chosen.filter((contender) => !present.includes(contender)))
    console.log(`${name}: not installed (bench/peers/install)`);
  for (const count of counts) compare(count);
} finally {
  rmSync(folder, { recursive: true });
}
if (only === undefined) {
  console.log('\nA whole run, sealed and read back');
  const { status } = spawnSync(process.execPath, [WHOLE], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

function compare(count: number): void {
  const racing = present.filter(({ most }) => count <= most);
  const input = join(folder, `${count}.json`);
  writeFileSync(input, JSON.stringify([...records(count)]));
  const measured = new Map<string, Figures[]>(racing.map(({ name }) => [name, []]));
  // One after another and again, so that what else the machine does falls on all of them.
  for (let run = 0; run < runs; run += 1)
    for (const contender of racing) measured.get(contender.name)?.push(measure(contender, input, count));
  // What a file has whatever it holds: as one sheet has it.
  const few = join(folder, 'few.json');
  writeFileSync(few, JSON.stringify([...records(FEW)]));
  const least = new Map(racing.map((contender) => [contender.name, measure(contender, few, FEW).bytes]));
  const medians = new Map([...measured].map(([name, list]) => [name, median(list)]));
  const rate = (name: string) => count / (medians.get(name)?.cpu ?? NaN);
  const peers = racing
    .map(({ name }) => name)
    .filter((name) => name !== 'cardpress' && !name.startsWith('by hand'));
  const best = Math.max(0, ...peers.map(rate));
  const rows = racing.map(({ name }) => {
    const { cpu, wall, peak, bytes } = medians.get(name) ?? median([]);
    return [
      name,
      Math.round(count / cpu).toLocaleString('en'),
      `${cpu.toFixed(2)} s`,
      `${wall.toFixed(2)} s`,
      `${Math.round(peak)} MB`,
      String(Math.round((bytes - (least.get(name) ?? 0)) / (count - FEW))),
      best > 0 ? (rate(name) / best).toFixed(2) : '',
      Number.isNaN(rate(limit(6))) ? '' : (rate(name) / rate(limit(6))).toFixed(2),
    ];
  });
  console.log(`\n${count.toLocaleString('en')} cards`);
  table([['', 'cards/CPU-s', 'CPU', 'wall', 'peak', 'B/card', '× best peer', '× by hand'], ...rows]);
}

function measure({ name, command }: Contender, input: string, count: number): Figures {
  const out = join(folder, 'out.pdf');
  const times = join(folder, 'times');
  const ended = spawnSync('env', ['time', '-f', '%U %S %e %M', '-o', times, ...command(input, out, count)], {
    encoding: 'utf8',
    env: { ...process.env, BENCH_FONT: font },
  });
  if (ended.status !== 0) throw new Error(`${name} ended with ${String(ended.status)}:\n${ended.stderr}`);
  const [user = 0, system = 0, wall = 0, kilobytes = 0] = readFileSync(times, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  return { cpu: user + system, wall, peak: kilobytes / 1024, bytes: statSync(out).size };
}

function median(list: readonly Figures[]): Figures {
  const middle = (key: keyof Figures) =>
    list.map((figures) => figures[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  return { cpu: middle('cpu'), wall: middle('wall'), peak: middle('peak'), bytes: middle('bytes') };
}

function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
}
