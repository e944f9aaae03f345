import type { Logger } from '../support/log.ts';
import { Mutex } from '../support/mutex.ts';
import { type Trouble, createPatience } from '../support/patience.ts';
import { TableFault, settleOrBlame } from './table-fault.ts';
import { type WatchTiming, watchWhileIdle } from './idle-watch.ts';
import type { Destination, QueueMark, Row, Settled, Settlement } from './destination.ts';

export interface LoadStage {
  /** See `Destination.prepareRow`. */
  prepareRow(row: Row): void;
  /**
   * Settles in the order of the calls, however long the destination is down. Rejects only with `pipeline_stopped`, or with an
   * error that is not retryable, or (`failOnTableFault`) with a `TableFault`.
   */
  settle(settlement: Omit<Settlement, 'mark'>, options?: { failOnTableFault: true }): Promise<Settled>;
  /**
   * Does other work with the destination, between two settlements and just as patiently; `doing` is for the log. Ends early
   * (`failOnTableFault`) with a `TableFault`.
   */
  inTurn<T>(doing: string, work: () => Promise<T>, options?: { failOnTableFault: true }): Promise<T>;
  /**
   * Notices within seconds, while nothing is loaded, that the destination is away, or back. `onBroken` gets an error that is
   * not retryable. Ends with `stop`, or when the returned function is called.
   */
  watch(onBroken: (error: unknown) => void, timing?: WatchTiming): () => void;
  /** Why the destination does not take rows; undefined while it does. */
  trouble(): Trouble | undefined;
  /** Gives up waiting for a destination that is down. */
  stop(): void;
}

export function createLoadStage({
  destination,
  queueId,
  log,
  onFailure,
}: {
  destination: Destination;
  /** The queue whose mark is written with the rows; undefined when no mark is kept. */
  queueId?: string;
  log: Logger;
  /** Called for each try that failed. */
  onFailure?: (error: unknown) => void;
}): LoadStage {
  const patience = createPatience(log, onFailure);
  const mutex = new Mutex();
  const stopping = new AbortController();
  let unfinished = 0;
  let restingSince = Date.now();

  async function inTurn<T>(
    work: () => Promise<T>,
    fields: object,
    waits: string,
    isOver?: IsOver,
  ): Promise<T> {
    unfinished++;
    try {
      return await mutex.run(() =>
        patience.until(work, {
          failed: `the destination does not take rows; ${waits} waits`,
          recovered: 'the destination takes rows again',
          fields,
          isOver,
        }),
      );
    } finally {
      unfinished--;
      restingSince = Date.now();
    }
  }

  return {
    prepareRow: (row) => destination.prepareRow?.(row),
    settle(settlement, options) {
      const { rows, letters } = settlement;
      const mark = queueId === undefined ? undefined : markOf(queueId, rows);
      const all = { ...settlement, mark };
      const settle = (): Promise<Settled> =>
        options === undefined ? destination.settle(all) : settleOrBlame(destination, all);
      return inTurn(settle, { rows: rows.length, letters: letters.length }, 'the batch', isOverOf(options));
    },
    inTurn: (doing, work, options) => inTurn(work, { doing }, doing, isOverOf(options)),
    watch(onBroken, timing) {
      const ended = new AbortController();
      watchWhileIdle(async () => destination.ping?.(), {
        restingSince: () => (unfinished > 0 ? undefined : restingSince),
        inTurn: (ask) => inTurn(ask, {}, 'whatever comes next'),
        signal: AbortSignal.any([ended.signal, stopping.signal]),
        timing,
      }).catch(onBroken);
      return () => ended.abort();
    },
    trouble: () => patience.trouble(),
    stop() {
      stopping.abort();
      patience.stop();
    },
  };
}

type IsOver = (error: unknown) => boolean;

const isOverOf = (options: { failOnTableFault: true } | undefined): IsOver | undefined =>
  options === undefined ? undefined : (error) => error instanceof TableFault;

/** Request ids grow with time. */
function markOf(queueId: string, rows: readonly Row[]): QueueMark | undefined {
  let newest = '';
  for (const { requestId } of rows) if (requestId > newest) newest = requestId;
  return newest === '' ? undefined : { queueId, newest };
}
