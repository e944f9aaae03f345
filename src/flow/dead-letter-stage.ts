import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { Delivery, Unsettled } from '../engine/engine.ts';
import { type LetterEnd, type WaitingTables, letterWaitMs } from '../load/waiting-tables.ts';
import { deadLetterId, isFollowUp } from '../model/dead-letter.ts';
import type { UnrecoverableEvent } from '../model/event.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import { type RecordSpan, stopwatch, traceIdsOf } from '../observe/otel/span.ts';
import type { ExhaustedMessage } from '../steps/runner.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import { messageOf } from '../model/errors.ts';
import { contentId } from '../steps/content-id.ts';
import { StepFailure, type ValidEventMessage } from '../steps/step.ts';

export interface DeadLetterStageParts {
  waiting: Pick<WaitingTables, 'settleLetters'>;
  letters: Pick<DeadLetterStore, 'get' | 'keep' | 'settleReplayed' | 'forgetHealing'>;
  metrics: PipelineMetrics;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  log: Logger;
}

/**
 * Keeps events that nothing could repair, whole, until a person settles them. The destination decides whether an event ends
 * as a letter; the letter is written after its entry, and before the message is acknowledged.
 */
export class DeadLetterStage {
  readonly #parts: DeadLetterStageParts;
  readonly #limited;

  constructor(parts: DeadLetterStageParts) {
    this.#parts = parts;
    this.#limited = limitLog(parts.log);
  }

  /** Batches of `validation_unrecoverable`. What may be a row of a table that nobody can read comes again. */
  async fromQueue(batch: readonly Delivery[]): Promise<Unsettled[]> {
    const events = batch.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as UnrecoverableEvent);
    const followUps = events.filter(isFollowUp);
    // Their events have ended otherwise, and they need not wait for a destination that is down.
    if (followUps.length > 0) await this.#keep(followUps);
    const ends = events.filter((event) => !isFollowUp(event));
    if (ends.length === 0) return [];
    const letters = await this.#parts.waiting.settleLetters(ends.map(entryOf));
    const written = ends.filter((_, at) => letters[at]!.status === 'written');
    if (written.length > 0) await this.#keep(written);
    await this.#drop(ends, letters);
    const waiting = new Set(ends.filter((_, at) => letters[at]!.status === 'waits'));
    return events.flatMap((event, index) => (waiting.has(event) ? [{ index, deferMs: letterWaitMs }] : []));
  }

  /** A message that a step could not process at its last try. */
  async keepFailedStep(message: ExhaustedMessage): Promise<void> {
    await this.#keep([await failedStep(this.#parts.letters, message)]);
  }

  async #keep(events: readonly UnrecoverableEvent[]): Promise<void> {
    const measured = stopwatch();
    const opened = new Set(await this.#parts.letters.keep(events));
    for (const event of events) {
      if (!opened.has(deadLetterId(event))) continue;
      const { source, contract, request_id, code, signature, step, trace } = event;
      this.#limited.write(
        'warn',
        'dead_letter',
        { status: 'failed', source, contract, request_id, code, signature, step, ...traceIdsOf(trace) },
        `dead letter: ${event.reason}`,
      );
      // One that was sent back and failed again was counted when it came.
      if ((event.replay?.round ?? 0) === 0) this.#parts.metrics.settled(source, contract, 'dead_letter');
      if (trace === undefined) continue;
      const attributes = { request_id, source, contract, code, signature, step };
      this.#parts.recordSpan?.({ name: 'dead_letter', trace, ...measured(), attributes, failure: code });
    }
  }

  /** Events that have ended otherwise. A person may wait for the end of a replay. */
  async #drop(events: readonly UnrecoverableEvent[], outcomes: readonly LetterEnd[]): Promise<void> {
    const dropped = events.filter((_, at) => outcomes[at]!.status === 'already');
    if (dropped.length === 0) return;
    const replayed = events.flatMap(({ request_id: id, replay }, at) => {
      const outcome = outcomes[at]!;
      const isOver = outcome.status === 'already' && (outcome.as === 'row' || outcome.as === 'duplicate');
      return isOver && replay !== undefined ? [{ id, round: replay.round }] : [];
    });
    if (replayed.length > 0) await this.#parts.letters.settleReplayed(replayed);
    await this.#parts.letters.forgetHealing(dropped.map(({ request_id }) => request_id));
  }
}

const entryOf = ({ request_id: requestId, replay }: UnrecoverableEvent) => ({
  requestId,
  round: replay?.round ?? 0,
});

/** What is kept of a message that a step could not process at its last try. */
export async function failedStep(
  letters: Pick<DeadLetterStore, 'get'>,
  message: ExhaustedMessage,
): Promise<UnrecoverableEvent> {
  const event = asUnrecoverable(message);
  // A step's input does not say that it was replayed; the letter does.
  const known = await letters.get(deadLetterId(event));
  const replay = known === undefined ? undefined : { round: known.replays, original: known.raw };
  return { ...event, replay };
}

/** The event itself is valid and loaded: the letter is about the step's work on it. */
function asUnrecoverable({ step, topic, body, attempts, error }: ExhaustedMessage): UnrecoverableEvent {
  const raw = Buffer.from(body).toString();
  const message = readMessage(raw);
  const code = error instanceof StepFailure && error.tag !== undefined ? error.tag : 'step_failed';
  const contract = message.contract ?? topic;
  return {
    // A message that is no event's has no request id: its content names it, so that a redelivery is the same letter.
    request_id: message.request_id ?? contentId(raw),
    received_at: message.received_at === undefined ? Date.now() : Date.parse(message.received_at),
    source: message.source ?? 'unknown',
    contract,
    version: message.version ?? 'unknown',
    signature: contentId(`${step}\n${contract}\n${code}`),
    violations: [],
    raw,
    reason: `step ${step} gave up after ${attempts} tries: ${messageOf(error)}`,
    code,
    attempts: [],
    step,
  };
}

function readMessage(raw: string): Partial<ValidEventMessage> {
  try {
    return JSON.parse(raw) as Partial<ValidEventMessage>;
  } catch {
    return {}; // not JSON: that is what the step gave up on
  }
}
