import { SentinelError } from '../../model/errors.ts';
import { gate } from './gate.ts';

/** In milliseconds. */
export interface QueryLimits {
  /** What takes longer is stopped. */
  runMs: number;
  /** Whoever asks shall hear soon that others are in the way. */
  waitMs: number;
}

export const usualLimits: QueryLimits = { runMs: 30_000, waitMs: 5000 };

/**
 * Lets two queries of people run at once and 32 others wait; the rest is refused with `query_busy`. On DuckDB each running one
 * holds a thread of libuv's pool of four, which loads and the queue's writes need, too; on PostgreSQL, a connection.
 */
export const queryTurns = ({ waitMs }: QueryLimits): (<T>(work: () => Promise<T>) => Promise<T>) =>
  gate(
    { running: 2, waiting: 32, patienceMs: waitMs },
    () => new SentinelError('query_busy', 'too many queries are running; send it again later'),
  );
