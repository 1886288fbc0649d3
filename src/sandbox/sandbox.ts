// A stand-in of the platform on 127.0.0.1, so that a shop can rehearse and our tests run against a real server.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour } from './behaviour.ts';
import { behaviour } from './behaviour.ts';
import type { Books } from './books.ts';
import { books, emptyBooks } from './books.ts';
import { startChance } from './chance.ts';
import type { FaultPlan } from './fault-plan.ts';
import { faultPlan } from './fault-plan.ts';
import { openPlatform } from './platform.ts';
import { openService } from './service.ts';

const HOST = '127.0.0.1';
/** A caller may pause this long without losing its connection; Node's five seconds would look like a fault. */
const KEEP_ALIVE_MILLISECONDS = 60_000;

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Both default to `sandbox`. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Seconds a bearer token lives; default 14400. */
  readonly tokenLife?: number;
  /** The same seed and the same calls in the same order give the same tokens, PINs and ids. Default: random. */
  readonly seed?: string | number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  readonly behaviour?: Partial<Behaviour>;
  /** The state to begin with; left as it is. */
  readonly books?: Books;
}

export interface Sandbox {
  /** The base URL to give to a client, such as `http://127.0.0.1:4010/v1`. */
  readonly origin: string;
  readonly port: number;
  /** A deep copy of every card and secret, and the counts. */
  books(): Books;
  /** Resolves when all late commits are done. */
  settle(): Promise<void>;
  /** Ends every connection at once, hanging ones too, and calls off late commits. */
  close(): Promise<void>;
}

/** Rejects with an Error that names a taken port, and with a ZodError for wrong faults, behaviour or books. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clientId = 'sandbox', clientSecret = 'sandbox', tokenLife = 14_400, clock = Date.now } = options;
  const switches = behaviour.parse(options.behaviour ?? {});
  const faults = faultPlan.parse(options.faults ?? { rules: [] });
  const { accounts, operations } = books.parse(options.books ?? emptyBooks());
  // Books that are carried on must not see their first secrets drawn again.
  const seed = options.seed === undefined ? undefined : `${options.seed}/${callsIn(operations)}`;
  const chance = startChance(seed);

  const platform = openPlatform({
    client: { id: clientId, secret: clientSecret },
    behaviour: switches,
    chance,
    clock,
    accounts,
  });
  const service = openService({
    platform,
    chance,
    faults,
    tokenLife,
    operations,
    date: () => (switches.dateHeader ? clock() : undefined),
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, (request, response) => {
    service.serve(request, response);
  });
  const port = await listen(server, options.port ?? 0);

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      service.close();
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    origin: `http://${HOST}:${port}/v1`,
    port,
    books: () => service.books(),
    settle: () => service.settle(),
    close,
  };
}

function callsIn(operations: Books['operations']): number {
  return Object.values(operations).reduce((sum, { calls }) => sum + calls, 0);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' ? new Error(`port ${port} of ${HOST} is taken`, { cause: error }) : error,
      );
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
