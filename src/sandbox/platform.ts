// The stand-in platform without its server: a call goes in, an answer comes out, the books remember.
import type { Account } from './account.ts';
import { openAccount } from './account.ts';
import type { Answer } from './answer.ts';
import { badRequest, problem, Refusal } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { Client } from './bearer.ts';
import { startBearers } from './bearer.ts';
import type { Books } from './books.ts';
import type { CardOperation } from './card-operation.ts';
import { activate, remove } from './change.ts';
import type { Chance } from './chance.ts';
import { batch, create } from './issue.ts';
import { get, info, list, transactions } from './look-up.ts';
import type { Call, Operation } from './operation.ts';
import { rotatePin, tokens } from './reissue.ts';

const ACCOUNT = /^[PT]\d{8}$/;

const cardOperations: Readonly<Record<Exclude<Operation, 'auth'>, CardOperation>> = {
  batch,
  create,
  get,
  list,
  activate,
  'rotate-pin': rotatePin,
  tokens,
  delete: remove,
  transactions,
  info,
};

export interface PlatformSettings {
  readonly client: Client;
  readonly behaviour: Behaviour;
  readonly chance: Chance;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The cards to begin with; taken over, not copied. */
  readonly accounts: Books['accounts'];
}

export interface Platform {
  /** Never rejects. A bearer token that the call asks for lives `tokenLife` seconds. */
  perform(call: Call, tokenLife: number): Promise<Answer>;
  /** Every bearer token ends now. */
  endBearers(): void;
  /** A deep copy. */
  accounts(): Books['accounts'];
}

export function openPlatform({ client, behaviour, chance, clock, accounts }: PlatformSettings): Platform {
  const bearers = startBearers(client, chance, clock);
  const opened = new Map<string, Account>(
    Object.entries(accounts).map(([id, { cards }]) => [id, openAccount(cards)]),
  );

  const accountOf = (id: string): Account => {
    const account = opened.get(id) ?? openAccount([]);
    opened.set(id, account);
    return account;
  };

  const answer = (call: Call, tokenLife: number): Answer | Promise<Answer> => {
    if (call.operation === 'auth') return bearers.grant(call, tokenLife);
    if (!ACCOUNT.test(call.account)) throw badRequest([{ field: 'aid', message: 'is no account id' }]);
    bearers.demand(call);
    const context = {
      account: accountOf(call.account),
      behaviour,
      chance,
      now: clock(),
      clientId: client.id,
    };
    return cardOperations[call.operation](context, call);
  };

  const perform = async (call: Call, tokenLife: number): Promise<Answer> => {
    try {
      return await answer(call, tokenLife);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      // A bug of the sandbox: say what it was to whoever is rehearsing.
      return problem(500, `Unexpected error: ${String(error)}`);
    }
  };

  const copyAccounts = (): Books['accounts'] =>
    structuredClone(Object.fromEntries([...opened].map(([id, { cards }]) => [id, { cards }])));

  return { perform, endBearers: () => bearers.endAll(), accounts: copyAccounts };
}
