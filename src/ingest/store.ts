import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../api/problem.ts';
import type { Message } from '../engine/engine.ts';
import { isRetryable } from '../model/errors.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Parcel } from '../sources/formats/decode.ts';
import type { Source } from '../sources/source.ts';
import type { LimitedLog } from '../support/log-limit.ts';
import { type Answer, jsonAnswer } from './respond.ts';
import type { Deliveries, Mark } from './deliveries.ts';
import { partlyUnavailable, unavailable } from './problems.ts';
import { type RecordHeader, encodeRecord } from './record.ts';
import { createRequestIds, requestIdsFrom } from './request-id.ts';
import { type Unit, unitsOf } from './units.ts';

export interface StoreOptions {
  /** Resolves when the message is durable. */
  publish: (message: Message) => Promise<void>;
  /** Remembers deliveries that have an id. */
  deliveries: Deliveries;
}

/** Makes the events of a request durable, and says under which ids. */
export function createStore({ publish, deliveries }: StoreOptions, log: LimitedLog) {
  const nextId = createRequestIds();

  /** The way of most requests: one group of events, in no need of a memory of deliveries. */
  async function storeAlone(unit: Unit, source: Source, trace?: string): Promise<Stored> {
    const first = nextId(unit.count);
    await publish(messageOf(unit, { id: first, at: Date.now() }, source, trace));
    return { ids: [{ first, count: unit.count }], stored: unit.count };
  }

  async function storeDeliveries(units: readonly Unit[], source: Source, trace?: string): Promise<Stored> {
    const idAt = requestIdsFrom(nextId(units.reduce((sum, { count }) => sum + count, 0)));
    const at = Date.now();
    let before = 0;
    const incoming = units.map((unit) => ({
      key: unit.delivery,
      mine: { id: idAt((before += unit.count) - unit.count), at },
      message: (mark: Mark) => messageOf(unit, mark, source, trace),
    }));
    const published = await deliveries.publish(incoming, source.idTtlMs);
    return {
      ids: published.map(({ mark }, index) => ({ first: mark.id, count: units[index]!.count })),
      stored: published.reduce((sum, { isNew }, index) => sum + (isNew ? units[index]!.count : 0), 0),
    };
  }

  return async (
    parcels: readonly Parcel[],
    headers: IncomingHttpHeaders,
    source: Source,
    /** A `traceparent`, which goes with the events. */
    trace?: string,
  ): Promise<Result<{ answer: Answer; stored: number; first?: string }, Problem>> => {
    const units = unitsOf(parcels, headers, source);
    const many = parcels.length !== 1 || parcels[0]!.lines.many;
    if (units.length === 0)
      return ok({
        answer: jsonAnswer(
          source.respond,
          many ? '{"status":"accepted","accepted":0,"request_ids":[]}' : '{"status":"ignored"}',
        ),
        stored: 0,
      });
    try {
      const [unit] = units;
      const { ids, stored } =
        units.length === 1 && unit!.delivery === undefined
          ? await storeAlone(unit!, source, trace)
          : await storeDeliveries(units, source, trace);
      const body = many ? manyAccepted(ids) : oneAccepted(ids);
      return ok({ answer: jsonAnswer(source.respond, body), stored, first: ids[0]!.first });
    } catch (error) {
      if (!isRetryable(error)) throw error;
      log.write(
        'warn',
        'not_stored',
        { err: error, status: 'failed', source: source.name, code: 'not_stored' },
        'events refused: the queue does not take them now',
      );
      return fail(deliveries.wholeOrNone || units.length === 1 ? unavailable : partlyUnavailable);
    }
  };
}

interface Stored {
  ids: { first: string; count: number }[];
  /** How many events are new. */
  stored: number;
}

const oneAccepted = (ids: Stored['ids']): string => `{"request_id":"${ids[0]!.first}","status":"accepted"}`;

function manyAccepted(parts: Stored['ids']): string {
  const ids = parts.flatMap(({ first, count }) => {
    const idAt = requestIdsFrom(first);
    return Array.from({ length: count }, (_, index) => idAt(index));
  });
  return `{"status":"accepted","accepted":${ids.length},"request_ids":["${ids.join('","')}"]}`;
}

function messageOf({ bytes, count, parcel }: Unit, mark: Mark, source: Source, trace?: string): Message {
  const { lines, headers, notAt } = parcel;
  const header: RecordHeader = { id: mark.id, at: mark.at, n: count };
  if (source.name !== undefined) header.source = source.name;
  if (lines.exact) header.exact = true;
  if (lines.plain) header.plain = true;
  if (headers !== undefined) header.headers = headers;
  if (notAt !== undefined) header.notAt = notAt;
  if (trace !== undefined) header.trace = trace;
  return { body: encodeRecord(header, bytes), events: count };
}
