// Which operation a method and a path mean.
import type { Operation } from './operation.ts';

/** The sandbox's own pages: not the platform's, and outside its `/v1`. */
type OwnPage = 'books' | 'settle';

/** Segments in braces take any text. */
const routes: readonly (readonly [method: string, path: string, target: Operation | OwnPage])[] = [
  ['POST', '/v1/accounts/{account}/auth/token', 'auth'],
  ['POST', '/v1/accounts/{account}/wallets/cards/batch', 'batch'],
  ['POST', '/v1/accounts/{account}/wallets/cards', 'create'],
  ['GET', '/v1/accounts/{account}/wallets/cards', 'list'],
  ['GET', '/v1/accounts/{account}/wallets/cards/{card}', 'get'],
  ['DELETE', '/v1/accounts/{account}/wallets/cards/{card}', 'delete'],
  ['POST', '/v1/accounts/{account}/wallets/cards/{card}/activate', 'activate'],
  ['POST', '/v1/accounts/{account}/wallets/cards/{card}/rotate-pin', 'rotate-pin'],
  ['POST', '/v1/accounts/{account}/wallets/cards/{card}/tokens', 'tokens'],
  ['GET', '/v1/accounts/{account}/wallets/cards/{card}/transactions', 'transactions'],
  ['POST', '/v1/accounts/{account}/wallets/info', 'info'],
  ['GET', '/sandbox/books', 'books'],
  ['POST', '/sandbox/settle', 'settle'],
];

export type Route =
  | {
      readonly kind: 'operation';
      readonly operation: Operation;
      readonly account: string;
      /** Empty where the path names no card. */
      readonly cardId: string;
    }
  | { readonly kind: OwnPage | 'unreadable' | 'unknown' }
  | { readonly kind: 'wrong method'; readonly allowed: readonly string[] };

/** `path` is the request's, without its query and still percent-encoded: an id may hold a slash. */
export function findRoute(method: string, path: string): Route {
  const segments = decode(path);
  if (segments === undefined) return { kind: 'unreadable' };
  const fitting = routes.filter(([, pattern]) => fits(pattern.split('/'), segments));
  if (fitting.length === 0) return { kind: 'unknown' };
  const [, , target] = fitting.find(([allowed]) => allowed === method) ?? [];
  if (target === undefined) return { kind: 'wrong method', allowed: fitting.map(([allowed]) => allowed) };
  if (target === 'books' || target === 'settle') return { kind: target };
  return { kind: 'operation', operation: target, account: segments[3] ?? '', cardId: segments[6] ?? '' };
}

function decode(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((step, index) => (step.startsWith('{') ? segments[index] !== '' : step === segments[index]))
  );
}
