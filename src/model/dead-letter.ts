import type { HealingAttempt, KeptHeaders, UnrecoverableEvent } from './event.ts';
import type { RepairTrail } from './loaded-event.ts';
import type { Plan } from './plan.ts';
import type { Violation } from './violation.ts';

/**
 * open ──replay──► replaying ──loaded──► replayed
 *  ▲ │                 │                     │
 *  │ └──discard──► discarded                 │
 *  ├───failed again────┘                     │
 *  └───its rule was rolled back──────────────┘
 *
 * `replayed` and `discarded` are the audit trail, until they age out (`retention`); open ones never do.
 */
export type DeadLetterStatus = 'open' | 'replaying' | 'replayed' | 'discarded';

export const deadLetterStatuses = ['open', 'replaying', 'replayed', 'discarded'] as const;

/** An event that could not be settled, kept whole until a person settles it. */
export interface DeadLetter {
  /** The event's request id. Where a step failed, `.` and its name follow; where a further destination refused it, `.to.` and its name. */
  id: string;
  request_id: string;
  status: DeadLetterStatus;
  contract: string;
  version: string;
  source: string;
  /** Headers that were kept with it. */
  headers?: KeptHeaders;
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
  /** The event as a person edited it for the last replay, JSON text. */
  edited?: string;
  /** What that edit amounts to. */
  edit?: EditTrail;
  /** Why a person discarded it. */
  discard_reason?: string;
  /** The trace of the request that brought it, a `traceparent`. */
  trace?: string;
  /** The step that could not process the event; `raw` is then the step's input. */
  step?: string;
  /** The further destination that refused the event; `raw` is the event as it was to be loaded there. */
  destination?: string;
  /** With `destination`: the round of the row that the main destination has; default 0. */
  copy_round?: number;
  /** With `destination`: how the event came to be what `raw` is. */
  repair?: RepairTrail;
}

/** What is kept of a person's edit, for the audit. */
export interface EditTrail {
  /** The part of it that the plan language can say; absent where there is no contract to tell by. */
  plan?: Plan;
  /** JSON Pointers of the values that the plan does not make. */
  by_hand: string[];
  /** The rule that was learned from it. */
  rule_id?: string;
}

export function deadLetterId({
  request_id,
  step,
  destination,
}: Pick<UnrecoverableEvent, 'request_id' | 'step' | 'destination'>): string {
  if (destination !== undefined) return `${request_id}.to.${destination}`;
  return step === undefined ? request_id : `${request_id}.${step}`;
}

/**
 * Whether it is about work on an event that is settled otherwise (a step's, a further destination's), and not about the
 * event itself, for which there are rules and healers.
 */
export const isFollowUp = ({ step, destination }: Pick<DeadLetter, 'step' | 'destination'>): boolean =>
  step !== undefined || destination !== undefined;

export interface DeadLetterFilter {
  contract?: string;
  source?: string;
  signature?: string;
  status?: DeadLetterStatus;
  /** Why it could not be settled (letter-codes.ts). */
  code?: string;
  /** ISO 8601 times of its reception, both included. */
  since?: string;
  until?: string;
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
  first_seen: string;
  last_seen: string;
  /** Id of the newest one. */
  sample_id: string;
  violations: Violation[];
  reason: string;
  /** The open ones by the hour of their reception: 24 hours, oldest first, the last one is the current hour. */
  trend: number[];
}

/** The new state of a dead letter after `event` could not be settled; undefined when the message is a late copy. */
export function afterFailure(
  known: DeadLetter | undefined,
  event: UnrecoverableEvent,
  now: Date,
): DeadLetter | undefined {
  const round = event.replay?.round ?? 0;
  const { copy_round: copied = 0 } = event;
  // A later row of the main destination, which was copied anew.
  if (known !== undefined && copied > (known.copy_round ?? 0)) return opened(known, event, now);
  if (known !== undefined) {
    if (copied < (known.copy_round ?? 0)) return undefined;
    if (known.status === 'discarded' || round < known.replays) return undefined;
    // Kept before, and delivered again after a crash. Writing it again could undo what a person does at this moment.
    if (known.status === 'open' && round === known.replays) return undefined;
  }
  return opened(known, event, now);
}

function opened(known: DeadLetter | undefined, event: UnrecoverableEvent, now: Date): DeadLetter {
  const letter: DeadLetter = {
    id: deadLetterId(event),
    request_id: event.request_id,
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
    replays: event.replay?.round ?? 0,
  };
  // Set one by one, as spreads cost microseconds.
  if (event.headers !== undefined) letter.headers = event.headers;
  if (event.trace !== undefined) letter.trace = event.trace;
  if (event.step !== undefined) letter.step = event.step;
  if (event.destination !== undefined) letter.destination = event.destination;
  if (event.copy_round !== undefined) letter.copy_round = event.copy_round;
  if (event.repair !== undefined) letter.repair = event.repair;
  return letter;
}

/**
 * The dead letter of an event whose row was withdrawn from the destination, by the entry of this round; `event` ends with the
 * attempt that says so. Undefined when the letter was opened for this entry before: it may have gone on since. That is told by
 * rounds alone, never by times, as the clocks of several processes differ. `uncounted`: the destination does not know the letter's replays.
 */
export function afterRollback(
  known: DeadLetter | undefined,
  { event, round, uncounted = false }: { event: UnrecoverableEvent; round: number; uncounted?: boolean },
  now: Date,
): DeadLetter | undefined {
  if (known !== undefined) {
    if (known.replays > round && !uncounted) return undefined;
    if (known.replays === round && !isLoaded(known)) return undefined;
  }
  const replay = { round: Math.max(round, known?.replays ?? 0), original: event.raw };
  return opened(known, { ...event, replay }, now);
}

/** Whether its event is a row, or about to become one. */
export const isLoaded = ({ status }: DeadLetter): boolean => status === 'replaying' || status === 'replayed';

const maxAttemptsKept = 20;
