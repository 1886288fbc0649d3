// Answers a call with what its fault makes of the answer.
import type { Answer } from './answer.ts';
import { conflict, empty, html, problem } from './answer.ts';
import type { Chance } from './chance.ts';
import type { FaultRule } from './fault-plan.ts';
import type { Line } from './line.ts';
import { spoil } from './spoil.ts';

/** What a fault may do to a call. */
export interface Exchange {
  readonly line: Line;
  readonly chance: Chance;
  /** Does the platform's work. `tokenLife` is that of a bearer token, in seconds. */
  perform(tokenLife?: number): Promise<Answer>;
  endBearers(): void;
  /** Rejects when the sandbox closes. */
  pause(milliseconds: number): Promise<void>;
  /** Counts as unfinished business until it settles. */
  late(commit: Promise<unknown>): void;
}

export async function answerWith(rule: FaultRule | undefined, exchange: Exchange): Promise<void> {
  const { line } = exchange;
  switch (rule?.fault) {
    case undefined:
      line.send(await exchange.perform());
      return;
    case 'status':
      line.send(proxyAnswer(rule.status, rule.body, rule.retryAfter));
      return;
    case 'drop-before-commit':
      line.drop();
      return;
    case 'drop-after-commit':
      await exchange.perform();
      line.drop();
      return;
    case 'late-commit':
      line.drop();
      exchange.late(exchange.pause(rule.delay).then(() => exchange.perform()));
      return;
    case 'status-after-commit':
      await exchange.perform();
      line.send(proxyAnswer(rule.status, rule.body));
      return;
    case 'delay': {
      const answer = await exchange.perform();
      await exchange.pause(rule.delay);
      line.send(answer);
      return;
    }
    case 'hang':
      if (rule.commit) await exchange.perform();
      return;
    case 'truncate':
      line.truncate(await exchange.perform());
      return;
    case 'html':
      await exchange.perform();
      line.send(html(200));
      return;
    case 'shuffle':
    case 'missing-card':
    case 'repeat-token':
    case 'missing-pin':
      line.send(spoil(await exchange.perform(), rule.fault, exchange.chance));
      return;
    case 'short-bearer':
      line.send(await exchange.perform(rule.seconds));
      return;
    case 'end-bearers':
      exchange.endBearers();
      line.send(await exchange.perform());
      return;
    case 'delete-refused':
      line.send(conflict('Card cannot be deleted').answer);
      return;
  }
}

function proxyAnswer(status: number, body: 'json' | 'html' | 'empty', retryAfter?: number): Answer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (body === 'html') return html(status, headers);
  if (body === 'empty') return empty(status, headers);
  return problem(status, 'Injected by the fault plan', headers);
}
