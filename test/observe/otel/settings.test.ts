import { expect, it } from 'vitest';
import { otelSettings } from '../../../src/observe/otel/settings.ts';

const exported = (env: Record<string, string>) => [...(otelSettings(env)?.exported ?? [])];

it.each<[Record<string, string>, [string, string][]]>([
  [{}, []],
  [{ OTEL_SERVICE_NAME: 'x' }, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, []],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' },
    [
      ['traces', 'http/protobuf'],
      ['metrics', 'http/protobuf'],
      ['logs', 'http/protobuf'],
    ],
  ],
  [
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'prometheus',
    },
    [['traces', 'http/protobuf']],
  ],
  [
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
    [['traces', 'http/json']],
  ],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c/v1/metrics' }, [['metrics', 'http/protobuf']]],
])('reads %o', (env, expected) => {
  expect(exported(env)).toEqual(expected);
});

it('says that it does not speak gRPC', () => {
  const settings = otelSettings({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(settings?.exported.size).toBe(0);
  expect(settings?.problems).toEqual([expect.stringMatching(/traces are not exported: .*grpc/)]);
});
