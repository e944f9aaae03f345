import { SentinelError, messageOf } from '../../../model/errors.ts';
import { DestinationFault } from '../../table-fault.ts';

/** Kinds of DuckDB errors whose text speaks of files and memory, never of values. */
const harmless = /^(?:IO|Out of Memory|TransactionContext|FATAL|Catalog|Connection) Error\b/;

const full = /No space left on device|Disk quota exceeded/i;

/** Wraps a failure of the database; any other error (a bug) is returned unchanged. */
export function unavailable(doing: string, error: unknown, options: { retryable?: boolean } = {}): unknown {
  // The client throws plain errors. Any other class is a mistake in our code, and no later try would mend that.
  if (!(error instanceof Error) || error.constructor !== Error) return error;
  const message = messageOf(error).split('\n', 1)[0]!;
  const shown = harmless.test(message) ? message : /^[\w ]+ Error(?=:)/.exec(message)?.[0];
  const text = shown === undefined ? `DuckDB could not ${doing}` : `DuckDB could not ${doing}: ${shown}`;
  if (full.test(message)) return new DestinationFault(`${text} (the disk is full)`, error);
  return new SentinelError('destination_unavailable', text, { cause: error, ...options });
}

const damaged =
  /not a valid DuckDB|corrupt|checksum|replaying WAL|could not read (?:all|enough)|deserialize|serialization|INTERNAL Error/i;

/** What went wrong while the database file was opened. */
export function openingError(path: string, error: unknown): unknown {
  const message = messageOf(error);
  if (damaged.test(message))
    return new SentinelError(
      'store_damaged',
      `the DuckDB file ${path} is damaged: put back a copy of it (and of its .wal), or move both away and start with an ` +
        `empty one; what the queue still has is loaded, older rows are only in your copies`,
      { cause: error },
    );
  if (!/\block\b/i.test(message)) return unavailable(`open ${path}`, error, { retryable: false });
  const pid = /PID (\d+)/.exec(message)?.[1];
  return inUse(path, pid === undefined ? 'another process' : `process ${pid}`, error);
}

export function inUse(path: string, holder: string, cause?: unknown): SentinelError {
  const text = `the DuckDB file ${path} is in use by ${holder}; one process at a time can have it open: stop the other one. To read it beside a service, take a copy with: sentinel snapshot FILE`;
  return new SentinelError('data_folder_in_use', text, { cause });
}

export const fileGone = (file: string): DestinationFault =>
  new DestinationFault(
    `the DuckDB file ${file} was deleted, emptied or replaced while the service has it open; put it back, or restart the service to go on with what is there`,
  );
