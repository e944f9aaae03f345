import pg from 'pg';
import { Mutex } from '../../../support/mutex.ts';
import { type RetryPolicy, retry } from '../../../support/retry.ts';
import type { QueryLimits } from '../../destination-kit/query-turns.ts';
import { isCollision, sqlStateOf, unavailable } from './errors.ts';
import { tlsOf } from './tls.ts';

export interface PostgresOptions {
  /** With the password, if there is one; never shown. */
  url: string;
  /** Where the tables are. */
  schema: string;
  /** Connections at most. */
  poolSize?: number;
  /** A login with fewer rights, for queries of people. */
  queryUrl?: string;
  /** Default: a query runs 30 s at most, and waits 5 s for its turn. */
  queryLimits?: QueryLimits;
  /**
   * A worker that is stopped, or cut off, within a transaction keeps others from loading the same events: after so many
   * milliseconds the server ends its session. Default 30,000.
   */
  idleMs?: number;
  /** A server that answers nothing for so many milliseconds has vanished. Default 75,000: its own limits are shorter. */
  answerMs?: number;
}

export interface Limits {
  statementMs: number;
  lockMs: number;
  /** The first use of a connection: a wrong login or a missing right is not waited for. */
  opening?: boolean;
}

/** Within a load. What takes longer is in trouble, and better begun again. */
const usual: Limits = { statementMs: 60_000, lockMs: 20_000 };
/** Making an index on a table that is large already takes long; but whoever waits for a lock has others wait behind him. */
export const patient: Limits = { statementMs: 6 * 3_600_000, lockMs: 3000 };

/** Collisions with other workers end after a few tries; each gets a little longer. */
const retryPolicy: RetryPolicy = {
  maxAttempts: 8,
  initialDelayMs: 40,
  maxDelayMs: 5120,
  factor: 2,
  jitter: 1,
};

export interface Session {
  schema: string;
  answerMs: number;
  /** In one transaction, tried again when it collides with another one. `doing` is for the error. */
  transaction<T>(doing: string, work: (client: pg.PoolClient) => Promise<T>, limits?: Limits): Promise<T>;
  /** The same, one at a time, in the order of the calls; `first` comes before it, outside of the transaction. */
  exclusively<T>(
    doing: string,
    work: (client: pg.PoolClient) => Promise<T>,
    first: () => Promise<void>,
  ): Promise<T>;
  /** Read only. */
  question<T>(doing: string, ask: (client: pg.PoolClient) => Promise<T>, limits?: Limits): Promise<T>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Values arrive as the server's text, so that none is rounded on the way. */
export const asText: pg.CustomTypesConfig = { getTypeParser: () => (text: unknown) => text };

export const clientConfig = (url: string, name: string): pg.ClientConfig => ({
  ...tlsOf(url),
  application_name: name,
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: asText,
});

export function openSession({
  url,
  schema,
  poolSize = 4,
  idleMs = 30_000,
  answerMs = 75_000,
}: PostgresOptions): Session {
  const pool = new pg.Pool({
    ...clientConfig(url, 'data-sentinel'),
    max: poolSize,
    query_timeout: answerMs,
  });
  // A connection that breaks while nobody uses it is replaced at the next use. It may say so beside the rejection of a query,
  // or after it was given up; without a listener that would end the process.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  const mutex = new Mutex();
  let closing: Promise<void> | undefined;

  async function inTransaction<T>(
    doing: string,
    work: (client: pg.PoolClient) => Promise<T>,
    limits: Limits,
    begin: 'READ WRITE' | 'READ ONLY',
  ): Promise<T> {
    return retry(() => tryOnce(pool, idleMs, begin, work, limits), {
      policy: retryPolicy,
      isPassing: isCollision,
    }).catch((error: unknown) => {
      throw unavailable(doing, error, limits);
    });
  }

  const transaction: Session['transaction'] = (doing, work, limits = usual) =>
    inTransaction(doing, work, limits, 'READ WRITE');
  return {
    schema,
    answerMs,
    transaction,
    exclusively: (doing, work, first) =>
      mutex.run(async () => {
        await first();
        return transaction(doing, work);
      }),
    question: (doing, ask, limits = usual) => inTransaction(doing, ask, limits, 'READ ONLY'),
    ping: () =>
      ping(pool).catch((error: unknown) => {
        throw unavailable('be reached', error);
      }),
    close: () => (closing ??= mutex.run(() => pool.end())),
  };
}

const pingMs = 3000;

/** Whoever uses the connections, when all are in use, sees by himself whether the server is there. */
async function ping(pool: pg.Pool): Promise<void> {
  if (pool.idleCount === 0 && pool.totalCount >= pool.options.max) return;
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query({ text: 'SELECT 1', query_timeout: pingMs } as pg.QueryConfig);
    broken = false;
  } finally {
    client.release(broken);
  }
}

/** Of a session, whatever is set for its login or database: texts mean the same on their way in and out. */
export const ownSettings = `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601';
  SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off;
  SET LOCAL array_nulls = on; SET LOCAL standard_conforming_strings = on; SET LOCAL transform_null_equals = off`;

/** One try of a transaction. The server ends one whose client is silent for `idleMs`. */
async function tryOnce<T>(
  pool: pg.Pool,
  idleMs: number,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
  { statementMs, lockMs }: Limits,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(
      `BEGIN ISOLATION LEVEL READ COMMITTED ${begin};
       SET LOCAL statement_timeout = ${statementMs}; SET LOCAL lock_timeout = ${lockMs};
       SET LOCAL idle_in_transaction_session_timeout = ${idleMs};
       SET LOCAL row_security = off; ${ownSettings};
       SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`,
    );
    const result = await work(client);
    await client.query('COMMIT');
    broken = false;
    return result;
  } catch (error) {
    // Only a server that has answered will answer to this.
    const answered = sqlStateOf(error) !== undefined;
    if (answered)
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      );
    throw error;
  } finally {
    client.release(broken);
  }
}
