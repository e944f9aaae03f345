import type { Engine } from '../engine/engine.ts';
import { topics } from '../model/event.ts';
import { encodeRecord } from '../ingest/record.ts';
import { copyTopic, encodeCopy } from '../load/replicas/message.ts';
import type { RepairTrail } from '../model/loaded-event.ts';
import { SentinelError, isRetryable } from '../model/errors.ts';
import { type Result, ok } from '../model/result.ts';
import { type RetryPolicy, retry } from '../support/retry.ts';
import type { DeadLetter, EditTrail } from '../model/dead-letter.ts';
import type { DeadLetterStore } from './store.ts';

/** The topic on which a step gets its own failed inputs again. */
export function stepReplayTopic(step: string): string {
  return `step_replay.${step}`;
}

interface Replaying {
  engine: Engine;
  letters: DeadLetterStore;
}

/**
 * Sends a dead letter back into the flow, as it was or as a person edited it. The letter is marked first and sent
 * then; what is marked and could not be sent is sent as soon as that works, after a crash by `resumeReplays`. A second copy of the
 * same event changes nothing.
 */
export async function replay(
  deps: Replaying,
  id: string,
  edit?: { edited: string; edit: EditTrail },
  /** Refused when it has changed since. */
  asOf?: Date,
): Promise<Result<DeadLetter>> {
  try {
    const started = await deps.letters.startReplay(id, edit, { asOf });
    if (!started.ok) return started;
    await send(deps.engine, started.value);
    return ok(started.value);
  } catch (error) {
    // It may be marked, which nobody could do a second time.
    void sendMarked(deps, id);
    throw error;
  }
}

/** Until it is sent, or the engine is closed. */
async function sendMarked({ engine, letters }: Replaying, id: string): Promise<void> {
  const sendIt = async (): Promise<void> => {
    const letter = await letters.get(id);
    if (letter?.status === 'replaying') await send(engine, letter);
  };
  await retry(sendIt, { policy: patient, isPassing: isRetryable }).catch((error: unknown) => {
    // With the engine closed, the next start sends it. Any other error is unexpected, and nobody awaits this: it stops the process.
    if (!(error instanceof SentinelError && error.code === 'engine_closed')) throw error;
  });
}

const patient: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 500,
  maxDelayMs: 10_000,
  factor: 2,
  jitter: 0.3,
};

/** Sends everything that is marked as being replayed; for the start of the process. Returns how many. */
export async function resumeReplays({ engine, letters }: Replaying): Promise<number> {
  let sent = 0;
  let cursor: string | undefined;
  do {
    const page = await letters.list({ status: 'replaying' }, { limit: 500, cursor });
    for (const letter of page.items) await send(engine, letter);
    sent += page.items.length;
    cursor = page.next;
  } while (cursor !== undefined);
  return sent;
}

/** For the one destination that refused it, as it was or as a person edited it. */
function copyOf(letter: DeadLetter, text: string): Buffer {
  const {
    request_id,
    received_at,
    source,
    headers,
    contract,
    version,
    repair,
    replays,
    copy_round: round,
    raw,
    edited,
    edit,
  } = letter;
  const byPerson: RepairTrail = {
    healer: 'person',
    ruleId: edit?.rule_id,
    original: repair?.original ?? raw,
    plan: JSON.stringify(edit?.plan ?? { operations: [] }),
    result: text,
    ...(edit === undefined ? undefined : { byHand: edit.by_hand }),
  };
  const trail = edited === undefined ? repair : byPerson;
  const reception = { request_id, received_at, source, headers, contract, version };
  return encodeCopy(
    {
      ...reception,
      exact: true,
      round,
      replay: { round: replays },
      ...(trail === undefined ? undefined : { repair: trail }),
    },
    text,
  );
}

async function send(engine: Engine, letter: DeadLetter): Promise<void> {
  const { raw, edited, edit, step, replays: round } = letter;
  const text = edited ?? raw;
  if (step !== undefined) {
    await engine.publish(stepReplayTopic(step), [{ body: Buffer.from(text) }]);
    return;
  }
  if (letter.destination !== undefined) {
    await engine.publish(copyTopic(letter.destination), [{ body: copyOf(letter, text) }]);
    return;
  }
  const header = {
    id: letter.request_id,
    at: letter.received_at,
    ...(letter.source === 'unknown' ? undefined : { source: letter.source }),
    headers: letter.headers,
    trace: letter.trace,
    n: 1,
    exact: true as const,
    replay: {
      round,
      original: raw,
      ...edit,
    },
  };
  await engine.publish(topics.replay, [{ body: encodeRecord(header, text) }]);
}
