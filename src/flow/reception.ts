import type { Reception, ReplayTrail } from '../model/event.ts';
import type { Row } from '../load/destination.ts';

export function receptionOf(
  { requestId, receivedAt, source, headers }: Pick<Row, 'requestId' | 'receivedAt' | 'source' | 'headers'>,
  replay: ReplayTrail | undefined,
): Reception {
  const reception = { request_id: requestId, received_at: receivedAt, source, headers };
  return replay === undefined ? reception : { ...reception, replay };
}
