import type { StateStore } from '../../engine/engine.ts';
import type { OpenDestination } from '../../load/destination.ts';
import type { WithdrawnEvent } from '../../load/withdraw.ts';
import { type RollbackRecord, rollbackPrefix } from '../rules/rollback-record.ts';
import { listAll } from '../rules/state-pages.ts';

/**
 * The event, when a rollback that runs has withdrawn its row: its dead letter may not be written yet. `requestId` is a UUID in
 * lower case. Meant for an event that is in no other place.
 */
export async function onItsWayOut(
  requestId: string,
  { state, destination }: { state: StateStore; destination: Pick<OpenDestination, 'withdraw'> },
): Promise<WithdrawnEvent | undefined> {
  for (const { value } of await listAll<RollbackRecord>(state, rollbackPrefix)) {
    if (value.status !== 'running') continue;
    const page = { limit: 1, at: Date.parse(value.started_at), after: idBefore(requestId) };
    const withdrawn = await destination.withdraw?.again(value.rule_id, page);
    const [event] = withdrawn?.events ?? [];
    if (event?.requestId === requestId) return event;
  }
  return undefined;
}

/** The UUID before this one, as a page begins behind one. */
function idBefore(id: string): string {
  const before = BigInt(`0x${id.replaceAll('-', '')}`) - 1n;
  return before
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
