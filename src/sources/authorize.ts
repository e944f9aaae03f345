import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';

/**
 * With a token: checks it, in constant time. Without one the service listens on loopback only, and the Host header
 * must say so too: else a web page could reach it through a name that its author points at 127.0.0.1. A page can also
 * send requests to 127.0.0.1 itself: it can't read the answers, but a POST would act.
 */
export function createAuthorize({
  token,
}: {
  token?: string;
}): (request: Pick<IncomingMessage, 'headers'>) => Problem | undefined {
  if (token === undefined)
    return ({ headers }) => {
      if (!isLoopback(headers.host)) return notLoopback;
      return isFromElsewhere(headers) ? foreignPage : undefined;
    };

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

/**
 * Whether a browser sent this for a page that does not come from this machine. Browsers name the page's origin with
 * every POST; with a GET of an image or a script they only say that it is `cross-site`. A link that a person follows
 * is no such request: the page that holds it learns nothing.
 */
function isFromElsewhere({
  origin,
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
}: IncomingHttpHeaders): boolean {
  if (origin !== undefined) return !isLoopback(/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? origin);
  return site === 'cross-site' && mode !== 'navigate';
}

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

const foreignPage: Problem = {
  status: 403,
  code: 'origin_not_allowed',
  title: 'Only local pages',
  detail:
    'A web page from elsewhere sent this request. Without SENTINEL_API_TOKEN the service answers only to pages from localhost and 127.0.0.1.',
};
