// How soon a save is seen: from writing the template to new pixels of both faces in a real Chromium, and where the
// time goes. npm run bench:live -- [saves] [template]
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { LiveState } from '../src/preview/state.ts';

const [wanted = '40', name = 'classic'] = process.argv.slice(2);
const WARM = 8;
const CLI = fileURLToPath(new URL('../../cli/cli.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'cardpress-bench-'));
cpSync(join('templates', name), join(folder, name), { recursive: true });
cpSync('templates/fonts', join(folder, 'fonts'), { recursive: true });
const file = join(folder, name, 'template.yaml');
const text = readFileSync(file, 'utf8');

const server = spawn(process.execPath, [CLI, 'preview', `./${name}`, '--live'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const origin = await new Promise<string>((resolve) => {
  server.stdout.setEncoding('utf8').on('data', (said: string) => {
    const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    if (found !== undefined) resolve(found);
  });
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });

/** What the page in the browser tells, milliseconds since 1970. */
interface Seen {
  readonly at: number;
  readonly version: string;
  readonly mark: string;
}
interface Save {
  readonly told: number;
  readonly times: NonNullable<LiveState['times']>;
  readonly version: string;
}
const seen: Seen[] = [];
const told: Save[] = [];
await page.exposeFunction('benchSeen', (one: Seen) => void seen.push(one));
await page.exposeFunction('benchTold', (at: number, data: string) => {
  const { drawing, times } = JSON.parse(data) as LiveState;
  if (drawing === undefined || times === undefined || told.some(({ version }) => version === drawing.version))
    return;
  told.push({ told: at, times, version: drawing.version });
});
// As text: this file is not of the browser's world.
await page.addInitScript(`
  const now = (at) => performance.timeOrigin + at;
  new PerformanceObserver((list) => {
    for (const { name, startTime, detail } of list.getEntries())
      if (name.startsWith('drawn ')) benchSeen({ at: now(startTime), version: detail, mark: name });
    performance.clearMarks();
  }).observe({ type: 'mark' });
  const events = new EventSource('/state');
  events.addEventListener('state', ({ data }) => benchTold(now(performance.now()), data));
`);
await page.goto(origin);
await page.waitForTimeout(2000);

const pictures: { raster: number; encode: number }[] = [];
page.on('response', (response) => {
  if (!response.url().includes('/picture/face/')) return;
  const timing = response.headers()['server-timing'] ?? '';
  const of = (part: string) => Number(new RegExp(`${part};dur=([\\d.]+)`).exec(timing)?.[1] ?? 0);
  pictures.push({ raster: of('raster'), encode: of('encode') });
});

const rows: Record<string, number>[] = [];
for (let save = 0; save < Number(wanted) + WARM; save += 1) {
  // Each save changes an ink and a place, as work on a design does.
  const changed = text
    .replace(/cmyk: \[\d+/, `cmyk: [${40 + (save % 50)}`)
    .replace(/safe: [\d.]+/, `safe: ${2.5 + (save % 5) / 10}`);
  const before = told.length;
  pictures.length = 0;
  const saved = performance.timeOrigin + performance.now();
  writeFileSync(file, changed);
  const faces = () => {
    const version = told[before]?.version;
    const found = seen.filter((one) => one.version === version && one.mark.startsWith('drawn face'));
    return version !== undefined && found.length >= 2 ? Math.max(...found.map(({ at }) => at)) : undefined;
  };
  let painted: number | undefined;
  while ((painted = faces()) === undefined) await page.waitForTimeout(5);
  const sum = (part: 'raster' | 'encode') => pictures.reduce((all, one) => all + one[part], 0);
  const one = told[before];
  if (one !== undefined && save >= WARM) {
    const { noticed, read, prepared, rendered } = one.times;
    rows.push({
      watch: noticed - saved,
      'read and parse': read - noticed,
      prepare: prepared - read,
      'render the PDF': rendered - prepared,
      'to the page': one.told - rendered,
      'raster, both': sum('raster'),
      'encode, both': sum('encode'),
      'pictures, in all': painted - one.told,
      'save to pixels': painted - saved,
    });
  }
  // The sheet and what is predicted follow, before the next save.
  await page.waitForTimeout(900);
}
const sorted = (key: string) => rows.map((row) => row[key] ?? 0).sort((a, b) => a - b);
const at = (key: string, part: number) => sorted(key)[Math.floor((rows.length - 1) * part)]?.toFixed(0) ?? '';
console.log(`${name}, ${rows.length} saves; milliseconds\n`);
console.log(`${''.padEnd(18)}${'median'.padStart(8)}${'p90'.padStart(8)}`);
for (const key of Object.keys(rows[0] ?? {}))
  console.log(`${key.padEnd(18)}${at(key, 0.5).padStart(8)}${at(key, 0.9).padStart(8)}`);
await browser.close();
server.kill('SIGTERM');
rmSync(folder, { recursive: true });
