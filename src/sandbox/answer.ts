// What the platform answers: success, or the documents' error envelope.
import { STATUS_CODES } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where the answer has no body. */
  readonly content?: { readonly json: unknown } | { readonly html: string };
}

/** One entry of the envelope's `errors`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Thrown by an operation that gives this answer instead of its own; nothing was committed. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

export function json(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers, content: { json: body } };
}

export function ok(body: unknown): Answer {
  return json(200, body);
}

/** A page as a proxy in front of the platform would send it. */
export function html(status: number, headers: Answer['headers'] = {}): Answer {
  const title = `${status} ${STATUS_CODES[status] ?? 'Answer'}`;
  const page = `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers, content: { html: page } };
}

export function empty(status: number, headers: Answer['headers'] = {}): Answer {
  return { status, headers };
}

export function problem(status: number, message: string, headers: Answer['headers'] = {}): Answer {
  return json(status, { error: { message } }, headers);
}

export function badRequest(errors: readonly FieldError[]): Refusal {
  return new Refusal(json(400, { error: { message: 'BAD_REQUEST', errors } }));
}

export function unauthorized(): Refusal {
  return new Refusal(problem(401, 'Unauthorized'));
}

export function forbidden(): Refusal {
  return new Refusal(json(403, { error: { message: 'FORBIDDEN', errors: [] } }));
}

export function notFound(message: string): Refusal {
  return new Refusal(json(404, { error: { code: 'NOT FOUND', message } }));
}

export function conflict(message: string): Refusal {
  return new Refusal(json(409, { error: { code: 'CONFLICT', message } }));
}
