import { type HrTime, DiagLogLevel, diag, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import {
  type Resource,
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { limitLog } from '../../support/log-limit.ts';
import type { LogRing, LogLine } from '../../support/log-ring.ts';
import type { Logger } from '../../support/log.ts';
import { packageVersion } from '../../support/package-folder.ts';
import { pause } from '../../support/retry.ts';
import { OtlpExporter } from './exporters.ts';
import { metricsOf } from './metric-page.ts';
import type { OtelSettings, OtlpProtocol } from './settings.ts';
import type { Telemetry } from './telemetry.ts';
import { createTracing } from './tracing.ts';
import { type AnyValueMap, type Logger as OtelLogger, SeverityNumber } from '@opentelemetry/api-logs';

interface Parts {
  log: Logger;
  logs: LogRing;
}

interface Provider {
  shutdown(): Promise<void>;
}

const scope = 'data-sentinel';
/** A collector that is away does not hold up the end of the process. */
const flushWithinMs = 2000;

/** The only module of ours that loads OpenTelemetry's SDK. */
export function startSdk({ exported, metricIntervalMs }: OtelSettings, { log, logs }: Parts): Telemetry {
  sayProblems(log);
  const resource = resourceOf();
  const providers: Provider[] = [];
  const keep = <T extends Provider>(provider: T): T => {
    providers.push(provider);
    return provider;
  };
  const traces = exported.get('traces');
  const metrics = exported.get('metrics');
  const records = exported.get('logs');
  const tracing =
    traces === undefined
      ? undefined
      : createTracing(
          keep(tracesTo(resource, new OtlpExporter<ReadableSpan[]>('traces', traces, log))).getTracer(scope),
        );
  const stopLogs = records === undefined ? undefined : followLogs(keep(logsTo(resource, records, log)), logs);
  log.info({ status: 'started', signals: [...exported.keys()] }, 'OpenTelemetry is exported');

  return {
    tracing,
    sendMetrics(read) {
      if (metrics !== undefined)
        keep(metricsTo(resource, { protocol: metrics, metricIntervalMs, log }, read));
    },
    async close() {
      stopLogs?.();
      const closing = new AbortController();
      await Promise.race([
        Promise.allSettled(providers.map((provider) => provider.shutdown())),
        pause(flushWithinMs, closing.signal),
      ]);
      closing.abort();
    },
  };
}

/** What the SDK has to say about its settings. */
function sayProblems(log: Logger): void {
  const { write } = limitLog(log, 1);
  const say = (message: string): void => write('warn', 'otel', { code: 'otel' }, `OpenTelemetry: ${message}`);
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: say, warn: say, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

const resourceOf = (): Resource =>
  defaultResource()
    .merge(resourceFromAttributes({ 'service.name': scope, 'service.version': packageVersion() }))
    .merge(detectResources({ detectors: [envDetector] }));

const tracesTo = (resource: Resource, exporter: OtlpExporter<ReadableSpan[]>) =>
  new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });

/** The SDK reads these of traces itself, those of logs not yet. */
const logsTo = (resource: Resource, protocol: OtlpProtocol, log: Logger) =>
  new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({
        exporter: new OtlpExporter<ReadableLogRecord[]>('logs', protocol, log),
        scheduledDelayMillis: getNumberFromEnv('OTEL_BLRP_SCHEDULE_DELAY') ?? 1000,
      }),
    ],
  });

function followLogs(provider: LoggerProvider, logs: LogRing): () => void {
  const logger = provider.getLogger(scope);
  return logs.follow({}, (line) => emitLine(logger, line));
}

function metricsTo(
  resource: Resource,
  { protocol, metricIntervalMs, log }: { protocol: OtlpProtocol; metricIntervalMs: number; log: Logger },
  read: () => Promise<string>,
): MeterProvider {
  const started = timeOf(performance.timeOrigin);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OtlpExporter<ResourceMetrics>('metrics', protocol, log),
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis: Math.min(metricIntervalMs, 30_000),
    metricProducers: [
      {
        async collect() {
          const metrics = metricsOf(await read(), started, timeOf(Date.now()));
          return {
            resourceMetrics: { resource, scopeMetrics: [{ scope: { name: scope }, metrics }] },
            errors: [],
          };
        },
      },
    ],
  });
  return new MeterProvider({ resource, readers: [reader] });
}

const timeOf = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/** Sends a line of the log on as a record, with the trace that it belongs to, when it names one. */
function emitLine(logger: OtelLogger, line: LogLine): void {
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
