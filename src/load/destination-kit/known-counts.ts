import { SentinelError } from '../../model/errors.ts';
import type { Trouble } from '../../support/patience.ts';
import type { LoadCounts } from '../destination.ts';

/** `asOf`: milliseconds since 1970, of counters that could not be read anew because of `trouble`. */
export type KnownCounts = LoadCounts & { asOf?: number; trouble?: Trouble };

/** The counters of a destination; while it is out of reach those that were read last, when some were. */
export function createKnownCounts(
  read: () => Promise<LoadCounts>,
  now: () => number = Date.now,
): () => Promise<KnownCounts> {
  let last: { counts: LoadCounts; at: number } | undefined;
  let awaySince: string | undefined;

  return async () => {
    try {
      const counts = await read();
      last = { counts, at: now() };
      awaySince = undefined;
      return counts;
    } catch (error) {
      const isAway = error instanceof SentinelError && error.code === 'destination_unavailable';
      if (!isAway || last === undefined) throw error;
      awaySince ??= new Date(now()).toISOString();
      const { message, code } = error;
      return { ...last.counts, asOf: last.at, trouble: { error: message, code, since: awaySince } };
    }
  };
}
