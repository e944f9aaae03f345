import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtlpSpan, attributesOf, otlpReceiver } from '../../helpers/otlp-receiver.ts';
import {
  type RunningSentinel,
  get,
  post,
  settled,
  startProcess,
  transaction,
  without,
} from '../../helpers/sentinel.ts';
import type { DeadLetter } from '../../../src/model/dead-letter.ts';
import { until } from '../../helpers/until.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const traceparent = (id = traceId, flags = '01') => `00-${id}-${parentId}-${flags}`;

let collector: Awaited<ReturnType<typeof otlpReceiver>>;
let service: RunningSentinel | undefined;
beforeEach(async () => {
  collector = await otlpReceiver();
});
afterEach(async () => {
  const code = await service?.stop();
  service = undefined;
  collector.close();
  expect(code ?? 0).toBe(0);
});

/** Quickly, as nobody waits for a minute here. */
const soon = {
  OTEL_BSP_SCHEDULE_DELAY: '50',
  OTEL_BLRP_SCHEDULE_DELAY: '50',
  OTEL_METRIC_EXPORT_INTERVAL: '200',
};

async function send(event: unknown, headers: Record<string, string>): Promise<string> {
  const response = await post(`${service!.url}/ingest/shop`, event, headers);
  expect(response.status).toBe(202);
  return ((await response.json()) as { request_id: string }).request_id;
}

describe('OpenTelemetry', () => {
  it('follows the trace of a sender over queue, healing and load, and to the dead letter; sends metrics and logs', async () => {
    service = await startProcess({
      env: {
        ...soon,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_SERVICE_NAME: 'gate',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/custom/traces`,
      },
    });
    const hopelessTrace = 'a'.repeat(32);
    const drifted = { ...without(transaction(), 'email'), user_email: 'ada@example.com' };
    const repaired = await send(drifted, { traceparent: traceparent() });
    const hopeless = await send(transaction({ amount: 'not-a-number' }), {
      traceparent: traceparent(hopelessTrace),
    });
    await send(transaction(), { traceparent: traceparent('b'.repeat(32), '00') });
    await send(transaction(), { 'ce-traceparent': traceparent('c'.repeat(32)) });
    await settled(service.url, repaired);
    await settled(service.url, hopeless);
    const ofTrace = (id: string) => collector.spans('/custom/traces').filter((span) => span.traceId === id);
    await until(() => ofTrace(traceId).length === 4 && ofTrace(hopelessTrace).length === 4);

    const named = new Map(ofTrace(traceId).map((span) => [span.name, span]));
    expect([...named.keys()].sort()).toEqual(['accept', 'heal', 'load', 'validate']);
    const accept = named.get('accept')!;
    expect(accept).toMatchObject({ parentSpanId: parentId, kind: 2 });
    expect(attributesOf(accept)).toMatchObject({
      'http.response.status_code': 202,
      'sentinel.request_id': repaired,
    });
    for (const name of ['validate', 'heal', 'load'])
      expect(named.get(name)!.parentSpanId).toBe(accept.spanId);
    expect(attributesOf(named.get('heal')!)).toMatchObject({
      'sentinel.outcome': 'repaired',
      'sentinel.healer': 'heuristics',
    });
    expect(attributesOf(named.get('load')!)).toMatchObject({
      'sentinel.outcome': 'loaded',
      'sentinel.table': 'transaction',
    });
    for (const span of named.values()) expect(lengthOf(span)).toBeGreaterThanOrEqual(0);

    const letter = ofTrace(hopelessTrace).find(({ name }) => name === 'dead_letter')!;
    const { trace } = await get<DeadLetter>(`${service.url}/api/v1/dead-letters/${hopeless}`);
    expect(trace?.split('-')[1]).toBe(hopelessTrace);
    expect(letter.status?.code).toBe(2);
    expect(attributesOf(letter)).toMatchObject({
      'sentinel.request_id': hopeless,
      'sentinel.contract': 'transaction',
    });
    await until(() => ofTrace('c'.repeat(32)).length === 3);
    expect(collector.spans('/custom/traces').some((span) => span.traceId === 'b'.repeat(32))).toBe(false);

    await until(() =>
      collector
        .metrics()
        .some(
          ({ name, sum }) => name === 'sentinel_ingest_events_total' && sum?.dataPoints[0]?.asDouble === 4,
        ),
    );
    const page = await fetch(`${service.url}/metrics`).then((response) => response.text());
    const onPage = [...page.matchAll(/^# TYPE (sentinel_\w+) /gm)].map(([, name]) => name);
    const sent = new Set(collector.metrics().map(({ name }) => name));
    expect([...sent].every((name) => onPage.includes(name))).toBe(true);
    const delay = collector.metrics().findLast(({ name }) => name === 'sentinel_event_delay_seconds')!;
    const { count, bucketCounts } = delay.histogram!.dataPoints[0]!;
    expect(bucketCounts.reduce((sum, each) => sum + each, 0)).toBe(count);

    await until(() => collector.records().some(({ traceId }) => traceId === hopelessTrace));
    const line = collector.records().find((record) => record.traceId === hopelessTrace)!;
    expect(line).toMatchObject({ severityText: 'warn', severityNumber: 13 });
    expect(attributesOf(line)).toMatchObject({ code: 'no_repair_found', request_id: hopeless });
    for (const { headers, path } of collector.requests) {
      const type = path === '/v1/metrics' ? 'application/json' : 'application/x-protobuf';
      expect(headers).toMatchObject({ 'x-tenant': 'a b', 'content-type': type });
    }
    expect(collector.services()).toEqual(new Set(['gate']));
    expect(JSON.stringify(collector.requests)).not.toContain('ada@example.com');
  });

  it('goes on when a collector is down, refuses or never answers, says so once a signal, and stops in time', async () => {
    const [refuses, hangs] = await Promise.all([otlpReceiver(), otlpReceiver()]);
    collector.close();
    refuses.control.status = 503;
    hangs.control.hang = true;
    service = await startProcess({
      env: {
        ...soon,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: refuses.url,
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: hangs.url,
        OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      },
    });
    const ids = await Promise.all(
      Array.from({ length: 50 }, () => send(transaction(), { traceparent: traceparent() })),
    );
    for (const id of ids) expect((await settled(service.url, id)).status).toBe('loaded');
    const lines = (signal: string) =>
      service!.log().filter(({ code, signal: of }) => code === 'otel_export_failed' && of === signal);
    await until(() => ['traces', 'metrics', 'logs'].every((signal) => lines(signal).length > 0));
    expect(lines('metrics')).toHaveLength(1);
    expect((await get<{ status: string }>(`${service.url}/ready`)).status).toBe('ready');
    const began = performance.now();
    expect(await service.kill('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    for (const receiver of [refuses, hangs]) receiver.close();
  });
});

const lengthOf = ({ startTimeUnixNano, endTimeUnixNano }: OtlpSpan) =>
  Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano));
