import { SentinelError } from '../../model/errors.ts';
import { gate } from './gate.ts';

/** In milliseconds. */
export interface QueryLimits {
  /** What takes longer is stopped. */
  runMs: number;
  /** Whoever asks shall hear soon that others are in the way. */
  waitMs: number;
  /** Bytes by which the process may grow while one runs, where it runs in it; and by no more than half of what the machine has left. */
  memoryBytes: number;
}

export const usualLimits: QueryLimits = { runMs: 30_000, waitMs: 5000, memoryBytes: 2 * 2 ** 30 };

/**
 * Lets two queries of people run at once and 32 others wait; the rest is refused with `query_busy`. On DuckDB each running one
 * holds a thread of libuv's pool of four, which loads and the queue's writes need, too; on PostgreSQL, a connection.
 */
export const queryTurns = ({
  waitMs,
}: Pick<QueryLimits, 'waitMs'>): (<T>(work: () => Promise<T>) => Promise<T>) =>
  gate(
    { running: 2, waiting: 32, patienceMs: waitMs },
    () => new SentinelError('query_busy', 'too many queries are running; send it again later'),
  );
