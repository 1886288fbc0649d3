import { describe, expect, test } from 'vitest';
import { accessToken, errorAnswer } from './answer-schema.ts';
import type { GrantRequest } from './rehearsal.ts';
import { ACCOUNT, askForBearer, basic, bearerOf, open, send } from './rehearsal.ts';

const AUDIENCE = `https://api.dintero.com/v1/accounts/${ACCOUNT}`;

describe('Get Token', () => {
  test('gives a bearer token and says truly how long it lives', async () => {
    let now = 1_000_000;
    const sandbox = await open({ tokenLife: 60, clock: () => now });
    const { status, body } = await askForBearer(sandbox);
    expect(status).toBe(200);
    const { access_token, expires_in } = accessToken.parse(body);
    expect(expires_in).toBe(60);
    const list = () =>
      send(`${sandbox.origin}/accounts/${ACCOUNT}/wallets/cards`, {
        headers: { authorization: `Bearer ${access_token}` },
      });
    now += 59_999;
    expect((await list()).status).toBe(200);
    now += 1;
    expect((await list()).status).toBe(401);
  });

  test('lives four hours unless told otherwise', async () => {
    const { body } = await askForBearer(await open());
    expect(accessToken.parse(body).expires_in).toBe(14_400);
  });

  test('takes credentials of its own', async () => {
    const sandbox = await open({ clientId: 'shop', clientSecret: 's:ecret' });
    expect((await askForBearer(sandbox, { authorization: basic('shop', 's:ecret') })).status).toBe(200);
    expect((await askForBearer(sandbox)).status).toBe(401);
  });

  test('serves production and partner ids as well', async () => {
    const sandbox = await open();
    expect((await askForBearer(sandbox, { account: 'P87654321' })).status).toBe(200);
    expect((await askForBearer(sandbox, { account: 'P123' })).status).toBe(200);
  });

  test.each<[string, GrantRequest, number]>([
    ['no credentials', { authorization: null }, 401],
    ['another scheme', { authorization: 'Bearer sandbox' }, 401],
    ['a wrong secret', { authorization: basic('sandbox', 'wrong') }, 401],
    ['no audience', { body: { grant_type: 'client_credentials' } }, 400],
    ['no grant type', { body: { audience: AUDIENCE } }, 400],
    ['another grant type', { body: { grant_type: 'password', audience: AUDIENCE } }, 400],
    ['a body that is not JSON', { body: 'grant_type=client_credentials' }, 400],
    ['an account id that is none', { account: 'X12345678' }, 400],
    [
      'the audience of another account',
      { body: { grant_type: 'client_credentials', audience: `${AUDIENCE.slice(0, -1)}9` } },
      403,
    ],
    [
      'the audience of another host',
      { body: { grant_type: 'client_credentials', audience: 'T12345678' } },
      403,
    ],
  ])('refuses %s', async (_, request, status) => {
    const reply = await askForBearer(await open(), request);
    expect(reply.status).toBe(status);
    expect(() => errorAnswer.parse(reply.body)).not.toThrow();
  });
});

describe('a bearer token', () => {
  test.each([
    ['none', undefined],
    ['an unknown one', 'Bearer nobody'],
    ['basic credentials', basic('sandbox', 'sandbox')],
  ])('is demanded: %s', async (_, authorization) => {
    const sandbox = await open();
    const reply = await send(`${sandbox.origin}/accounts/${ACCOUNT}/wallets/cards`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(reply.status).toBe(401);
    expect(reply.body).toEqual({ error: { message: 'Unauthorized' } });
  });

  test('opens one account only, and a test account is not the production account of the same number', async () => {
    const sandbox = await open();
    const authorization = `Bearer ${await bearerOf(sandbox)}`;
    const reply = await send(`${sandbox.origin}/accounts/P12345678/wallets/cards`, {
      headers: { authorization },
    });
    expect(reply.status).toBe(401);
  });
});
