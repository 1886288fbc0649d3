// The operations of the platform, by the names that routes, faults and counters share.

export const operations = [
  'auth',
  'batch',
  'create',
  'get',
  'list',
  'activate',
  'rotate-pin',
  'tokens',
  'delete',
  'transactions',
  'info',
] as const;

export type Operation = (typeof operations)[number];

/** A request that found its operation; nothing in it has been checked yet. */
export interface Call {
  readonly operation: Operation;
  /** The account in the path, as it came. */
  readonly account: string;
  /** The card in the path, percent-decoded; empty where the path names none. */
  readonly cardId: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  /** Absent where it was too large to keep. */
  readonly body: Buffer | undefined;
}
