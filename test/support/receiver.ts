// A real HTTP server that takes notices and heartbeats, and checks the signature as a receiver would.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Notice } from '../../src/watch/notice.ts';

export interface Receiver {
  readonly url: string;
  /** What came since it was last asked. */
  readonly notices: () => readonly Notice[];
  readonly bodies: () => string;
  readonly beats: () => number;
  /** Answers the next calls with these statuses, then with 200 again; 0 breaks the connection. */
  readonly answer: (...statuses: readonly number[]) => void;
  readonly calls: () => number;
  readonly close: () => Promise<void>;
}

export async function startReceiver(key: string): Promise<Receiver> {
  let notices: Notice[] = [];
  let all = '';
  let beats = 0;
  let calls = 0;
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      calls += 1;
      const status = statuses.shift() ?? 200;
      if (status === 0) {
        request.socket.destroy();
        return;
      }
      if (status === 200 && request.url === '/beat') beats += 1;
      if (status === 200 && request.url === '/hook') {
        const expected = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
        if (request.headers['cardpress-signature'] !== expected) {
          response.writeHead(403).end();
          return;
        }
        all += body;
        notices.push(JSON.parse(body) as Notice);
      }
      response.writeHead(status).end('answered');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notices() {
      const found = notices;
      notices = [];
      return found;
    },
    bodies: () => all,
    beats: () => beats,
    answer: (...next) => void statuses.push(...next),
    calls: () => calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
