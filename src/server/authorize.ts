import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../problem.ts';

/**
 * With a token: checks it, in constant time. Without one the service listens on loopback only, and the Host header
 * must say so too: else a web page could reach it through a name that its author points at 127.0.0.1.
 */
export function createAuthorize({
  token,
}: {
  token?: string;
}): (request: Pick<IncomingMessage, 'headers'>) => Problem | undefined {
  if (token === undefined) return ({ headers }) => (isLoopback(headers.host) ? undefined : notLoopback);

  const expected = digest(`Bearer ${token}`);
  return ({ headers }) => {
    if (headers.authorization !== undefined && timingSafeEqual(digest(headers.authorization), expected))
      return undefined;
    return unauthorized;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLoopback(host: string | undefined): boolean {
  return host === undefined || loopback.test(host);
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

const unauthorized: Problem = {
  status: 401,
  code: 'unauthorized',
  title: 'Token needed',
  detail: 'Send the header "Authorization: Bearer <token>" with the value of SENTINEL_API_TOKEN.',
};

const notLoopback: Problem = {
  status: 403,
  code: 'host_not_allowed',
  title: 'Only local requests',
  detail:
    'Without SENTINEL_API_TOKEN the service answers only to localhost and 127.0.0.1 in the Host header.',
};
