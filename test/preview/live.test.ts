// The live page as a person meets it: the built program, and a real browser.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Started, cardpress, start } from '../program/cli.ts';
import { CHROMIUM, openChromium } from '../support/chromium.ts';

const cwd = mkdtempSync(join(tmpdir(), 'cardpress-page-'));
const template = join(cwd, 'shop/template/template.yaml');
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** The same template on red ground. */
const inRed = (template: string) => template.replace('cmyk: [92, 40, 70, 45]', 'cmyk: [0, 95, 80, 10]');

interface Served extends Started {
  readonly origin: string;
}

/** What is asked of a canvas, in the browser. */
interface Canvas {
  readonly width: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

/** Starts `preview --live`, and waits until it says where. */
async function serve(...args: readonly string[]): Promise<Served> {
  const started = start(['preview', '--live', ...args], { cwd: join(cwd, 'shop') });
  let said = '';
  const origin = await new Promise<string>((resolve, reject) => {
    started.child.stdout?.on('data', (text: string) => {
      said += text;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    void started.ended.then(({ err }) => reject(new Error(err)));
  });
  return { ...started, origin };
}

if (CHROMIUM === undefined) {
  test.skip('the live page (no chromium on this computer: CHROMIUM names one)', () => undefined);
} else {
  describe('the live page', () => {
    let browser: Browser;
    let served: Served;
    let text: string;
    const faults: string[] = [];
    beforeAll(async () => {
      await cardpress(['init', 'shop'], { cwd });
      text = readFileSync(template, 'utf8');
      browser = await openChromium(CHROMIUM ?? '');
      served = await serve();
    });
    beforeEach(() => {
      writeFileSync(template, text);
      faults.length = 0;
    });
    afterEach(() => {
      expect(faults, 'what the page itself complained of').toEqual([]);
    });
    afterAll(async () => {
      served.child.kill('SIGTERM');
      await served.ended;
      await browser.close();
    });

    async function open(options: BrowserContextOptions = {}, origin = served.origin): Promise<Page> {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      context.setDefaultTimeout(90_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.text().includes('Security Policy')) faults.push(message.text());
      });
      await page.goto(origin);
      await drawn(page);
      // Each test starts from the green template; the one before may have left another on the page for a moment.
      await isOnGreen(page, true);
      return page;
    }

    const canvas = (page: Page, side: string) => page.locator(`[data-side=${side}] canvas`);
    /** Waits until both faces have pictures; each comes by itself. */
    async function drawn(page: Page): Promise<void> {
      for (const side of ['front', 'back'])
        await canvas(page, side).and(page.locator('[data-version]')).waitFor();
    }

    /** Colour of a face at a place on the card, mm. */
    function colourAt(page: Page, side: string, x: number, y: number): Promise<readonly number[]> {
      return canvas(page, side).evaluate(
        (found: Canvas, [left = 0, top = 0]) => {
          const scale = found.width / (85.6 + 6);
          const [across, down] = [(left + 3) * scale, (top + 3) * scale];
          return [
            ...found
              .getContext('2d')
              .getImageData(Math.round(across), Math.round(down), 1, 1)
              .data.slice(0, 3),
          ];
        },
        [x, y],
      );
    }
    const isGreen = ([red = 0, green = 0]: readonly number[]) => green > red + 30;
    const isOnGreen = (page: Page, green: boolean) =>
      expect.poll(() => colourAt(page, 'front', 60, 5).then(isGreen)).toBe(green);

    test('edit, see: new ink is on the face', async () => {
      const page = await open();
      writeFileSync(template, inRed(text));
      await isOnGreen(page, false);
      const [red = 0, green = 0] = await colourAt(page, 'front', 60, 5);
      expect(red).toBeGreaterThan(green + 60);
      await page.context().close();
    });

    test('break, see the error at its line over the last good picture; mend, see', async () => {
      const page = await open();
      const line = text.split('\n').findIndex((one) => one.startsWith('bleed:')) + 1;
      writeFileSync(template, inRed(text.replace('bleed: 3', 'bleed: lots')));
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(
        new RegExp(
          `template\\.yaml:${line}:8\\s+bleed is "lots": it must be a number[^]*${line} \\| bleed: lots\\n +\\| {8}\\^`,
        ),
      );
      expect(isGreen(await colourAt(page, 'front', 60, 5))).toBe(true);
      await alert.getByRole('button').click();
      await expect.poll(() => page.locator(':focus').innerText()).toBe('bleed: lots');
      writeFileSync(template, text);
      await alert.waitFor({ state: 'detached' });
      await expect.poll(() => page.getByRole('status').innerText()).toBe('as saved');
      await page.context().close();
    });

    test('switches: what is measured, the panel, single inks', async () => {
      const page = await open();
      for (const [name, shape, count] of [
        ['Trim', '.trim', 2],
        ['Bleed', 'rect.bleed', 2],
        ['Safe area', '.safe', 2],
        ['Quiet zones', '.quiet', 4],
        ['Module width', 'text.module', 2],
      ] as const) {
        const box = page.getByLabel(name, { exact: true });
        expect(await page.locator(`.overlay ${shape}`).count()).toBe(0);
        await box.focus();
        await page.keyboard.press('Space');
        await expect.poll(() => page.locator(`.overlay ${shape}`).count()).toBe(count);
      }
      expect(await page.locator('text.module').first().textContent()).toBe('0.339 mm, 8 dots at 600 dpi');
      const panel = page.locator('[data-step=scratch]');
      expect(await panel.count()).toBe(1);
      await page.getByLabel('Scratch panel').uncheck();
      await expect.poll(() => panel.count()).toBe(0);
      await page.getByLabel('Magenta').check();
      await page.locator('[data-side=front] canvas[data-plate=Magenta]').waitFor();
      const [red = 0, green = 0, blue = 0] = await colourAt(page, 'front', 60, 5);
      expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(12);
      await page.getByLabel('Black').check();
      await page.locator('[data-side=back] canvas[data-plate=Black]').waitFor();
      // They stay as they were left.
      await page.reload();
      await drawn(page);
      expect(await page.locator('.overlay .trim').count()).toBe(2);
      await page.context().close();
    });

    test('a row of the preflight points at its place on the card and its line', async () => {
      const page = await open();
      const row = page.getByRole('row').filter({ hasText: 'back[4] pin' }).first();
      await row.getByRole('button').focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('[data-side=back] .pointed').count()).toBe(1);
      await expect.poll(() => page.locator(':focus').innerText()).toMatch(/part: barcode, data: pin/);
      expect(await page.locator('.symbols .good').first().innerText()).toBe('good');
      await page.context().close();
    });

    test('a row that comes above leaves the keyboard where it is', async () => {
      const page = await open();
      const first = page.locator('tbody tr').first();
      await expect.poll(() => first.innerText()).toMatch(/back\[1\] token/);
      await first.getByRole('button').focus();
      writeFileSync(template, text.replace('size: [34, 10], module: 0.34', 'size: [34, 10], module: 0.2'));
      await expect.poll(() => first.innerText()).toMatch(/back\[4\] pin/);
      expect(await page.locator('tr:has(:focus)').innerText()).toContain('back[1] token');
      await page.context().close();
    });

    test('true size is that of the card, and pictures have the screen’s own resolution', async () => {
      const page = await open({ deviceScaleFactor: 2 });
      await page.getByRole('combobox').selectOption('1');
      await expect.poll(() => canvas(page, 'front').evaluate((one: Canvas) => one.width)).toBe(692);
      const { width = 0 } = (await canvas(page, 'front').boundingBox()) ?? {};
      expect((width / 96) * 25.4).toBeCloseTo(85.6 + 6, 0);
      await page.context().close();
    });

    test('a phone’s width: nothing is wider than the screen, in the dark as in the light', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open({ colorScheme, viewport: { width: 390, height: 844 } });
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        await page.setViewportSize({ width: 1200, height: 800 });
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
        expect(red > 128).toBe(colorScheme === 'light');
        await page.context().close();
      }
    });

    test('two pages see the same save; each has its own switches', async () => {
      const [one, two] = [await open(), await open()];
      await one.getByLabel('Trim').check();
      writeFileSync(template, inRed(text));
      for (const page of [one, two]) await isOnGreen(page, false);
      expect(await one.locator('.overlay .trim').count()).toBe(2);
      expect(await two.locator('.overlay .trim').count()).toBe(0);
      await one.context().close();
      await two.context().close();
    });

    test('the server may go and come: the page says so, connects again, and a reload finds it', async () => {
      const own = await serve();
      const { port } = new URL(own.origin);
      const page = await open({}, own.origin);
      own.child.kill('SIGINT');
      expect(await own.ended).toMatchObject({ code: 0, err: '' });
      const status = page.getByRole('status');
      await expect.poll(() => status.innerText()).toBe('connecting again');
      expect(isGreen(await colourAt(page, 'front', 60, 5))).toBe(true);
      writeFileSync(template, inRed(text));
      const again = await serve('--port', port);
      await expect.poll(() => status.innerText(), { timeout: 60_000 }).toBe('as saved');
      await isOnGreen(page, false);
      again.child.kill('SIGTERM');
      await again.ended;
      const last = serve('--port', port);
      await expect
        .poll(
          () =>
            page.reload().then(
              () => true,
              () => false,
            ),
          { timeout: 60_000 },
        )
        .toBe(true);
      await drawn(page);
      const { child, ended } = await last;
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0, err: '' });
      await page.context().close();
    });
  });
}

test('what makes no sense beside it is said: a record, a folder to write to', async () => {
  await cardpress(['init', 'other'], { cwd });
  for (const flags of [
    ['--data', 'x.yaml'],
    ['--out', 'x'],
    ['--dpi', '300'],
    ['--port', 'high'],
  ]) {
    const { code, err } = await cardpress(['preview', '--live', ...flags], { cwd: join(cwd, 'other') });
    expect([code, err]).toEqual([2, expect.stringContaining(flags[0] ?? '')]);
  }
});
