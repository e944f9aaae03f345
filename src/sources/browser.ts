import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';

type Head = Pick<IncomingMessage, 'headers' | 'method'>;

/**
 * Refuses what a web page of another host has a browser send. The page can't read the answer, but a POST would act.
 * Browsers name the page's origin with each such request, and other clients send none.
 */
export function refuseForeignAct({ headers, method }: Head): Problem | undefined {
  const { origin } = headers;
  if (origin === undefined || harmless.has(method ?? 'GET')) return undefined;
  return isOwn(origin, headers) ? undefined : foreignPage;
}

/**
 * Without keys, only this machine is answered, and the Host header must say so too: else a web page could reach the service
 * through a name that its author points at 127.0.0.1. A GET of an image or a script only says that it is `cross-site`; a link
 * that a person follows is no such request.
 */
export function refuseNotLocal({ headers }: Head): Problem | undefined {
  const { host, origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (host !== undefined && !loopback.test(host)) return notLoopback;
  if (origin !== undefined)
    return loopback.test(/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? origin) ? undefined : foreignPage;
  return site === 'cross-site' && mode !== 'navigate' ? foreignPage : undefined;
}

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** A page can't set X-Forwarded-Host; a proxy does that changes the Host header. */
function isOwn(origin: string, headers: IncomingHttpHeaders): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const names = [headers.host, ...String(headers['x-forwarded-host'] ?? '').split(',')];
  return names.some((name) => {
    const address = `${protocol}//${name?.trim()}`;
    return URL.canParse(address) && new URL(address).host === host;
  });
}

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
  title: 'Not from this page',
  detail:
    'A web page of another host sent this request (Origin header). Send it from the console, or without a browser; a proxy must pass on the Host header unchanged.',
};
