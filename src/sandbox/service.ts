// The sandbox behind its socket: finds the operation of a request, lets the fault plan meddle, keeps count.
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { badRequest, empty, notFound, ok, problem } from './answer.ts';
import type { Books } from './books.ts';
import type { Chance } from './chance.ts';
import { decideFault, noHistory } from './fault-decision.ts';
import { answerWith } from './fault-effect.ts';
import type { CheckedFaultPlan, FaultRule } from './fault-plan.ts';
import type { Line } from './line.ts';
import { openLine, readBody } from './line.ts';
import type { Call, Operation } from './operation.ts';
import type { Platform } from './platform.ts';
import { findRoute } from './route.ts';

export interface ServiceSettings {
  readonly platform: Platform;
  readonly chance: Chance;
  readonly faults: CheckedFaultPlan;
  /** Seconds a bearer token lives. */
  readonly tokenLife: number;
  /** The counts to begin with; taken over, not copied. */
  readonly operations: Books['operations'];
  /** Milliseconds since 1970 for the Date header, or undefined for none. */
  readonly date: () => number | undefined;
}

export interface Service {
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** A deep copy. */
  books(): Books;
  /** Resolves when no late commit is waiting. */
  settle(): Promise<void>;
  /** Calls off what is waiting. */
  close(): void;
}

export function openService({
  platform,
  chance,
  faults,
  tokenLife,
  operations,
  date,
}: ServiceSettings): Service {
  const late = new Set<Promise<unknown>>();
  const closing = new AbortController();
  // One listener for each delayed answer, and there may be many.
  setMaxListeners(0, closing.signal);
  let history = noHistory;

  const books = (): Books => ({ accounts: platform.accounts(), operations: structuredClone(operations) });

  const settle = async (): Promise<void> => {
    while (late.size > 0) await Promise.allSettled(late);
  };

  const waitFor = async (commit: Promise<unknown>): Promise<void> => {
    late.add(commit);
    await Promise.allSettled([commit]);
    late.delete(commit);
  };

  const nextFault = (operation: Operation): FaultRule | undefined => {
    const decision = decideFault(faults, history, operation);
    history = decision.history;
    operations[operation].calls += 1;
    if (decision.rule !== undefined) operations[operation].faults += 1;
    return decision.rule;
  };

  const answerCall = (call: Call, line: Line): Promise<void> =>
    answerWith(nextFault(call.operation), {
      line,
      chance,
      perform: (life = tokenLife) => platform.perform(call, life),
      endBearers: () => platform.endBearers(),
      pause: (milliseconds) => wait(milliseconds, undefined, { signal: closing.signal }),
      late: (commit) => void waitFor(commit),
    });

  const answer = async (request: IncomingMessage, line: Line): Promise<void> => {
    const body = await readBody(request);
    const [path = '', ...query] = (request.url ?? '').split('?');
    const route = findRoute(request.method ?? '', path);
    switch (route.kind) {
      case 'unreadable':
        line.send(badRequest([{ field: 'path', message: 'is not percent-encoded well' }]).answer);
        return;
      case 'unknown':
        line.send(notFound('Not found').answer);
        return;
      case 'wrong method':
        line.send(problem(405, 'Method not allowed', { allow: route.allowed.join(', ') }));
        return;
      case 'books':
        line.send(ok(books()));
        return;
      case 'settle':
        await settle();
        line.send(empty(204));
        return;
      case 'operation':
        await answerCall(
          {
            operation: route.operation,
            account: route.account,
            cardId: route.cardId,
            query: new URLSearchParams(query.join('?')),
            authorization: request.headers.authorization ?? '',
            body,
          },
          line,
        );
    }
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const line = openLine(response, date);
    // A caller that breaks off, or a sandbox that closes, leaves nobody to answer.
    answer(request, line).catch(() => line.drop());
  };

  return { serve, books, settle, close: () => closing.abort() };
}
