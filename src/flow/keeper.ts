import { createHash } from 'node:crypto';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import { deadLetterId } from '../model/dead-letter.ts';
import type { Delivery } from '../engine/engine.ts';
import { messageOf } from '../model/errors.ts';
import type { UnrecoverableEvent } from '../model/event.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import type { ExhaustedMessage } from '../steps/runner.ts';
import { StepFailure, type ValidEventMessage } from '../steps/step.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import type { OneWay } from './one-way.ts';

export interface Keeper {
  /** Batches of `validation_unrecoverable`. */
  handle(batch: readonly Delivery[]): Promise<void>;
  /** What a step could not process after its last try. */
  keepFailedStep(message: ExhaustedMessage): Promise<void>;
}

/** The end of the line: keeps what nothing could settle, whole, until a person does. */
export function createKeeper(deps: {
  letters: DeadLetterStore;
  oneWay: Pick<OneWay, 'keeping'>;
  metrics: PipelineMetrics;
  log: Logger;
}): Keeper {
  const { letters, oneWay, metrics } = deps;
  const limited = limitLog(deps.log);

  async function keep(events: UnrecoverableEvent[]): Promise<void> {
    const opened = new Set(await letters.keep(events));
    for (const event of events) {
      if (!opened.has(deadLetterId(event))) continue;
      const { source, contract, request_id, code, signature, step } = event;
      limited.write(
        'warn',
        'dead_letter',
        { status: 'failed', source, contract, request_id, code, signature, step },
        `dead letter: ${event.reason}`,
      );
      metrics.settled(source, contract, 'dead_letter');
    }
  }

  return {
    handle: (batch) =>
      oneWay.keeping(
        batch.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as UnrecoverableEvent),
        keep,
      ),
    async keepFailedStep(message) {
      const event = asUnrecoverable(message);
      // A step's input does not say that it was replayed; the letter does.
      const known = await letters.get(deadLetterId(event));
      const replay = known === undefined ? undefined : { round: known.replays, original: known.raw };
      await keep([{ ...event, ...(replay === undefined ? undefined : { replay }) }]);
    },
  };
}

/** The event itself is valid and loaded: what is dead is the step's work on it. */
function asUnrecoverable({ step, topic, body, attempts, error }: ExhaustedMessage): UnrecoverableEvent {
  const raw = Buffer.from(body).toString();
  const message = readMessage(raw);
  const code = error instanceof StepFailure && error.tag !== undefined ? error.tag : 'step_failed';
  const contract = message.contract ?? topic;
  return {
    // A message that is no event's has no request id: its content names it, so that a redelivery is the same letter.
    request_id: message.request_id ?? digest(raw),
    received_at: message.received_at === undefined ? Date.now() : Date.parse(message.received_at),
    source: message.source ?? 'unknown',
    contract,
    version: message.version ?? 'unknown',
    signature: digest(`${step}\n${contract}\n${code}`),
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

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
