import { DatabaseError } from 'pg';
import { SentinelError } from '../../../model/errors.ts';

/** A table is no longer what it was when it was prepared; not an error of the database, and not yet one of a person. */
export class ShapeChanged extends SentinelError {
  constructor(message: string) {
    super('destination_unavailable', message);
  }
}

/** A schema, a table or a column is not there. */
const gone = /^(?:3F000|42P01|42703)$/;
/** A transaction was refused for what is in it, and nobody knows for which row. */
export class RowsRefused extends SentinelError {
  /** Names what refused it; the server's own text may quote a row. */
  readonly reason: string;

  readonly sqlState: string;

  constructor(message: string, reason: string, sqlState: string) {
    super('destination_unavailable', message);
    this.reason = reason;
    this.sqlState = sqlState;
  }
}

/** A character has no place in the encoding of the database. */
export const untranslatable = '22P05';
export const unwritable = `the encoding of the database has no place for a character of it (${untranslatable}); UTF8 has one for all`;

/** Two transactions stood in each other's way, and this one was rolled back: the same work can be done again at once. */
export const isCollision = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error) ?? '');

/**
 * Errors that one row can cause: data that a type or a constraint refuses, also one that somebody else has added to the
 * table, and what a trigger raises.
 */
export function isRowsFault(error: unknown): error is DatabaseError {
  const state = sqlStateOf(error);
  // 54000: an index entry is too long.
  return state !== undefined && (/^(?:22|23)/.test(state) || state === 'P0001' || state === '54000');
}

export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof DatabaseError ? error.code : undefined;

/** Classes of errors whose text speaks of servers, roles and files, never of values. */
const harmless = /^(?:08|28|3D|3F|42501|42P01|53|55|57|58)/;
/** What nobody but a person mends, at the time when the service starts. */
const permanent = /^(?:28|3D|3F|42501)/;

/** Wraps a failure of the database; any other error (a bug) is returned unchanged. */
export function unavailable(doing: string, error: unknown, options: { opening?: boolean } = {}): unknown {
  if (error instanceof SentinelError) return error;
  const state = sqlStateOf(error);
  if (state === undefined) {
    const why = networkTrouble(error);
    return why === undefined
      ? error
      : new SentinelError('destination_unavailable', `PostgreSQL could not ${doing}: ${why}`);
  }
  const { message, table, constraint } = error as DatabaseError;
  const place = [table && `table ${table}`, constraint && `constraint ${constraint}`].filter(Boolean);
  const shown = harmless.test(state) ? `${message} (${state})` : [`error ${state}`, ...place].join(', ');
  const said = `PostgreSQL could not ${doing}: ${shown}`;
  if (isRowsFault(error) && options.opening !== true) {
    if (state === untranslatable) return new RowsRefused(said, unwritable, state);
    const by = constraint === undefined ? `table ${table}` : `the constraint ${constraint} of table ${table}`;
    return new RowsRefused(said, `${by} refuses the row (${state})`, state);
  }
  if (gone.test(state) && options.opening !== true) return new ShapeChanged(said);
  return new SentinelError('destination_unavailable', said, {
    // Neither its detail nor its text: they may quote a row.
    retryable: !(options.opening === true && permanent.test(state)),
  });
}

/** In words, when the connection is what failed; undefined of any other error. */
function networkTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (errors !== undefined) return networkTrouble(errors[0]);
  if (syscall !== undefined) return error.message;
  if (/^(?:DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO)_\w+$/.test(code ?? ''))
    return `${error.message}; name the certificate of whoever signed the server’s with sslrootcert=FILE in its URL`;
  if (code !== undefined && /^(?:E[A-Z]+|ERR_TLS_\w+|[A-Z_]*CERT\w*)$/.test(code)) return error.message;
  // The client throws plain errors of its own.
  return /^(?:Connection terminated|Query read timeout|timeout |The server does not support SSL|Client has encountered a connection error|Client was closed|Cannot use a pool|SASL|SCRAM)/.test(
    error.message,
  )
    ? error.message
    : undefined;
}
