import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { books } from '../../src/sandbox/books.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { errorAnswer } from './answer-schema.ts';
import { ACCOUNT, bearerOf, ids, open, openShop, send } from './rehearsal.ts';

const CARDS = `/accounts/${ACCOUNT}/wallets/cards`;
const FIVE_MEGABYTES = 5 * 1024 * 1024;

describe('a sandbox', () => {
  test('says where it is', async () => {
    const sandbox = await open();
    expect(sandbox.origin).toBe(`http://127.0.0.1:${sandbox.port}/v1`);
    expect(sandbox.port).toBeGreaterThan(0);
  });

  test('names a port that is taken', async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
  });

  test('takes its port again at once', async () => {
    const before = await startSandbox();
    const { port } = before;
    await before.close();
    expect((await open({ port })).port).toBe(port);
  });

  test('is on the loopback interface only', async () => {
    const { port } = await open();
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    // A machine without a network has nothing to try.
    if (outside === undefined) return;
    const socket = connect(port, outside.address);
    await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('keeps a connection alive', async () => {
    const { port } = await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const localPorts: (number | undefined)[] = [];
    for (let call = 0; call < 3; call += 1) {
      const asked = request({ port, host: '127.0.0.1', path: '/sandbox/books', agent }).end();
      const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
      localPorts.push(asked.socket?.localPort);
      response.resume();
      await once(response, 'end');
    }
    agent.destroy();
    expect(new Set(localPorts).size).toBe(1);
  });

  test('closes at once, idle and hanging connections included', async () => {
    const sandbox = await startSandbox({ faults: { rules: [{ operation: 'list', fault: 'hang' }] } });
    const shop = await openShop(sandbox);
    const hanging = shop.call('GET', '/cards').catch((error: unknown) => error);
    await vi.waitFor(() => expect(sandbox.books().operations.list.faults).toBe(1));
    const silent = connect(sandbox.port, '127.0.0.1').on('error', () => undefined);
    await once(silent, 'connect');
    const cut = new Promise((resolve) => silent.once('close', resolve));
    await sandbox.close();
    expect(await hanging).toBeInstanceOf(Error);
    await cut;
    // Sooner than either connection would end by itself, which takes a minute or for ever.
  }, 30_000);
});

describe('every answer', () => {
  test('carries the date of the sandbox clock', async () => {
    const sandbox = await open({ clock: () => Date.UTC(2026, 10, 21, 12) });
    const shop = await openShop(sandbox);
    const replies = [
      await shop.call('GET', '/cards'),
      await shop.call('GET', '/cards/none'),
      await send(`${sandbox.origin}/nowhere`),
      await send(new URL('/sandbox/books', sandbox.origin).href),
    ];
    for (const { headers } of replies) expect(headers.get('date')).toBe('Sat, 21 Nov 2026 12:00:00 GMT');
  });

  test('is JSON with its length', async () => {
    const shop = await openShop(await open());
    const { headers } = await shop.call('GET', '/cards');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('content-length')).toBe(String(JSON.stringify({ cards: [] }).length));
  });
});

describe('a request that means nothing', () => {
  test.each([
    '/',
    '/accounts',
    `${CARDS}/one/two`,
    `${CARDS}/`,
    `/accounts/${ACCOUNT}/wallets`,
    '/../sandbox',
  ])('is not found: %s', async (path) => {
    const sandbox = await open();
    const { status, body } = await send(sandbox.origin + path);
    expect(status).toBe(404);
    expect(errorAnswer.parse(body).error.code).toBe('NOT FOUND');
  });

  test.each([
    ['GET', `/accounts/${ACCOUNT}/auth/token`, 'POST'],
    ['DELETE', CARDS, 'POST, GET'],
    ['POST', `${CARDS}/one`, 'GET, DELETE'],
    ['PUT', `${CARDS}/batch`, 'POST, GET, DELETE'],
    ['GET', `${CARDS}/one/activate`, 'POST'],
    ['POST', `${CARDS}/one/transactions`, 'GET'],
  ])('has the wrong method: %s %s', async (method, path, allowed) => {
    const sandbox = await open();
    const { status, headers, body } = await send(sandbox.origin + path, { method });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe(allowed);
    expect(() => errorAnswer.parse(body)).not.toThrow();
  });

  test('has a path that cannot be decoded', async () => {
    const sandbox = await open();
    expect((await send(`${sandbox.origin}${CARDS}/%E0%A4%A`)).status).toBe(400);
  });

  test('has a body over 5 MB', async () => {
    const sandbox = await open();
    const authorization = `Bearer ${await bearerOf(sandbox)}`;
    const sendBytes = (bytes: number) =>
      send(`${sandbox.origin}${CARDS}/batch`, {
        method: 'POST',
        headers: { authorization },
        body: Buffer.alloc(bytes, ' '),
      });
    expect((await sendBytes(FIVE_MEGABYTES)).status).toBe(400);
    const { status, body } = await sendBytes(FIVE_MEGABYTES + 1);
    expect(status).toBe(413);
    expect(() => errorAnswer.parse(body)).not.toThrow();
    expect((await sendBytes(FIVE_MEGABYTES * 8)).status).toBe(413);
  });
});

describe('the books', () => {
  test('hold every card with all its secrets', async () => {
    const sandbox = await open({ clock: () => 0 });
    const shop = await openShop(sandbox);
    const { body } = await shop.batch(['one', 'two'], { pin: { format: { length: 4, symbols: false } } });
    await shop.call('DELETE', '/cards/two');
    const { cards } = body as { cards: { id: string; pin: { pin: { value: string } }; card_token: never }[] };
    const [one, two] = sandbox.books().accounts[ACCOUNT]!.cards;
    expect(one).toMatchObject({
      card_id: 'one',
      uuid: cards[0]!.id,
      status: 'inactive',
      created_at: '1970-01-01T00:00:00.000Z',
      amount: 0,
      currency: 'NOK',
      pins: [{ value: cards[0]!.pin.pin.value }],
    });
    expect(one).not.toHaveProperty('deleted_at');
    expect(two).toHaveProperty('deleted_at', '1970-01-01T00:00:00.000Z');
  });

  test('are a copy, and the same over HTTP', async () => {
    const sandbox = await open();
    const shop = await openShop(sandbox);
    await shop.batch(ids(2));
    const { status, body } = await send(new URL('/sandbox/books', sandbox.origin).href);
    expect(status).toBe(200);
    expect(body).toEqual(sandbox.books());
    sandbox.books().accounts[ACCOUNT]!.cards.pop();
    expect(sandbox.books().accounts[ACCOUNT]!.cards).toHaveLength(2);
  });

  test('can be carried on by another sandbox, with the same seed, too', async () => {
    const before = await open({ seed: 1 });
    await (await openShop(before)).batch(ids(5));
    const saved = books.parse(JSON.parse(JSON.stringify(before.books())));
    const after = await open({ seed: 1, books: saved });
    expect(after.books()).toEqual(before.books());
    const shop = await openShop(after);
    expect((await shop.batch(['card-3'])).status).toBe(409);
    expect((await shop.batch(ids(5, 'more'))).status).toBe(200);
    const { cards } = after.books().accounts[ACCOUNT]!;
    expect(new Set(cards.map(({ uuid }) => uuid)).size).toBe(10);
    expect(new Set(cards.map(({ tokens }) => tokens[0]!.value)).size).toBe(10);
    expect(saved.accounts[ACCOUNT]!.cards).toHaveLength(5);
    expect(after.books().operations.batch.calls).toBe(3);
  });

  test('of another shape are refused', async () => {
    const wrong = { accounts: [], operations: {} } as never;
    await expect(open({ books: wrong })).rejects.toThrow(/accounts/);
  });
});

test('settle answers at once where nothing is late', async () => {
  const sandbox = await open();
  const { status } = await send(new URL('/sandbox/settle', sandbox.origin).href, { method: 'POST' });
  expect(status).toBe(204);
  expect((await send(new URL('/sandbox/settle', sandbox.origin).href)).status).toBe(405);
});
