// Get Token, and the bearer tokens it gives out.
import type { Answer } from './answer.ts';
import { badRequest, forbidden, ok, unauthorized } from './answer.ts';
import type { Chance } from './chance.ts';
import type { Call } from './operation.ts';
import { grantOrder, readOrder } from './order.ts';

const OWNER = /^[PT](?:\d{3}|\d{8})$/;
/** The audience names the platform's own host, whichever host is called. */
const AUDIENCE = 'https://api.dintero.com/v1/accounts/';

export interface Client {
  readonly id: string;
  readonly secret: string;
}

export interface Bearers {
  /** Answers Get Token with a token that lives for `seconds`. Throws a Refusal. */
  grant(call: Call, seconds: number): Answer;
  /** Throws a 401 where the call has no living token of its account. */
  demand(call: Call): void;
  /** Every token ends now. */
  endAll(): void;
}

export function startBearers(client: Client, chance: Chance, clock: () => number): Bearers {
  const held = new Map<string, { readonly account: string; readonly ends: number }>();
  const expected = Buffer.from(`${client.id}:${client.secret}`).toString('base64');

  const grant = ({ account, authorization, body }: Call, seconds: number): Answer => {
    if (!OWNER.test(account)) throw badRequest([{ field: 'oid', message: 'is no account id' }]);
    if (credentials(authorization, 'basic') !== expected) throw unauthorized();
    const { audience } = readOrder(grantOrder, body);
    if (audience !== AUDIENCE + account) throw forbidden();
    const token = chance.hex(32);
    held.set(token, { account, ends: clock() + seconds * 1000 });
    return ok({ access_token: token, token_type: 'Bearer', expires_in: seconds });
  };

  const demand = ({ account, authorization }: Call): void => {
    const bearer = held.get(credentials(authorization, 'bearer') ?? '');
    if (bearer?.account !== account || bearer.ends <= clock()) throw unauthorized();
  };

  return { grant, demand, endAll: () => held.clear() };
}

/** What follows the scheme in an Authorization header; schemes are not case-sensitive. */
function credentials(authorization: string, scheme: string): string | undefined {
  const [named = '', value] = authorization.split(' ', 2);
  return named.toLowerCase() === scheme ? value : undefined;
}
