import type { Reception, ReplayTrail } from '../model/event.ts';
import type { Row } from '../load/destination.ts';

export function receptionOf(
  { requestId, receivedAt, source }: Pick<Row, 'requestId' | 'receivedAt' | 'source'>,
  replay: ReplayTrail | undefined,
): Reception {
  const reception = { request_id: requestId, received_at: receivedAt, source };
  return replay === undefined ? reception : { ...reception, replay };
}
