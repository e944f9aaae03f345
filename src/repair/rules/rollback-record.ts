import type { StateStore, StateWrite } from '../../engine/engine.ts';

/**
 * That a rule was rolled back, and how far that is; at `rollbacks/<rule id>`. It holds until a person approves or deletes
 * the rule: rows of the rule that were still on their way are taken out when they arrive.
 */
export type RollbackRecord = {
  rule_id: string;
  /** `running` goes on by itself after a restart. */
  status: 'running' | 'done';
  reason: string;
  /** Who ordered it; versions before did not keep that. */
  actor?: { id: string; name: string };
  /** ISO 8601 times. */
  started_at: string;
  finished_at?: string;
  /** Rows that the rule had repaired when the rollback began. */
  total: number;
  /** Repairs by the rule that had been rolled back before. */
  before: number;
  /** Rows taken out so far, those that arrived later included. */
  taken: number;
  /** Events that had been dropped because a row of the rule has their key. */
  duplicates: number;
};

export const rollbackPrefix = 'rollbacks/';

const keyOf = (ruleId: string): string => rollbackPrefix + ruleId;

export function readRollback(state: StateStore, ruleId: string): Promise<RollbackRecord | undefined> {
  return state.get<RollbackRecord>(keyOf(ruleId));
}

export function rollbackWrite(record: RollbackRecord): StateWrite {
  return { put: keyOf(record.rule_id), value: record };
}

/** For when the rule may live again. */
export function endOfRollback(ruleId: string): StateWrite {
  return { delete: keyOf(ruleId) };
}
