import type { DeadLetterStore } from '../dead-letter/store.ts';
import { deadLetterId } from '../model/dead-letter.ts';
import { messageOf } from '../model/errors.ts';
import type { UnrecoverableEvent } from '../model/event.ts';
import { contentId } from '../steps/content-id.ts';
import type { ExhaustedMessage } from '../steps/runner.ts';
import { StepFailure, type ValidEventMessage } from '../steps/step.ts';

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
