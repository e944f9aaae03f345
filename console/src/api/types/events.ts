import type { Json, JsonObject, Violation } from './json.ts';
import type { EventStatus, HealerName } from './stats.ts';
import type { Change } from '../../../../src/repair/plans/changes.ts';
import type { Plan } from '../../../../src/model/plan.ts';

export type { Change };

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
