export type Before = 'letter' | 'row' | 'replaying';

/** What may happen how often. */
export interface Scenario {
  /** The key of each event; all are in the queue at the beginning. */
  events: number[];
  /**
   * How the first event has ended before. `replaying`: its row was withdrawn by a worker whose clock was ahead, and that
   * died before it could say so; its letter is being replayed.
   */
  before?: Before;
  /** With `before`: a copy of it is still in the queue. */
  late?: boolean;
  workers: number;
  /** `kill -9`, at any await. */
  crashes: number;
  /** A message comes again although its first handler lives. */
  redeliveries: number;
  /** Something happens, and the worker that asked for it hears of a broken connection. */
  unheard: number;
  replays: number;
  discards: number;
  rollbacks: number;
  /** Healers may find a repair. Otherwise only rules make rows, which is shorter and comes to the same. */
  heals?: boolean;
  /** The destination may refuse a row. */
  refuses?: boolean;
  /** A worker may find that the event's contract hangs, and send it to be judged aside. */
  hangs?: boolean;
  /** A worker may find that the event's table takes no rows, and send it to the topic of the table. */
  waits?: boolean;
}

export type Budget = 'crashes' | 'redeliveries' | 'unheard' | 'replays' | 'discards' | 'rollbacks';

export const budgetsOf = ({
  crashes,
  redeliveries,
  unheard,
  replays,
  discards,
  rollbacks,
}: Scenario): Record<Budget, number> => ({
  crashes,
  redeliveries,
  unheard,
  replays,
  discards,
  rollbacks,
});
