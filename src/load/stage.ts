import type { Position } from '../engine/engine.ts';
import type { Logger } from '../support/log.ts';
import { createPatience } from '../support/patience.ts';
import type { Destination, Row, RowOutcome } from './destination.ts';

export interface LoadStage {
  /** See `Destination.makeReady`. */
  makeReady(row: Row): void;
  /**
   * Loads in the order of the calls, however long the destination is down: a batch whose positions are beyond those
   * of an earlier one must not commit before it. Rejects only with `pipeline_stopped`, or with an error that is not
   * retryable. `atTurn` is called before each try, when all that was to be done before it is done; it may take rows out.
   */
  load(
    rows: readonly Row[],
    positions: readonly Position[],
    beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>,
    atTurn?: () => Promise<void>,
  ): Promise<RowOutcome[]>;
  /** Does other work with the destination, between two loads and just as patiently; `doing` is for the log. */
  inTurn<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** True while the destination does not take rows. */
  waiting(): boolean;
  /** Gives up waiting for a destination that is down. */
  stop(): void;
}

export function createLoadStage({
  destination,
  log,
  onFailure,
}: {
  destination: Destination;
  log: Logger;
  /** Called for each try that failed. */
  onFailure?: (error: unknown) => void;
}): LoadStage {
  const patience = createPatience(log, onFailure);
  let turn: Promise<unknown> = Promise.resolve();

  const untilDone = <T>(work: () => Promise<T>, fields: object, waits: string): Promise<T> =>
    patience.until(work, {
      failed: `the destination does not take rows; ${waits} waits`,
      recovered: 'the destination takes rows again',
      fields,
    });

  return {
    makeReady: (row) => destination.makeReady?.(row),
    load(rows, positions, beforeCommit, atTurn) {
      const once = async (): Promise<RowOutcome[]> => {
        await atTurn?.();
        return destination.load(rows, positions, beforeCommit);
      };
      const mine = turn.then(() => untilDone(once, { rows: rows.length }, 'the batch'));
      turn = mine;
      return mine;
    },
    inTurn(doing, work) {
      const mine = turn.then(() => untilDone(work, { doing }, doing));
      // A load that can't be done must stop those after it, for their positions; other work need not.
      const after = turn.then(() => mine.catch(() => undefined));
      after.catch(() => undefined); // whoever loads next hears of it
      turn = after;
      return mine;
    },
    waiting: () => patience.waiting(),
    stop: () => patience.stop(),
  };
}
