import type { StateWrite } from '../../engine/engine.ts';
import { Mutex } from '../../support/mutex.ts';
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
  const mutex = new Mutex();
  return {
    inTurn: (change) => mutex.run(change),
    async write(rule, others = []) {
      await records.write(rule, others);
      index.set(rule);
    },
  };
}
