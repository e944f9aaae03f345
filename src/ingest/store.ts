import type { Problem } from '../api/problem.ts';
import type { Message } from '../engine/engine.ts';
import { isRetryable } from '../model/errors.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Source } from '../sources/source.ts';
import type { Lines } from '../support/lines.ts';
import type { LimitedLog } from '../support/log-limit.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { unavailable } from './problems.ts';
import { encodeRecord } from './record.ts';
import { createRequestIds, requestIdsFrom } from './request-id.ts';

export interface StoreOptions {
  /** Resolves when the message is durable. */
  publish: (message: Message) => Promise<void>;
}

/** Makes the events of a request durable, and says under which ids. */
export function createStore({ publish }: StoreOptions, log: LimitedLog) {
  const nextId = createRequestIds();

  return async (lines: Lines, source: Source): Promise<Result<Answer, Problem>> => {
    const id = nextId(lines.count);
    const header = {
      id,
      at: Date.now(),
      n: lines.count,
      ...(source.name === undefined ? undefined : { source: source.name }),
      ...(lines.exact ? { exact: true as const } : undefined),
      ...(lines.plain ? { plain: true as const } : undefined),
    };
    try {
      await publish({ body: encodeRecord(header, lines.bytes), events: lines.count });
    } catch (error) {
      if (!isRetryable(error)) throw error;
      log.write(
        'warn',
        'not_stored',
        { err: error, status: 'failed', source: source.name, code: 'not_stored' },
        'events refused: the queue does not take them now',
      );
      return fail(unavailable);
    }
    const body = lines.many ? manyAccepted(id, lines.count) : `{"request_id":"${id}","status":"accepted"}`;
    return ok(jsonAnswer(source.respond, body));
  };
}

function manyAccepted(first: string, count: number): string {
  const idAt = requestIdsFrom(first);
  const ids = Array.from({ length: count }, (_, index) => idAt(index));
  return `{"status":"accepted","accepted":${count},"request_ids":["${ids.join('","')}"]}`;
}
