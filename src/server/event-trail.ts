import { type Json, type JsonObject, isObject } from '../model/json.ts';
import { timeOfRequestId } from '../ingest/request-id.ts';
import { changesOf } from '../repair/plans/changes.ts';
import { describePlan } from '../repair/plans/describe-plan.ts';
import type { Plan } from '../model/plan.ts';
import type { ServerContext } from './context.ts';
import { type EventTrail, eventInfo } from './event-info.ts';

/** The whole way of one event: as it was received, what was wrong with it, what was done, and what was stored. */
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
    table,
    row: row as JsonObject | undefined,
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
