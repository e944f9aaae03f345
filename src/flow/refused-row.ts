import type { Reception, UnrecoverableEvent } from '../model/event.ts';
import type { Row, RowOutcome } from '../load/destination.ts';
import { errorSignature } from '../validate/signature.ts';
import { receptionOf } from './reception.ts';

/** What goes to the dead letters for a row that the destination refused; `raw`: the event as it was received. */
export function refusedEvent(
  row: Row,
  raw: string,
  trail: Pick<Reception, 'replay' | 'trace'>,
  outcome: RowOutcome & { status: 'rejected' },
): UnrecoverableEvent {
  const { contract, contractVersion: version, source } = row;
  const violations = [
    {
      path: outcome.column === undefined ? '' : `/${outcome.column}`,
      code: 'rejected_by_destination' as const,
      message: `the destination refused the row: ${outcome.reason}`,
      expected: 'a value that fits the column',
      found: 'string' as const,
    },
  ];
  const signature = errorSignature({ contract, version, source, violations, event: {}, jsonSchema: {} });
  return {
    ...receptionOf(row, trail),
    contract,
    version,
    signature,
    violations,
    raw,
    reason: violations[0]!.message,
    code: 'rejected_by_destination',
    attempts: [],
  };
}
