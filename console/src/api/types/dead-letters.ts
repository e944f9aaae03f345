import type { Json, Page, Violation } from './json.ts';
import type { DeadLetterGroup, DeadLetterStatus } from '../../../../src/model/dead-letter.ts';
import type { Plan } from '../../../../src/model/plan.ts';

export type { DeadLetterGroup, DeadLetterStatus };

export interface DeadLetter {
  id: string;
  request_id: string;
  status: DeadLetterStatus;
  contract: string;
  version: string;
  source: string;
  signature: string;
  violations: Violation[];
  reason: string;
  code: string;
  attempts: { healer?: string; at: string; reason?: string; rule_id?: string }[];
  raw: string;
  event: Json;
  received_at: string;
  created_at: string;
  updated_at: string;
  replays: number;
  edited?: string;
  edit?: { plan?: Plan; by_hand: string[]; rule_id?: string };
  discard_reason?: string;
  step?: string;
}

export interface DeadLetterGroups extends Page<DeadLetterGroup> {
  /** All groups, and all letters in them. */
  total: number;
  total_letters: number;
}

export interface EditDryRun {
  valid: boolean;
  violations: Violation[];
  plan: Plan | null;
  by_hand: string[];
  learnable: boolean;
  reason?: string;
  fixes: Fixes | null;
}

export interface Fixes {
  total: number;
  would_repair: number;
  would_fail: number;
  unaffected: number;
  in_group: number;
  cut: boolean;
  samples: { id: string; before: Json; after: Json }[];
  contradictions: { rule_id?: string; dead_letter_id?: string; reason: string }[];
}

export interface ReplayDryRun {
  matched: number;
  would_load: number;
  would_fail: number;
  valid: number;
  repaired: number;
  invalid: number;
}

export interface DiscardDryRun {
  matched: number;
  as_of: string;
}

export interface DiscardAnswer {
  discarded: number;
  skipped: number;
  /** The limit was reached: the next call goes on. */
  more: boolean;
}

export interface ReplayAnswer {
  id: string;
  request_id: string;
  rule_id?: string;
  group?: { replaying: number; left: number };
}
