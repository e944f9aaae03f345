import type { DoneBy, ForecastOf, ItemOf, ReplyTo } from '../../../src/api/client.ts';
import type { Outcome as KnownOutcome } from '../../../src/observe/history/sample.ts';

/** The console's names for what the API answers; the forms are those of the API's table. */
export type { Json, JsonObject } from '../../../src/model/json.ts';
export type { Operation, Plan } from '../../../src/model/plan.ts';
export type { Violation } from '../../../src/model/violation.ts';
export type { Trigger } from '../../../src/steps/step.ts';

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

export const outcomes = [
  'loaded',
  'repaired',
  'healing',
  'dead_letter',
  'duplicate',
] as const satisfies readonly KnownOutcome[];
export type Outcome = (typeof outcomes)[number];

export type Stats = ReplyTo<'GET /api/v1/stats'>;
export type History = ReplyTo<'GET /api/v1/history'>;
export type SourceInfo = ItemOf<'GET /api/v1/sources'>;
export type LogLine = ItemOf<'GET /api/v1/logs'>;

export type EventItem = ItemOf<'GET /api/v1/events'>;
export type EventStatus = EventItem['status'];
export type EventTrail = ReplyTo<'GET /api/v1/events/{id}'>;
export type Change = NonNullable<EventTrail['changes']>[number];
export type HealerName = NonNullable<EventItem['healer']>;

export type DeadLetter = ReplyTo<'GET /api/v1/dead-letters/{id}'>;
export type DeadLetterStatus = DeadLetter['status'];
export type DeadLetterGroup = ItemOf<'GET /api/v1/dead-letters/groups'>;
export type DeadLetterGroups = ReplyTo<'GET /api/v1/dead-letters/groups'>;
/** The letters that failed alike; or, with more fields, the part of them that these leave. */
export type LetterGroup = { signature: string; contract?: string; source?: string };
export type EditDryRun = ForecastOf<'POST /api/v1/dead-letters/{id}/replay'>;
export type Fixes = NonNullable<EditDryRun['fixes']>;
export type ReplayAnswer = DoneBy<'POST /api/v1/dead-letters/{id}/replay'>;
export type ReplayDryRun = ForecastOf<'POST /api/v1/dead-letters/replay'>;
export type OrderedJob = DoneBy<'POST /api/v1/dead-letters/replay'>;
export type Job = ReplyTo<'GET /api/v1/jobs/{id}'>;
export type CorrectionDryRun = ForecastOf<'POST /api/v1/dead-letters/correct'>;
export type ImportDryRun = ForecastOf<'POST /api/v1/dead-letters/import'>;
export type DiscardDryRun = ForecastOf<'POST /api/v1/dead-letters/discard'>;

export type Alert = ItemOf<'GET /api/v1/alerts'>;
export type Rule = ReplyTo<'GET /api/v1/rules/{id}'>;
export type RuleStatus = Rule['status'];
export type Repair = ItemOf<'GET /api/v1/repairs'>;
export type RuleEvents = ReplyTo<'GET /api/v1/rules/{id}/events'>;

export type RollbackDryRun = ForecastOf<'POST /api/v1/rules/{id}/rollback'>;

export type Contract = ItemOf<'GET /api/v1/contracts'>;
export type ContractDrift = ReplyTo<'GET /api/v1/contracts/{name}/drift'>;
export type DriftField = ContractDrift['fields'][number];

export type FlowGraph = ReplyTo<'GET /api/v1/flow'>;
export type FlowStep = Extract<FlowGraph['nodes'][number], { kind: 'step' }>;
export type LooseTopic = Extract<FlowGraph['nodes'][number], { kind: 'topic' }>;
export type FlowActivity = ReplyTo<'GET /api/v1/flow/activity'>;
export type StepActivity = FlowActivity['steps'][number];
export type QueueActivity = FlowActivity['queues'][number];
export type GroupDepth = Pick<QueueActivity, 'group' | 'pending' | 'waiting'>;

export type AuditEntry = ItemOf<'GET /api/v1/audit'>;
export type ApiKey = ItemOf<'GET /api/v1/keys'>;
export type Consumer = ItemOf<'GET /api/v1/consumers'>;
export type StateGroup = ItemOf<'GET /api/v1/state/groups'>;
export type StateEntry = ItemOf<'GET /api/v1/state'>;
