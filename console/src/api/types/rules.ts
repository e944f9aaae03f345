import type { Page } from './json.ts';
import type { HealerName } from './stats.ts';
import type { Plan } from '../../../../src/repair/plan.ts';

export type RuleStatus = 'candidate' | 'active' | 'disabled' | 'expired';

export interface Rule {
  id: string;
  contract: string;
  version: string;
  source: string;
  signature: string;
  plan: Plan;
  origin: 'heuristic' | 'llm' | 'person' | 'import';
  status: RuleStatus;
  evidence: string[];
  model?: string;
  disabled_by?: 'person' | 'failures';
  created_at: string;
  expires_at: string;
  hits: number;
  failures: number;
  last_used_at?: string;
}

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
