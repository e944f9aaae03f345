import type { Plan } from '../../../src/repair/plan.ts';

export type { Operation, Plan } from '../../../src/repair/plan.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Violation {
  path: string;
  code: string;
  message: string;
  expected?: string;
  found?: string;
}

export interface GroupDepth {
  group: string;
  pending: number;
  waiting: number;
}

export interface Stats {
  accepted: number;
  loaded: number;
  repaired: number;
  duplicate: number;
  dead_letters: number;
  discarded: number;
  pending: number;
  healing: number;
  rates: Partial<Record<string, number>>;
  queues: { topic: string; published: number; bytes: number; groups: GroupDepth[] }[];
}

export const outcomes = ['loaded', 'repaired', 'healing', 'dead_letter', 'duplicate'] as const;
export type Outcome = (typeof outcomes)[number];
export type EventStatus = Outcome | 'accepted' | 'discarded';
export type HealerName = 'rule' | 'heuristics' | 'llm' | 'person';

export interface History {
  step_seconds: number;
  /** When the steps begin, oldest first. */
  times: string[];
  /** Counts per step; `healing`: handed to the healers in that step, so they are counted again when settled. */
  series: Record<'accepted' | Outcome, number[]>;
  pending: (number | null)[];
  delay: { p50_ms: (number | null)[]; p99_ms: (number | null)[] };
}

export interface EventItem {
  request_id: string;
  event_id?: string | null;
  contract: string | null;
  version: string | null;
  source: string | null;
  status: EventStatus;
  received_at: string | null;
  rule_id?: string | null;
  healer?: HealerName | null;
  dead_letter_id?: string | null;
}

/** One value that a repair or a person changed. */
export interface Change {
  /** Pointer in the result, or of a field that was removed. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
  /** Pointers in the original where the value came from. */
  from: string[];
  /** In words. */
  operations: string[];
  by: 'plan' | 'person';
  before?: Json;
  after?: Json;
}

export interface EventTrail extends EventItem {
  violations?: Violation[];
  original?: Json;
  plan?: Plan;
  plan_words?: string[];
  result?: Json;
  by_hand?: string[];
  changes?: Change[];
  /** As the destination holds it. */
  row?: JsonObject;
}

export type DeadLetterStatus = 'open' | 'replaying' | 'replayed' | 'discarded';

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

export interface DeadLetterGroup {
  signature: string;
  contract: string;
  source: string;
  count: number;
  first_received_at: string;
  last_received_at: string;
  sample_id: string;
  violations: Violation[];
  reason: string;
  /** Counts per hour of the last 24 hours, oldest first. */
  trend: number[];
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

export interface ReplayAnswer {
  id: string;
  request_id: string;
  rule_id?: string;
  group?: { replaying: number; left: number };
}

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

export interface Contract {
  name: string;
  version: string;
  description: string;
  table: string;
  key: string[];
  aliases: Record<string, string[]>;
  topic?: string;
  jsonSchema: JsonObject;
  columns: { name: string; type: { kind: string; precision?: number; scale?: number } }[];
}

export interface ContractDrift {
  contract: string;
  /** True: fields are seen in a sample of the events. */
  sampled: boolean;
  fields: DriftField[];
  valid_share: number | null;
  /** Of the last 24 hours. */
  events: number;
  sources: { source: string; events: number; valid: number }[];
}

export interface DriftField {
  version: string;
  path: string;
  types: string[];
  count: number;
  first_seen: string;
  last_seen: string;
  sources: string[];
}

/** Counts are of the last 24 hours. */
export interface SourceInfo {
  source: string;
  contracts: string[];
  valid: number;
  repaired: number;
  dead_letter: number;
  duplicate: number;
  healing: number;
  /** Per hour, oldest first. */
  trend: { valid: number; repaired: number; dead_letter: number }[];
  last_drift_at: string | null;
  last_seen_at: string | null;
}

export type Trigger =
  | { type: 'http'; method: string; path: string }
  | { type: 'queue'; topic: string }
  | { type: 'cron'; cron?: string; schedule?: string };

export interface FlowStep {
  kind: 'step';
  id: string;
  name: string;
  description: string;
  triggers: Trigger[];
  enqueues: string[];
  flows: string[];
  file?: string;
  retry?: { max_attempts?: number; maxAttempts?: number };
}

export interface LooseTopic {
  kind: 'topic';
  id: string;
  topic: string;
  missing: 'consumer' | 'producer';
}

export interface FlowGraph {
  flows: string[];
  nodes: (FlowStep | LooseTopic)[];
  edges: { id: string; from: string; to: string; topic: string }[];
}

export interface FlowActivity {
  steps: StepActivity[];
  queues: QueueActivity[];
  topics: { topic: string; published: number; rate: number | null }[];
}

export interface QueueActivity extends GroupDepth {
  topic: string;
  rate: number | null;
}

export interface StepActivity {
  name: string;
  handled: number;
  errors: number;
  /** Events per second; null until the service has run long enough to tell. */
  rate: number | null;
  last_errors: { at: string; code: string; message: string }[];
}

export interface Consumer extends GroupDepth {
  topic: string;
  paused_since?: string;
}

export interface LogLine {
  seq: number;
  time: string;
  level: string;
  msg: string;
  thread?: string;
  step?: string;
  source?: string;
  contract?: string;
  status?: string;
  code?: string;
  request_id?: string;
  [key: string]: unknown;
}

export interface StateGroup {
  group: string;
  count: number;
  /** False: at least so many. */
  exact: boolean;
}

export interface StateEntry {
  key: string;
  value?: Json;
  /** Bytes. */
  size: number;
  /** The value was left out: too large. */
  cut?: boolean;
}
