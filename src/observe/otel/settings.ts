import { type Environment, variable } from '../../config/environment.ts';

export const signals = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof signals)[number];
export type OtlpProtocol = 'http/protobuf' | 'http/json';

export interface OtelSettings {
  /** The signals that are exported, and how. */
  exported: ReadonlyMap<Signal, OtlpProtocol>;
  /** For a person: what was asked for and is not done. */
  problems: string[];
  metricIntervalMs: number;
}

/**
 * What OpenTelemetry's own environment variables ask for; undefined when nothing is asked for, and nothing is loaded then. A signal
 * is exported when it has an endpoint, or when `OTEL_{SIGNAL}_EXPORTER` is `otlp`; the rest is read by the SDK itself.
 */
export function otelSettings(env: Environment): OtelSettings | undefined {
  if (variable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const exported = new Map<Signal, OtlpProtocol>();
  const problems: string[] = [];
  for (const signal of signals) {
    if (!isWanted(env, signal)) continue;
    const protocol = ofSignal(env, signal, 'PROTOCOL') ?? 'http/protobuf';
    if (protocol === 'http/protobuf' || protocol === 'http/json') exported.set(signal, protocol);
    else
      problems.push(
        `${signal} are not exported: the protocol ${protocol} is not spoken here, but http/protobuf and http/json are`,
      );
  }
  if (exported.size === 0 && problems.length === 0) return undefined;
  const interval = Number(variable(env, 'OTEL_METRIC_EXPORT_INTERVAL'));
  return { exported, problems, metricIntervalMs: interval > 0 ? interval : 60_000 };
}

function isWanted(env: Environment, signal: Signal): boolean {
  const exporter = variable(env, `OTEL_${signal.toUpperCase()}_EXPORTER`);
  if (exporter === undefined) return ofSignal(env, signal, 'ENDPOINT') !== undefined;
  return exporter.split(',').some((name) => name.trim() === 'otlp');
}

const ofSignal = (env: Environment, signal: Signal, name: string): string | undefined =>
  variable(env, `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`) ??
  variable(env, `OTEL_EXPORTER_OTLP_${name}`);
