import type { StateWrite } from '../../engine/engine.ts';
import type { RuleIndex } from './index-by-sender.ts';
import type { RuleRecords } from './records.ts';
import type { StoredRule } from '../../model/rule.ts';

export interface RuleWrites {
  /** One change at a time, so that what was checked still holds when it is written. */
  inTurn<T>(change: () => Promise<T>): Promise<T>;
  /** Durable, and in the index, when it resolves. */
  write(rule: StoredRule, others?: readonly StateWrite[]): Promise<void>;
}

export function createRuleWrites(records: RuleRecords, index: RuleIndex): RuleWrites {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    inTurn(change) {
      const mine = turn.then(change, change);
      turn = mine;
      return mine;
    },
    async write(rule, others = []) {
      await records.write(rule, others);
      index.set(rule);
    },
  };
}
