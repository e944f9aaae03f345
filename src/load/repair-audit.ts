import type { RepairTrail } from '../model/loaded-event.ts';

/** What a destination knows of the repairs behind its rows. */
export interface RepairAudit {
  /** Newest first. */
  list(filter: RepairFilter, page: RepairPageOptions): Promise<RepairPage>;
  /** How much a rule has touched. */
  touched(ruleId: string): Promise<TouchedByRule>;
}

export interface RepairPageOptions {
  limit: number;
  cursor?: string;
  /** With the events themselves, of those that are not too large for a list. */
  events?: boolean;
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
  /** JSON texts; only where they were asked for, are there still, and have a length that suits a list. */
  events?: { original: string; result: string };
}

export interface TouchedByRule {
  /** Repairs by the rule that stand and could be taken back: their originals are there. */
  repairs: number;
  /** Repairs by the rule that were rolled back. */
  rolledBack: number;
  /** Events that were not written because a row of the rule has their key. */
  duplicates: number;
}
