import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { Logger } from '../../support/log.ts';
import type { OtlpProtocol, Signal } from './settings.ts';

const ways = {
  traces: {
    'http/protobuf': ProtobufTraceSerializer,
    'http/json': JsonTraceSerializer,
    helper: TraceExporterMetricsHelper,
  },
  metrics: {
    'http/protobuf': ProtobufMetricsSerializer,
    'http/json': JsonMetricsSerializer,
    helper: MetricsExporterMetricsHelper,
  },
  logs: {
    'http/protobuf': ProtobufLogsSerializer,
    'http/json': JsonLogsSerializer,
    helper: LogsExporterMetricsHelper,
  },
};
const mediaTypes = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' };

/** Sends over OTLP; endpoint, headers, timeout, compression and certificates come from the environment. */
export class OtlpExporter<Items> extends OTLPExporterBase<Items> {
  readonly #signal: Signal;
  readonly #log: Logger;
  #failing = false;

  constructor(signal: Signal, protocol: OtlpProtocol, log: Logger) {
    const way = ways[signal];
    const options = convertLegacyHttpOptions({}, signal.toUpperCase(), `v1/${signal}`, {
      'Content-Type': mediaTypes[protocol],
    });
    super(
      createOtlpHttpExportDelegate(
        options,
        way[protocol] as unknown as ISerializer<Items, unknown>,
        `otlp_http_${signal}_exporter`,
        way.helper as unknown as IExporterMetricsHelper<Items>,
        undefined,
      ),
    );
    this.#signal = signal;
    this.#log = log;
  }

  /** What can't be sent is dropped: said when it begins and when it is over, not each time. */
  override export(items: Items, done: (result: ExportResult) => void): void {
    super.export(items, (result) => {
      const failed = result.code === ExportResultCode.FAILED;
      if (failed && !this.#failing)
        this.#log.warn(
          { err: result.error, code: 'otel_export_failed', signal: this.#signal },
          `${this.#signal} can't be sent to the OpenTelemetry collector; they are dropped until it takes them`,
        );
      if (!failed && this.#failing)
        this.#log.info(
          { status: 'recovered', signal: this.#signal },
          `the OpenTelemetry collector takes ${this.#signal} again`,
        );
      this.#failing = failed;
      done(result);
    });
  }
}
