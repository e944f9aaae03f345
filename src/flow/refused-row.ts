import type { Reception, UnrecoverableEvent } from '../model/event.ts';
import type { Row, RowOutcome } from '../load/destination.ts';
import { refusalOf } from '../load/replicas/dead-letter.ts';
import { errorSignature } from '../validate/signature.ts';

/** What goes to the dead letters for a row that the destination refused; `raw`: the event as it was received. */
export function refusedEvent(
  row: Row,
  raw: string,
  trail: Pick<Reception, 'replay' | 'trace'>,
  outcome: RowOutcome & { status: 'rejected' },
): UnrecoverableEvent {
  const { requestId, receivedAt, source, headers, contract, contractVersion: version } = row;
  const violation = refusalOf(outcome, 'the destination');
  const failed = { contract, version, source, violations: [violation] };
  return {
    ...failed,
    ...trail,
    request_id: requestId,
    received_at: receivedAt,
    headers,
    signature: errorSignature({ ...failed, event: {}, jsonSchema: {} }),
    raw,
    reason: violation.message,
    code: violation.code,
    attempts: [],
  };
}
