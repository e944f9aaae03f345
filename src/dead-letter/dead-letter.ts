import type { HealingAttempt, UnrecoverableEvent } from '../event.ts';
import type { Violation } from '../validate/violation.ts';

/**
 * open ──replay──► replaying ──loaded──► replayed
 *  ▲ │                 │
 *  │ └──discard──► discarded
 *  └───failed again────┘
 *
 * Nothing is ever deleted: `replayed` and `discarded` are the audit trail.
 */
export type DeadLetterStatus = 'open' | 'replaying' | 'replayed' | 'discarded';

export const deadLetterStatuses = ['open', 'replaying', 'replayed', 'discarded'] as const;

/** An event that could not be repaired, kept whole until a person settles it. Its id is the event's request id. */
export interface DeadLetter {
  id: string;
  status: DeadLetterStatus;
  contract: string;
  version: string;
  source: string;
  signature: string;
  violations: Violation[];
  /** Why it could not be settled. */
  reason: string;
  code: string;
  attempts: HealingAttempt[];
  /** The event as it was received, JSON text. */
  raw: string;
  /** Milliseconds since 1970, UTC. */
  received_at: number;
  /** ISO 8601 times. */
  created_at: string;
  updated_at: string;
  /** How often it was sent back. */
  replays: number;
  /** Why a person discarded it. */
  discard_reason?: string;
}

export interface DeadLetterFilter {
  contract?: string;
  source?: string;
  signature?: string;
  status?: DeadLetterStatus;
  /** Text in the id, the reason, a violation or the event. */
  q?: string;
}

/** Dead letters that failed in the same way. */
export interface DeadLetterGroup {
  signature: string;
  contract: string;
  source: string;
  count: number;
  /** ISO 8601 times of the oldest and the newest event. */
  first_received_at: string;
  last_received_at: string;
  /** Id of the newest one. */
  sample_id: string;
  violations: Violation[];
  reason: string;
}

/** The new state of a dead letter after `event` could not be settled; undefined when the message is a late copy. */
export function afterFailure(
  known: DeadLetter | undefined,
  event: UnrecoverableEvent,
  now: Date,
): DeadLetter | undefined {
  const round = event.replay?.round ?? 0;
  if (known !== undefined && (known.status === 'discarded' || round < known.replays)) return undefined;
  return {
    id: event.request_id,
    status: 'open',
    contract: event.contract,
    version: event.version,
    source: event.source,
    signature: event.signature,
    violations: event.violations,
    reason: event.reason,
    code: event.code,
    attempts: [...(known?.attempts ?? []), ...event.attempts].slice(-maxAttemptsKept),
    raw: event.replay?.original ?? event.raw,
    received_at: event.received_at,
    created_at: known?.created_at ?? now.toISOString(),
    updated_at: now.toISOString(),
    replays: round,
  };
}

const maxAttemptsKept = 20;
