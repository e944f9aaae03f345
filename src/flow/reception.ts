import type { Reception } from '../model/event.ts';
import type { Row } from '../load/destination.ts';

export function receptionOf(
  { requestId, receivedAt, source, headers }: Pick<Row, 'requestId' | 'receivedAt' | 'source' | 'headers'>,
  { replay, trace }: Pick<Reception, 'replay' | 'trace'>,
): Reception {
  const reception: Reception = { request_id: requestId, received_at: receivedAt, source, headers };
  if (replay !== undefined) reception.replay = replay;
  if (trace !== undefined) reception.trace = trace;
  return reception;
}
