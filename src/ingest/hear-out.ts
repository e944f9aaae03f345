import type { ServerResponse } from 'node:http';

/**
 * Ends an answer; first reads, for a moment, what a refused client is still sending. Hanging up at once would reset the
 * connection, and the client would see that instead of the answer.
 */
export function endAfterHearing(response: ServerResponse, body: string): void {
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
