// What is told to people who are not looking: a few facts and one sentence, never a secret.
import { randomUUID } from 'node:crypto';
import type { Failure } from '../base/failure.ts';
import type { NoticeEvent } from '../plan/notify.ts';

export interface Notice {
  readonly format: 'cardpress-notice/1';
  /** No two notices share it; a notice that is sent again after no answer keeps it. */
  readonly id: string;
  readonly event: NoticeEvent;
  readonly at: string;
  readonly job: string;
  /** A T account. */
  readonly test: boolean;
  /** Null where the job never came to a run. */
  readonly run: string | null;
  /** What the command ends with. */
  readonly exitCode: number;
  readonly message: string;
}

interface About {
  readonly job: string;
  readonly test: boolean;
  readonly run: string | undefined;
  readonly at: Date;
}

/** A failure as a notice; undefined for one that nobody has to hear of, since somebody stopped it. */
export function failureNotice(failure: Failure, about: About): Notice | undefined {
  if (failure.kind === 'interrupted' || failure.kind === 'terminated') return undefined;
  const event = failure.kind === 'doubt' ? 'doubt' : 'failure';
  const { says, hint } = sentenceOf(failure);
  return noticeOf(event, failure.exitCode, hint === undefined ? says : `${says} (${hint})`, about);
}

export function deliveryNotice(targets: readonly string[], about: About): Notice {
  return noticeOf('delivery', 0, `${about.run ?? about.job} is delivered to ${targets.join(' and ')}`, about);
}

export function noticeOf(
  event: NoticeEvent,
  exitCode: number,
  message: string,
  { at, run, ...rest }: About,
): Notice {
  return {
    format: 'cardpress-notice/1',
    id: randomUUID(),
    event,
    at: at.toISOString(),
    ...rest,
    run: run ?? null,
    exitCode,
    message,
  };
}

/** What makes two notices the same news. */
export function newsOf({ event, run, exitCode, message }: Notice): string {
  return [event, run ?? '', exitCode, message].join('\n');
}

/** The first complaint in one line, without the excerpt of the file. */
export function sentenceOf(failure: Failure): { readonly says: string; readonly hint?: string } {
  const { message = failure.message, place, hint } = failure.complaints[0] ?? {};
  return {
    says: place === undefined ? message : `${place.file}:${place.line}  ${message}`,
    ...(hint !== undefined && { hint }),
  };
}
