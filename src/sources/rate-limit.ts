import type { Problem } from '../api/problem.ts';

export interface RateLimit {
  requestsPerSecond: number;
  /** Requests that may come at once after a pause. */
  burst: number;
}

/** A token bucket for each key; says how many seconds to wait when it is empty. */
export function createBuckets(
  limit: RateLimit | undefined,
  now: () => number = Date.now,
): (key: string) => number | undefined {
  if (limit === undefined) return () => undefined;
  const { requestsPerSecond, burst } = limit;
  const buckets = new Map<string, { tokens: number; at: number }>();

  return (key) => {
    const at = now();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      // A full bucket is as good as none, so forgetting all of them only ever lets a little more through.
      if (buckets.size >= maxKeys) buckets.clear();
      buckets.set(key, (bucket = { tokens: burst, at }));
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * requestsPerSecond);
    bucket.at = at;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / requestsPerSecond);
    bucket.tokens--;
    return undefined;
  };
}

const maxKeys = 100_000;

export function tooMany(who: 'address' | 'source', retryAfter: number): Problem {
  const setting = who === 'address' ? 'http.rate_limit' : "the source's rate_limit";
  return {
    status: 429,
    code: 'too_many_requests',
    title: 'Too many requests',
    detail: `This ${who} sends more requests than ${setting} allows. Send several events in one request.`,
    retryAfter,
  };
}
