import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';

/** Answers requests, and counts the answers. */
export class Responder {
  /** By HTTP status. */
  readonly requests = new Map<number, number>();

  send(response: ServerResponse, { status, type, body, headers }: Answer): void {
    this.requests.set(status, (this.requests.get(status) ?? 0) + 1);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    endAfterHearing(response, body);
  }

  sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
    if (problem.retryAfter !== undefined) response.setHeader('retry-after', problem.retryAfter);
    if (problem.status === 405) response.setHeader('allow', 'POST');
    if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
    // The rest of an unread body would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    this.send(response, { status: problem.status, type: problemMediaType, body: problemBody(problem) });
  }
}

/**
 * Ends an answer; first reads, for a moment, what a refused client is still sending. Hanging up at once would reset the
 * connection, and the client would see that instead of the answer.
 */
function endAfterHearing(response: ServerResponse, body: string): void {
  const { req: request } = response;
  if (request.complete) return void response.end(body);
  response.write(body);
  const timer = setTimeout(() => request.destroy(), patienceMs);
  request.once('end', () => response.end());
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

const patienceMs = 1000;

/** What a sender is told when its request was taken. */
export interface Answer {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export function jsonAnswer(status: number, body: string): Answer {
  return { status, type: 'application/json', body };
}
