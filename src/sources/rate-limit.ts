import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.ts';

export interface RateLimit {
  requestsPerSecond: number;
  /** Requests that may come at once after a pause. */
  burst: number;
}

/** A token bucket for each client address; says no with the seconds to wait. */
export function createRateLimit(
  limit: RateLimit | undefined,
  now: () => number = Date.now,
): (request: Pick<IncomingMessage, 'socket'>) => Problem | undefined {
  if (limit === undefined) return () => undefined;
  const { requestsPerSecond, burst } = limit;
  const buckets = new Map<string, { tokens: number; at: number }>();

  return ({ socket }) => {
    const address = socket.remoteAddress ?? 'unknown';
    const at = now();
    let bucket = buckets.get(address);
    if (bucket === undefined) {
      // A full bucket is as good as none, so forgetting all of them only ever lets a little more through.
      if (buckets.size >= maxAddresses) buckets.clear();
      buckets.set(address, (bucket = { tokens: burst, at }));
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * requestsPerSecond);
    bucket.at = at;
    if (bucket.tokens < 1) return tooMany(Math.ceil((1 - bucket.tokens) / requestsPerSecond));
    bucket.tokens--;
    return undefined;
  };
}

const maxAddresses = 100_000;

function tooMany(retryAfter: number): Problem {
  return {
    status: 429,
    code: 'too_many_requests',
    title: 'Too many requests',
    detail:
      'This address sends more requests than http.rate_limit allows. Send several events in one request.',
    retryAfter,
  };
}
