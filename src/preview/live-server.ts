// The live page's server: on loopback alone, for a page that it served itself. What it gives out is what it
// holds in memory: the page's own files, the state, and pictures of specimens; no request names a file.
import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { Failure, badInput, hasCode } from '../base/failure.ts';
import type { Side } from '../plan/template.ts';
import type { Subject } from './drawing.ts';
import type { Live } from './live.ts';

/** The page's own files by their paths, such as `index.html` and `assets/page.js`. */
export type PageFiles = ReadonlyMap<string, Uint8Array>;

export interface LiveServer {
  readonly origin: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
/** Pictures of faces, and of sheets, which are many times as large. */
const MOST_DPI = { face: 1200, plate: 1200, sheet: 300 };
/** How soon a page asks again when the line is cut; milliseconds. */
const RETRY = 300;

/** @param port 0 for any that is free */
export async function serveLive(live: Live, page: PageFiles, port: number): Promise<LiveServer> {
  const hosts = new Set<string>();
  const app = liveApp(live, page, hosts);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE'))
      throw badInput(`port ${port} is taken`, { hint: 'choose another with --port' });
    if (hasCode(error, 'EACCES')) throw badInput(`port ${port} may not be listened on`);
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server of loopback has a port');
  const bound = address.port;
  for (const name of hostsAt(bound)) hosts.add(name);
  return {
    origin: `http://${HOST}:${bound}`,
    async close() {
      const ended = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await ended;
    },
  };
}

/** What a browser calls this server: it leaves out the port that is its own default. */
export function hostsAt(port: number): readonly string[] {
  return [HOST, 'localhost'].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
}

/** @param hosts what a request may call this server, with its port */
export function liveApp(live: Live, page: PageFiles, hosts: ReadonlySet<string>): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = refused(context, hosts);
    if (refusal !== undefined) return context.text(refusal, 403, HEADERS);
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD')
      return context.text('this page is only looked at', 405, { ...HEADERS, Allow: 'GET, HEAD' });
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    return undefined;
  });
  app.get('/state', (context) =>
    streamSSE(context, async (stream) => {
      let wake: () => void = () => undefined;
      let fresh = true;
      const end = live.subscribe(() => {
        fresh = true;
        wake();
      });
      stream.onAbort(() => {
        end();
        wake();
      });
      while (!stream.aborted) {
        if (fresh) {
          fresh = false;
          await stream.writeSSE({ event: 'state', retry: RETRY, data: JSON.stringify(live.state()) });
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (fresh || stream.aborted) resolve();
        });
      }
      end();
    }),
  );
  app.get('/picture/:what/:side', async (context) => {
    const { what, side } = context.req.param();
    const subject = subjectOf(what, side, context.req.query('plate'));
    const dpi = Number(context.req.query('dpi'));
    const asked = context.req.query('version');
    if (subject === undefined || !(Number.isInteger(dpi) && dpi >= 24 && dpi <= MOST_DPI[subject.what]))
      return context.notFound();
    // Of a version that is past there are no pictures, and a page that asks hears of the next at once.
    if (asked !== live.state().drawing?.version) return context.text('drawn anew since', 410);
    const picture = await live.drawing()?.picture(subject, dpi);
    if (picture === undefined) return context.notFound();
    const { png, raster, encode } = picture;
    context.header('Content-Type', 'image/png');
    context.header('Server-Timing', `raster;dur=${raster.toFixed(1)}, encode;dur=${encode.toFixed(1)}`);
    return context.body(new Uint8Array(png));
  });
  app.get('*', (context) => {
    const name = context.req.path === '/' ? 'index.html' : context.req.path.slice(1);
    const bytes = page.get(name);
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (bytes === undefined || type === undefined) return context.text('there is no such page', 404);
    context.header('Content-Type', type);
    return context.body(new Uint8Array(bytes));
  });
  app.onError((error, context) =>
    context.text(error instanceof Failure ? error.message : 'this could not be drawn', 500, HEADERS),
  );
  return app;
}

/** Why a request is not answered: it names another host (a rebound name), or comes from another site's page. */
function refused({ req }: Context, hosts: ReadonlySet<string>): string | undefined {
  const host = req.header('host');
  if (host === undefined || !hosts.has(host)) return 'this server goes by another name';
  const origin = req.header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return 'another site has no business here';
  // A browser says where a request without an Origin comes from; a person may follow a link.
  const site = req.header('sec-fetch-site');
  const comesFromElsewhere = site === 'cross-site' || site === 'same-site';
  if (comesFromElsewhere && req.header('sec-fetch-mode') !== 'navigate')
    return 'another site has no business here';
  return undefined;
}

function subjectOf(what: string, side: string, plate: string | undefined): Subject | undefined {
  if (side !== 'front' && side !== 'back') return undefined;
  const on: { side: Side } = { side };
  if (what === 'plate') return plate === undefined ? undefined : { what, ...on, plate };
  return what === 'face' || what === 'sheet' ? { what, ...on } : undefined;
}
