import type { Page } from './json.ts';
import type { HealerName } from './stats.ts';
import type { Plan } from '../../../../src/model/plan.ts';

export type { Rule, RuleStatus } from '../../../../src/model/rule.ts';

export interface Repair {
  request_id: string;
  table: string;
  contract: string;
  version: string;
  source: string;
  healer: HealerName;
  rule_id: string | null;
  plan: Plan;
  by_hand: string[];
  repaired_at: string;
  rolled_back_at: string | null;
}

export interface RuleEvents extends Page<Repair> {
  total: number;
  rolled_back: number;
  duplicates: number;
}
