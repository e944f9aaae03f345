import type { IncomingHttpHeaders } from 'node:http';
import type { Environment } from '../../config/environment.ts';
import { messageOf } from '../../model/errors.ts';
import type { LogRing } from '../../support/log-ring.ts';
import type { Logger } from '../../support/log.ts';
import { otelSettings } from './settings.ts';
import type { RecordSpan } from './span.ts';

/** The span of one request to `/ingest`. */
export interface RequestSpan {
  /** What the request's events carry, and the spans of their way belong to: a `traceparent`. */
  readonly trace: string;
  /** Its events are durable: the id of the first, and how many are new. */
  stored(events: { first?: string; stored: number }): void;
  /** `status`: of HTTP. */
  end(status: number): void;
}

export interface Tracing {
  /** Begins a span within the sender's own trace, when it has one; undefined for what the sampler leaves out. */
  request(headers: IncomingHttpHeaders, source: string | undefined): RequestSpan | undefined;
  record: RecordSpan;
}

/** Traces, metrics and logs on their way to whoever collects them. */
export interface Telemetry {
  tracing: Tracing | undefined;
  /** From now on metrics are sent; `read` gives the page of `/metrics`. */
  sendMetrics(read: () => Promise<string>): void;
  /** Sends what waits, for a moment at most. */
  close(): Promise<void>;
}

const nothing: Telemetry = { tracing: undefined, sendMetrics: () => undefined, close: async () => undefined };

/** Loads OpenTelemetry when the environment asks for it. The service goes on without what can't be exported. */
export async function openTelemetry(
  env: Environment,
  { log, logs }: { log: Logger; logs: LogRing },
): Promise<Telemetry> {
  const settings = otelSettings(env);
  if (settings === undefined) return nothing;
  for (const problem of settings.problems) log.warn({ code: 'otel_not_exported' }, problem);
  if (settings.exported.size === 0) return nothing;
  try {
    const { startSdk } = await import('./sdk.ts');
    // The SDK reads its settings there; `.env` holds some as well.
    for (const [name, value] of Object.entries(env))
      if (name.startsWith('OTEL_')) process.env[name] ??= value;
    return startSdk(settings, { log, logs });
  } catch (error) {
    log.warn({ err: error, code: 'otel_not_exported' }, `OpenTelemetry is not loaded: ${messageOf(error)}`);
    return nothing;
  }
}
