/** A finished part of an event's way, as the pipeline's thread hands it to the one that exports it. Never holds a value of an event. */
export interface SpanData {
  name: 'validate' | 'heal' | 'load' | 'dead_letter';
  /** What it belongs to: the `traceparent` of the request that brought the event. */
  trace: string;
  /** Milliseconds since 1970. */
  start: number;
  end: number;
  attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Set when the event could not go on; a code. */
  failure?: string;
}

export type RecordSpan = (span: SpanData) => void;

/** Starts measuring; the result says from when to when, also where the clock of the machine is set meanwhile. */
export function stopwatch(): () => Pick<SpanData, 'start' | 'end'> {
  const start = Date.now();
  const began = performance.now();
  return () => ({ start, end: start + performance.now() - began });
}

/** The ids of a `traceparent` that we have made ourselves, as log lines have them. */
export const traceIdsOf = (trace: string | undefined): { trace_id: string; span_id: string } | undefined =>
  trace === undefined ? undefined : { trace_id: trace.slice(3, 35), span_id: trace.slice(36, 52) };
