import type { JsonObject } from './json.ts';
import type { RepairTrail } from './loaded-event.ts';
import type { Plan } from './plan.ts';
import type { Violation } from './violation.ts';

/** The topics of the built-in flow; see docs/architecture.md for the picture. */
export const topics = {
  /** Accepted requests, as ingested. */
  raw: 'raw_event',
  /** Dead letters that a person sent back. */
  replay: 'replay_event',
  /** Events whose contract did not answer at once, as records of one event: their batch went on without them. */
  late: 'late_event',
  /** Those whose contract has hung lately: they are judged one by one. */
  slow: 'slow_event',
  /** Valid events; kept only while some step subscribes. */
  validated: 'validated_data',
  /** Repaired events: the ones a healer settled (durable), and those a known rule settled (while some step subscribes). */
  fixed: 'schema_fixed',
  /** Failed events that no known rule could repair. */
  failed: 'validation_error',
  /** Begins the topics of valid events whose table takes no rows; by itself of versions before 0.3. */
  parked: 'parked_event',
  /** Events that wait for a person; flow/dead-letter-stage.ts stores them. */
  unrecoverable: 'validation_unrecoverable',
} as const;

/** Of events that left their batch, unjudged. */
export const asideTopics = [topics.late, topics.slow] as const;

/** Valid events that wait for this table. */
export const parkedTopic = (table: string): string => `${topics.parked}.${encodeURIComponent(table)}`;

/** Undefined of other topics; empty of the one of older versions, whose tables are not known. */
export function parkedTable(topic: string): string | undefined {
  if (topic === topics.parked) return '';
  return topic.startsWith(`${topics.parked}.`)
    ? decodeURIComponent(topic.slice(topics.parked.length + 1))
    : undefined;
}

/** In `/ingest/{source}`. */
export const sourceName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `rule`, `heuristics`, `llm`, `person`, or the name of a healer that the config names. */
export type HealerName = string;

export const eventStatuses = [
  'accepted',
  'healing',
  'loaded',
  'repaired',
  'duplicate',
  'dead_letter',
  'discarded',
] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** Headers that were kept with an event, by their name in lower case. */
export type KeptHeaders = Readonly<Record<string, string>>;

/** What the gatekeeper knows about an event beside the event itself. */
export interface Reception {
  /** UUID (version 7), unique, given at ingest. */
  request_id: string;
  /** Milliseconds since 1970, UTC. */
  received_at: number;
  /** Name of the sender: the path of `/ingest/{source}`, else the event's `source`, else `unknown`. */
  source: string;
  /** Headers that were kept with it. */
  headers?: KeptHeaders;
  /** Set while a replayed dead letter is on its way. */
  replay?: ReplayTrail;
  /** The trace of the request that brought it, a `traceparent`; only while traces are exported. */
  trace?: string;
}

/** What travels with a replayed dead letter. */
export interface ReplayTrail {
  /** How many times this dead letter has been replayed, this one included; tells a late copy from a new failure. */
  round: number;
  /** The event as it was first received, JSON text. */
  original: string;
  /** The plan that a person's edit amounts to, when there is one. */
  plan?: Plan;
  rule_id?: string;
  /** Pointers of values that a person entered by hand. */
  by_hand?: string[];
}

/** The body of a `validation_error` message (JSON). */
export interface FailedEvent extends Reception {
  contract: string;
  version: string;
  signature: string;
  violations: Violation[];
  /** The event as it was received, JSON text, exact. */
  raw: string;
}

/** One healer's try at an event, kept with a dead letter. */
export interface HealingAttempt {
  healer: HealerName;
  /** ISO 8601 time. */
  at: string;
  reason: string;
  rule_id?: string;
  plan?: Plan;
}

/** The body of a `validation_unrecoverable` message (JSON). */
export interface UnrecoverableEvent extends FailedEvent {
  /** Why it could not be settled, for a person; names the field and what to do. */
  reason: string;
  code: string;
  attempts: HealingAttempt[];
  /** Set when it was a step that could not process the (valid, loaded) event; `raw` is then the step's input. */
  step?: string;
  /** Set when it was one further destination that refused the (valid) event; `raw` is the event as it is to be loaded. */
  destination?: string;
  /** With `destination`: the round of the row that the main destination has; default 0. */
  copy_round?: number;
  /** With `destination`: how the event came to be what `raw` is. */
  repair?: RepairTrail;
}

/** The body of a `schema_fixed` message (JSON): a repaired event on its way to the loader. */
export interface FixedEvent extends Reception {
  contract: string;
  version: string;
  healer: HealerName;
  rule_id?: string;
  plan: Plan;
  /** The event as it was received, JSON text, exact. */
  raw: string;
  /** The plan's result, before coercion; validated again by the loader. */
  event: JsonObject;
  /** A copy for subscribers of an event that is loaded in the chain; the loader passes over it. */
  chained?: true;
}
