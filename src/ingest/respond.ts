import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';
import type { Answer } from './answer.ts';
import { endAfterHearing } from './hear-out.ts';

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
