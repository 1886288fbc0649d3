// One HTTP exchange: reading the request's body, and answering it well or badly.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

const MOST_BYTES = 5 * 1024 * 1024;

export interface Line {
  send(answer: Answer): void;
  /** Promises the whole answer, sends half of the body and breaks off. */
  truncate(answer: Answer): void;
  /** Breaks off without an answer. */
  drop(): void;
}

/** The whole body, or undefined where it is over 5 MB. Rejects where the caller breaks off. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Too large a body is read to its end all the same: a caller that is still sending would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  return bytes <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
}

/** `date` gives the Date header in milliseconds since 1970, or undefined for none. */
export function openLine(response: ServerResponse, date: () => number | undefined): Line {
  response.sendDate = false;

  const begin = (answer: Answer): Buffer => {
    const { type, body } = serialize(answer);
    const now = date();
    if (now !== undefined) response.setHeader('date', new Date(now).toUTCString());
    if (type !== undefined) response.setHeader('content-type', type);
    if (answer.status !== 204) response.setHeader('content-length', body.length);
    response.writeHead(answer.status, answer.headers);
    return body;
  };

  return {
    send: (answer) => {
      if (response.destroyed) return;
      response.end(begin(answer));
    },
    truncate: (answer) => {
      if (response.destroyed) return;
      const body = begin(answer);
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    },
    drop: () => {
      response.destroy();
    },
  };
}

function serialize({ content }: Answer): { type?: string; body: Buffer } {
  if (content === undefined) return { body: Buffer.alloc(0) };
  if ('html' in content) return { type: 'text/html; charset=utf-8', body: Buffer.from(content.html) };
  return { type: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify(content.json)) };
}
