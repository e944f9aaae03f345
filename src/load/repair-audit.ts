import type { RepairTrail } from '../model/loaded-event.ts';

/**
 * What a destination knows of the repairs behind its rows, and how it gives such rows back. An event is given back in
 * two steps, so that it is in one place at every instant: `takeOut` moves it from its row to the events that are
 * leaving, in one transaction; the caller keeps it durably elsewhere, and only then lets it go with `release`.
 */
export interface RepairAudit {
  /** Newest first, without the events themselves. */
  list(filter: RepairFilter, page: { limit: number; cursor?: string }): Promise<RepairPage>;
  /** How much a rule has touched. */
  touched(ruleId: string): Promise<TouchedByRule>;
  /**
   * Takes the rows of the next repairs by a rule out of their tables, at most `limit`, in the order of their request
   * ids, beginning after `after`; with `only`, of those events alone,
   * and without a rule whoever repaired them. Their repairs stay on record, marked with `at`; the counters follow. A row that
   * somebody has removed by other means stays removed.
   */
  takeOut(ruleId: string | undefined, options: TakeOutOptions): Promise<TakenOut>;
  /** Events that were taken out and not yet released, at most `limit`. */
  leaving(limit: number): Promise<LeavingEvent[]>;
  /** Forgets leaving events, which are durable elsewhere now. */
  release(requestIds: readonly string[]): Promise<void>;
}

export interface RepairFilter {
  ruleId?: string;
  healer?: RepairTrail['healer'];
  contract?: string;
  source?: string;
}

export interface RepairPage {
  items: RepairEntry[];
  /** The cursor of the following page. */
  next: string | undefined;
}

/** One repair, as `_sentinel_repairs` has it. */
export interface RepairEntry {
  requestId: string;
  table: string;
  contract: string;
  version: string;
  source: string;
  healer: RepairTrail['healer'];
  ruleId: string | undefined;
  /** JSON text. */
  plan: string;
  byHand: readonly string[] | undefined;
  /** ISO 8601 times. */
  repairedAt: string;
  /** Set when the row was taken out again. */
  rolledBackAt: string | undefined;
}

export interface TouchedByRule {
  /** Repairs by the rule that stand. */
  repairs: number;
  /** Repairs by the rule that were rolled back. */
  rolledBack: number;
  /** Events that were not written because a row of the rule has their key. */
  duplicates: number;
}

export interface TakeOutOptions {
  limit: number;
  /** Milliseconds since 1970. */
  at: number;
  after?: string;
  /** Request ids; at most a few thousand. */
  only?: readonly string[];
}

export interface TakenOut {
  /** Rows. */
  taken: number;
  /** Where the next call goes on; undefined when there are no more repairs by the rule. */
  after: string | undefined;
}

/** An event on its way out of the destination. */
export interface LeavingEvent {
  requestId: string;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  /** When it was taken out, likewise. */
  takenAt: number;
  contract: string;
  version: string;
  source: string;
  repair: Omit<RepairTrail, 'result'>;
}
