import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Problem } from './problem.ts';

/** Checks the bearer token, in constant time; without a configured token everybody who reaches the port may in. */
export function createAuthorize(
  token: string | undefined,
): (request: Pick<IncomingMessage, 'headers'>) => Problem | undefined {
  if (token === undefined) return () => undefined;
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

const unauthorized: Problem = {
  status: 401,
  code: 'unauthorized',
  title: 'Token needed',
  detail: 'Send the header "Authorization: Bearer <token>" with the value of SENTINEL_API_TOKEN.',
};
