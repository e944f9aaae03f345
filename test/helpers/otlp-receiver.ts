import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Message, readProtobuf } from './otlp-protobuf.ts';

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status?: { code?: number; message?: string };
}
interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; boolValue?: boolean; doubleValue?: number };
}
export interface OtlpRequest {
  path: string;
  headers: IncomingHttpHeaders;
  /** As OTLP has it in JSON. */
  body: Message;
}

export interface OtlpMetric {
  name: string;
  sum?: { dataPoints: { asDouble: number }[] };
  histogram?: { dataPoints: { count: number; bucketCounts: number[] }[] };
}
export interface OtlpRecord {
  severityText: string;
  severityNumber: number;
  traceId?: string;
  attributes: Attribute[];
}

const below = (messages: object[], key: string): object[] =>
  messages.flatMap((message) => (message as Record<string, object[]>)[key] ?? []);

/** A collector: takes what is posted in OTLP, protobuf or JSON. `answer` may be put off, or another status. */
export async function otlpReceiver(port = 0) {
  const requests: OtlpRequest[] = [];
  const control = { status: 200, hang: false };
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      if (control.hang) return;
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const path = request.url!;
      if (control.status === 200) {
        const isJson = request.headers['content-type'] === 'application/json';
        const body = isJson
          ? (JSON.parse(plain.toString()) as Message)
          : readProtobuf(path.split('/').at(-1)!, plain);
        requests.push({ path, headers: request.headers, body });
      }
      response.writeHead(control.status, { 'content-type': request.headers['content-type'] }).end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const items = <T>(path: string, keys: readonly string[]): T[] =>
    keys.reduce(
      below,
      requests.filter((request) => request.path === path).map(({ body }) => body),
    ) as T[];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    control,
    spans: (path = '/v1/traces') => items<OtlpSpan>(path, ['resourceSpans', 'scopeSpans', 'spans']),
    metrics: () => items<OtlpMetric>('/v1/metrics', ['resourceMetrics', 'scopeMetrics', 'metrics']),
    /** `service.name` of all that came. */
    services: () =>
      new Set(
        requests
          .flatMap(({ body }) => Object.values(body).flat() as { resource: { attributes: Attribute[] } }[])
          .map(({ resource }) => attributesOf(resource)['service.name']),
      ),
    records: () => items<OtlpRecord>('/v1/logs', ['resourceLogs', 'scopeLogs', 'logRecords']),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const attributesOf = ({ attributes }: { attributes: Attribute[] }): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );
