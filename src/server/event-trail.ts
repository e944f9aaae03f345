import { type Json, type JsonObject, isObject } from '../model/json.ts';
import { timeOfRequestId } from '../ingest/request-id.ts';
import { type Change, changesOf } from '../repair/plans/changes.ts';
import { describePlan } from '../repair/plans/describe-plan.ts';
import type { Plan } from '../model/plan.ts';
import type { ServerContext } from './context.ts';
import { type EventInfo, eventInfo } from './event-info.ts';

/** The whole way of one event: as it was received, what was wrong with it, what was done, and what was stored. */
export interface EventTrail extends EventInfo {
  /** ISO 8601 time. */
  received_at: string;
  event_id?: string;
  /** The plan in plain words, a line for each operation. */
  plan_words?: string[];
  /** What the repair changed, value by value. */
  changes?: Change[];
  /** Where the row is, and the row as it is stored; decimals, 64-bit integers and times as text. */
  table?: string;
  row?: JsonObject;
}

export async function eventTrail(id: string, context: ServerContext): Promise<EventTrail | undefined> {
  const found = await eventInfo(id, context);
  if (found === undefined) return undefined;
  const { receivedAt, table, ...info } = found;
  const { pipeline } = context;
  const row = table === undefined ? undefined : await pipeline.storedRow(table, id);
  const stored = row?.['_received_at'];
  const at = receivedAt ?? (typeof stored === 'string' ? Date.parse(stored) : timeOfRequestId(id));
  const trail: EventTrail = {
    ...info,
    received_at: new Date(at).toISOString(),
    ...(table === undefined ? undefined : { table }),
    ...(row === undefined ? undefined : { row: row as JsonObject }),
  };
  const eventId = row?.['event_id'] ?? eventIdOf(info.original);
  if (typeof eventId === 'string') trail.event_id = eventId;

  const { contract, version, source, original, plan, result } = info;
  if (plan === undefined || !isObject(original) || !isObject(result)) return trail;
  // Only what the checks of plans let through is ever stored as one.
  const known = plan as unknown as Plan;
  trail.plan_words = describePlan(known);
  trail.changes = changesOf(original, known, result, info.by_hand);
  if (contract !== null && version !== null && source !== null)
    trail.violations ??= await pipeline.violations({
      contract,
      version,
      source,
      event: original,
      requestId: id,
      receivedAt: at,
    });
  return trail;
}

export function eventIdOf(event: Json | undefined): string | undefined {
  const id = isObject(event) ? event['event_id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}
