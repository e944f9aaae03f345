import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { type AnyValueMap, type Logger as OtelLogger, SeverityNumber } from '@opentelemetry/api-logs';
import type { LogLine } from '../../support/log-ring.ts';

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/** Sends a line of the log on as a record, with the trace that it belongs to, when it names one. */
export function emitLine(logger: OtelLogger, line: LogLine): void {
  const { seq: _, level, time, msg, trace_id, span_id, err, ...rest } = line;
  const severityText = typeof level === 'string' ? level : 'info';
  const context =
    typeof trace_id === 'string' && typeof span_id === 'string'
      ? trace.setSpanContext(ROOT_CONTEXT, {
          traceId: trace_id,
          spanId: span_id,
          traceFlags: TraceFlags.SAMPLED,
        })
      : ROOT_CONTEXT;
  logger.emit({
    timestamp: typeof time === 'string' ? new Date(time) : Date.now(),
    severityText,
    severityNumber: severities[severityText] ?? SeverityNumber.INFO,
    body: typeof msg === 'string' ? msg : '',
    attributes: { ...(rest as AnyValueMap), ...exceptionOf(err) },
    context,
  });
}

/** By the names of OpenTelemetry's conventions. */
function exceptionOf(err: LogLine[string] | undefined): Record<string, string> {
  if (typeof err !== 'object' || err === null || Array.isArray(err)) return {};
  const { type, message, stack } = err as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': stack,
    }).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
