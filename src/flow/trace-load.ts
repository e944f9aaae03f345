import type { RecordSpan, SpanData } from '../observe/otel/span.ts';
import type { Candidates } from './candidates.ts';
import type { RowEnd } from '../load/waiting-tables.ts';

/** A span for each traced event of a batch; they have the time of the batch, as it is one transaction. */
export function traceLoad(
  record: RecordSpan | undefined,
  { rows, traces }: Candidates,
  settled: readonly RowEnd[],
  times: Pick<SpanData, 'start' | 'end'>,
): void {
  for (const [at, trace] of traces) {
    const { requestId: request_id, table, contract, source, repair } = rows[at]!;
    const outcome = settled[at]!.status;
    if (outcome === 'waits') continue;
    const attributes = { request_id, table, contract, source, outcome, healer: repair?.healer };
    const failure = outcome === 'rejected' ? { failure: 'rejected_by_destination' } : undefined;
    record?.({ name: 'load', trace, ...times, attributes, ...failure });
  }
}
