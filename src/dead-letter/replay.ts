import type { Engine } from '../engine/engine.ts';
import { topics } from '../model/event.ts';
import { encodeRecord } from '../ingest/record.ts';
import type { JsonObject } from '../model/json.ts';
import { copyTopic, encodeCopy } from '../load/replicas/message.ts';
import type { RepairTrail } from '../model/loaded-event.ts';
import { type Result, ok } from '../model/result.ts';
import type { DeadLetter, EditTrail } from '../model/dead-letter.ts';
import type { DeadLetterStore } from './store.ts';

/** The topic on which a step gets its own failed inputs again. */
export function stepReplayTopic(step: string): string {
  return `step_replay.${step}`;
}

/**
 * Sends a dead letter back into the flow, as it was or as a person edited it. The letter is marked first and sent
 * then; `resume` sends again what a crash left marked and unsent, and a second copy of the same event changes nothing.
 */
export async function replay(
  deps: { engine: Engine; letters: DeadLetterStore },
  id: string,
  edit?: { event: JsonObject; trail: EditTrail },
): Promise<Result<DeadLetter>> {
  const started = await deps.letters.startReplay(
    id,
    edit === undefined ? undefined : { edited: JSON.stringify(edit.event), edit: edit.trail },
  );
  if (!started.ok) return started;
  await send(deps.engine, started.value);
  return ok(started.value);
}

/** Sends everything that is marked as being replayed; for the start of the process. Returns how many. */
export async function resumeReplays({
  engine,
  letters,
}: {
  engine: Engine;
  letters: DeadLetterStore;
}): Promise<number> {
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
