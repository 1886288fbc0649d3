// The live page's server by itself: whom it answers, what it gives out, and what becomes of a save.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { MOST_PICTURES } from '../../src/preview/drawing.ts';
import { type Live, openLive } from '../../src/preview/live.ts';
import { type LiveServer, hostsAt, liveApp, serveLive } from '../../src/preview/live-server.ts';
import { openSpecimen, specimenPdf } from '../../src/preview/specimen.ts';
import { readSubject } from '../../src/preview/subject.ts';
import { grown } from '../../src/plan/rect.ts';
import { slotPlaces } from '../../src/render/imposition.ts';
import { openPdf, partOf } from '../../src/verify/raster.ts';
import { TEMPLATES } from '../render/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'cardpress-live-'));
const template = join(folder, 'classic/template.yaml');
const reader = { disk: nodeDisk, builtIn: TEMPLATES.pathname };
let live: Live;
let server: LiveServer;

beforeAll(async () => {
  cpSync(new URL('classic', TEMPLATES), join(folder, 'classic'), { recursive: true });
  cpSync(new URL('fonts', TEMPLATES), join(folder, 'fonts'), { recursive: true });
  live = await openLive({ reader, named: { template }, sheet: undefined, shown: 'specimen' });
  server = await serveLive(live, new Map([['index.html', Buffer.from('<title>the page</title>')]]), 0);
});
afterAll(async () => {
  await server.close();
  await live.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request as it is written, whatever a browser would make of it. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.origin);
    request({ hostname, port, path, method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

function picture(what: string, rest: Record<string, string | number> = {}): string {
  const version = live.state().drawing?.version ?? '';
  const query = Object.entries({ version, dpi: 96, ...rest }).map(([key, value]) => `${key}=${value}`);
  return `/picture/${what}?${query.join('&')}`;
}

/** Waits for a state of this kind; the test's own time limit ends what never comes. */
function until(is: (state: ReturnType<Live['state']>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!is(live.state())) return;
      end();
      resolve();
    };
    const end = live.subscribe(look);
    look();
  });
}

describe('whom it answers', () => {
  test('its own page, by its own name', async () => {
    const { host, port } = new URL(server.origin);
    for (const headers of [{}, { Origin: server.origin }, { Host: `localhost:${port}` }]) {
      const { status, body } = await ask('/', headers);
      expect([status, body.toString()]).toEqual([200, '<title>the page</title>']);
    }
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test.each<[string, Record<string, string>]>([
    ['a name that was bound to loopback', { Host: 'evil.example' }],
    ['that name with the port', { Host: 'evil.example:80' }],
    ['another site', { Origin: 'https://evil.example' }],
    ['a page from nowhere', { Origin: 'null' }],
    ['another server of this computer', { Origin: 'http://127.0.0.1:1' }],
    ['a picture in another site’s page', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['a page of another port', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' }],
  ])('not %s', async (_, headers) => {
    for (const path of ['/', '/state', picture('face/front')]) {
      const { status, body } = await ask(path, headers);
      expect(status).toBe(403);
      expect(body.length).toBeLessThan(60);
    }
  });

  test.each([
    [80, '127.0.0.1', 200],
    [80, '127.0.0.1:80', 200],
    [80, 'localhost', 200],
    [80, 'evil.example', 403],
    [8080, '127.0.0.1:8080', 200],
    [8080, '127.0.0.1', 403],
  ])('on port %i, %s: %i', async (port, host, status) => {
    const app = liveApp(live, new Map([['index.html', Buffer.from('')]]), new Set(hostsAt(port)));
    const answer = await app.request('/', { headers: { Host: host, Origin: `http://${host}` } });
    expect(answer.status).toBe(status);
  });

  test('only those who look', async () => {
    expect((await ask('/', {}, 'POST')).status).toBe(405);
    expect((await ask('/', {}, 'DELETE')).status).toBe(405);
  });

  test('loopback alone', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of outside) {
      const reached = fetch(`http://${address}:${new URL(server.origin).port}/`);
      await expect(reached).rejects.toThrow();
    }
  });

  test('and says so to browsers', async () => {
    const { headers } = await ask('/');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('what it gives out', () => {
  test.each([
    '/template.yaml',
    '/classic/template.yaml',
    '/../template.yaml',
    '/../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2fpackage.json',
    '//etc/passwd',
    '/picture/face/..%2f..%2fetc%2fpasswd?dpi=96',
    '/picture/file/front?dpi=96',
    '/.cardpress/key.txt',
  ])('no file: %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test('no picture of a wild size, of another version, of an ink or a side that is not there', async () => {
    for (const rest of [{ dpi: 100_000 }, { dpi: 'many' }, { dpi: 1 }, { dpi: 96.5 }])
      expect((await ask(picture('face/front', rest))).status).toBe(404);
    expect((await ask(picture('sheet/front', { dpi: 600 }))).status).toBe(404);
    expect((await ask(picture('plate/front', { plate: 'Gold' }))).status).toBe(404);
    expect((await ask(picture('face/inside'))).status).toBe(404);
    expect((await ask(picture('face/front', { version: 'x' }))).status).toBe(410);
  });

  test.each(['front', 'back'] as const)('the %s as it is in the specimen’s PDF', async (side) => {
    const specimen = await openSpecimen(await readSubject(reader, { template }), 'specimen');
    const layout = specimen.layout!;
    const pages = await openPdf(await specimenPdf(layout, specimen), 'the specimen');
    const page = pages.render(side === 'front' ? 1 : 2, 288);
    pages.close();
    const place = slotPlaces(layout).find((one) => one.side === side && one.slot === 1)!;
    const theirs = partOf(page, grown(place, layout.sheet.bleed), 288);
    const { body, headers } = await ask(picture(`face/${side}`, { dpi: 288 }));
    expect(headers['content-type']).toBe('image/png');
    const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([theirs.width, theirs.height]);
    // A cut is smoothed from where it lies, a whole page from its corner: some edges are a 255th off, and a line of
    // letters that falls between two rows of pixels may be set on the other.
    let off = 0;
    for (const [index, value] of data.entries()) if (Math.abs(value - theirs.rgba[index]!) > 1) off += 1;
    expect(off / data.length).toBeLessThan(0.001);
  });

  test('a picture is kept while it is looked at, and not for ever', async () => {
    const drawing = live.drawing()!;
    const at = (dpi: number) => drawing.picture({ what: 'face', side: 'front' }, dpi)!;
    const [first, second] = [at(24), at(25)];
    for (let dpi = 26; dpi < 24 + MOST_PICTURES; dpi += 1) await at(dpi);
    expect(at(24)).toBe(first);
    await at(24 + MOST_PICTURES);
    expect(at(24)).toBe(first);
    expect(at(25)).not.toBe(second);
    expect((await at(25)).png).toEqual((await second).png);
  });

  test('films of single inks: the token is on the black one, and its ground on none', async () => {
    const at = async (plate: string, x: number, y: number) => {
      const { body, status } = await ask(picture('plate/back', { plate, dpi: 254 }));
      expect(status).toBe(200);
      const bleed = live.state().drawing!.bleed;
      const area = {
        left: Math.round((x + bleed) * 10),
        top: Math.round((y + bleed) * 10),
        width: 300,
        height: 1,
      };
      return (await sharp(body).extract(area).greyscale().raw().toBuffer()) as Uint8Array;
    };
    const black = await at('Black', 25, 12);
    expect([Math.min(...black) < 90, Math.max(...black)]).toEqual([true, 255]);
    expect(Math.min(...(await at('Cyan', 25, 12)))).toBe(255);
    expect(Math.max(...(await at('Scratch', 10, 35)))).toBeLessThan(90);
  });
});

describe('a save', () => {
  const text = readFileSync(new URL('classic/template.yaml', TEMPLATES), 'utf8');
  const version = () => live.state().drawing?.version;

  test('is drawn; what cannot be is told with its line over the last good drawing; mended, it is drawn', async () => {
    const first = version();
    writeFileSync(template, text.replace('safe: 3', 'safe: 2.5'));
    await until(({ drawing }) => drawing?.safe === 2.5);
    const second = version();
    expect(second).not.toBe(first);

    writeFileSync(template, text.replace('safe: 3', 'safe: [3'));
    await until(({ complaints }) => complaints.length > 0);
    expect(live.state().complaints[0]!.place).toMatchObject({
      file: template,
      line: expect.any(Number) as number,
    });
    expect(version()).toBe(second);
    expect((await ask(picture('face/front'))).status).toBe(200);

    writeFileSync(template, text);
    await until(({ complaints, drawing }) => complaints.length === 0 && drawing?.safe === 3);
    expect(version()).not.toBe(second);
  });

  test('by a new file under the old name, again and again, as many editors do', async () => {
    for (const safe of [2, 2.25, 2.75]) {
      writeFileSync(`${template}.new`, text.replace('safe: 3', `safe: ${safe}`));
      renameSync(`${template}.new`, template);
      await until(({ drawing }) => drawing?.safe === safe);
    }
    rmSync(template);
    await until(({ complaints }) => complaints.length > 0);
    writeFileSync(template, text);
    await until(({ complaints, drawing }) => complaints.length === 0 && drawing?.safe === 3);
  });

  test('of a font is drawn as well', async () => {
    const before = version();
    const font = join(folder, 'fonts/Inter-SemiBold.ttf');
    writeFileSync(font, readFileSync(new URL('fonts/Inter-Regular.ttf', TEMPLATES)));
    await until(({ drawing }) => drawing?.version !== before);
    writeFileSync(font, 'no font');
    await until(({ complaints }) => complaints.some(({ message }) => message.includes('not a font')));
    expect(live.state().complaints[0]!.place).toMatchObject({ file: template });
    writeFileSync(font, readFileSync(new URL('fonts/Inter-SemiBold.ttf', TEMPLATES)));
    await until(({ complaints }) => complaints.length === 0);
  });

  // A measurement gives way to a save that is just being looked at: one of these comes at that moment.
  test('with nothing new in it, when the symbols are about to be measured, takes no measurement away', async () => {
    for (const [round, moment] of [235, 240, 245, 250, 255, 260].entries()) {
      const safe = 2.1 + round / 10;
      writeFileSync(template, text.replace('safe: 3', `safe: ${safe}`));
      await until(({ drawing }) => drawing?.safe === safe);
      await wait(moment);
      utimesSync(template, new Date(), new Date());
      await until(({ drawing }) => drawing?.outlooks !== undefined);
    }
    writeFileSync(template, text);
    await until(({ drawing }) => drawing?.safe === 3);
  });

  test('that breaks a rule is drawn, and the row says where', async () => {
    writeFileSync(template, text.replace('at: [3, 6], size: [79.6, 12]', 'at: [1, 6], size: [79.6, 12]'));
    await until(({ drawing }) => drawing?.findings.some(({ verdict }) => verdict === 'fail') === true);
    const row = live
      .state()
      .drawing!.findings.find(({ rule, verdict }) => rule === 'safe-area' && verdict === 'fail');
    const line = text.split('\n').findIndex((at) => at.includes('part: barcode, data: token')) + 1;
    expect(row).toMatchObject({ side: 'back', line, areas: [{ x: 1, y: 6, width: 79.6, height: 12 }] });
    writeFileSync(template, text);
    await until(({ drawing }) => drawing?.findings.every(({ verdict }) => verdict !== 'fail') === true);
  });
});

test('a template that is not there is said at once, and no page is opened', async () => {
  const named = { template: join(folder, 'nothing/template.yaml') };
  const opened = openLive({ reader, named, sheet: undefined, shown: 'specimen' });
  await expect(opened).rejects.toMatchObject({ kind: 'input' });
});

test('a port that is taken is said', async () => {
  const { port } = new URL(server.origin);
  await expect(serveLive(live, new Map(), Number(port))).rejects.toMatchObject({ kind: 'input' });
});
