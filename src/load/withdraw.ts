import type { KeptHeaders } from '../model/event.ts';
import type { RepairTrail } from '../model/loaded-event.ts';
import type { LetterEntry } from './destination.ts';

/**
 * Takes rows back out of their tables. In one transaction the row goes, its repair is marked as rolled back, the counters
 * follow, and the event gets the entry `withdrawn`, which keeps late copies of the row out. The event's dead letter follows:
 * its content is written by the caller, from what is returned.
 */
export interface Withdraw {
  /**
   * The next repairs by a rule that stand, in the order of their request ids. The entry's round is that of the row: one more
   * than the round of the event's newest entry, 0 when there is none. A repair whose row somebody has removed by other means,
   * or whose original is gone (`KeptOriginals`), stays as it is.
   */
  byRule(ruleId: string, page: WithdrawPage): Promise<Withdrawn>;
  /**
   * What `byRule` has withdrawn, once more: the rule's repairs that were marked at `at` or later and whose events have an entry
   * `withdrawn`. Takes nothing. For the time after a crash, when nobody knows which letters were written.
   */
  again(ruleId: string, page: WithdrawPage): Promise<Withdrawn>;
  /**
   * These events, whoever repaired them, for a destination that follows another: the rounds are the other's. Where an entry of
   * the same or a later round stands, nothing happens, as a row that stands there is a later round's; else the row goes, if
   * there is one, and the entry is written in any case. Returns the number of rows that went.
   */
  byEvent(events: readonly LetterEntry[], at: number): Promise<number>;
}

export interface WithdrawPage {
  /** How many repairs are looked at, at most. */
  limit: number;
  /** Marks the repairs; milliseconds since 1970. The same in all calls of one rollback, and at most now. */
  at: number;
  /** Begins behind this request id. */
  after?: string;
}

export interface Withdrawn {
  /** In the order of the request ids. */
  events: WithdrawnEvent[];
  /** Where the next call goes on; undefined when there are no more repairs by the rule. */
  after: string | undefined;
}

export interface WithdrawnEvent {
  requestId: string;
  /** Of the event's newest entry `withdrawn`. */
  round: number;
  /** Milliseconds since 1970, UTC; kept with the entry. */
  receivedAt: number;
  /** When its repair was marked, likewise. */
  withdrawnAt: number;
  contract: string;
  version: string;
  source: string;
  /** From the column `_headers` of the row; kept with the entry, so that `again` has them, too. */
  headers?: KeptHeaders | undefined;
  repair: Omit<RepairTrail, 'result'>;
}
