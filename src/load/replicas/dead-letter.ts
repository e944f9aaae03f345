import { createHash } from 'node:crypto';
import type { UnrecoverableEvent } from '../../model/event.ts';
import { errorSignature } from '../../validate/signature.ts';
import type { Violation } from '../../model/violation.ts';
import type { RowOutcome } from '../destination.ts';
import type { CopyHeader } from './message.ts';

/** What a destination's refusal of a row is to the one who reads of it. */
export function refusalOf({ reason, column }: RowOutcome & { status: 'rejected' }, by: string): Violation {
  return {
    path: column === undefined ? '' : `/${column}`,
    code: 'rejected_by_destination',
    message: `${by} refused the row: ${reason}`,
    expected: 'a value that fits the column',
    found: 'string',
  };
}

/** An event that one further destination did not take; the others, and the main one, are not concerned. */
export function deadCopy(
  destination: string,
  { header, text }: { header: CopyHeader; text: string },
  violations: Violation[],
): UnrecoverableEvent {
  const { request_id, received_at, source, headers, contract, version, round, repair, replay } = header;
  const signature = errorSignature({ contract, version, source, violations, event: {}, jsonSchema: {} });
  return {
    request_id,
    received_at,
    source,
    ...(headers === undefined ? undefined : { headers }),
    contract,
    version,
    // Not the same failure as that of another destination.
    signature: createHash('sha256').update(`${destination}\n${signature}`).digest('hex').slice(0, 32),
    violations,
    raw: text,
    reason: violations[0]?.message ?? `destination ${destination} has no use for the event`,
    code: violations[0]?.code ?? 'rejected_by_destination',
    attempts: [],
    destination,
    copy_round: round,
    ...(repair === undefined ? undefined : { repair }),
    ...(replay === undefined ? undefined : { replay: { round: replay.round, original: text } }),
  };
}
