import { type HrTime, DiagLogLevel, diag } from '@opentelemetry/api';
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
import type { LogRing } from '../../support/log-ring.ts';
import type { Logger } from '../../support/log.ts';
import { packageVersion } from '../../support/package-folder.ts';
import { pause } from '../../support/retry.ts';
import { OtlpExporter } from './exporters.ts';
import { emitLine } from './log-records.ts';
import { metricsOf } from './metric-page.ts';
import type { OtelSettings, OtlpProtocol } from './settings.ts';
import type { Telemetry } from './telemetry.ts';
import { createTracing } from './tracing.ts';

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
