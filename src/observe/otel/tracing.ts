import type { IncomingHttpHeaders } from 'node:http';
import {
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { TraceState, parseTraceParent } from '@opentelemetry/core';
import type { SpanData } from './span.ts';
import type { Tracing } from './telemetry.ts';

export function createTracing(tracer: Tracer): Tracing {
  return {
    request(headers, source) {
      const attributes = {
        'http.request.method': 'POST',
        'http.route': '/ingest/{source}',
        'sentinel.source': source,
      };
      const span = tracer.startSpan('accept', { kind: SpanKind.SERVER, attributes }, contextOf(headers));
      if (!span.isRecording()) return undefined;
      const { traceId, spanId, traceFlags } = span.spanContext();
      // Recorded and yet not sampled: nobody wants the rest of it.
      if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
      return {
        trace: `00-${traceId}-${spanId}-01`,
        stored({ first, stored }) {
          span.setAttribute('sentinel.events', stored);
          if (first !== undefined) span.setAttribute('sentinel.request_id', first);
        },
        end(status) {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    record({ name, trace: parent, start, end, attributes, failure }) {
      const options = { startTime: start, attributes: named(attributes) };
      const span = tracer.startSpan(name, options, within(parent));
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      span.end(end);
    },
  };
}

/** The sender's context: of HTTP, else the one that CloudEvents carries in the same form. */
function contextOf(headers: IncomingHttpHeaders): Context {
  const { traceparent = headers['ce-traceparent'], tracestate = headers['ce-tracestate'] } = headers;
  return within(first(traceparent), first(tracestate));
}

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

function within(traceparent: string | undefined, tracestate?: string): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parent === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...parent,
    isRemote: true,
    ...(tracestate === undefined ? undefined : { traceState: new TraceState(tracestate) }),
  });
}

const named = (attributes: SpanData['attributes']): SpanData['attributes'] =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`sentinel.${name}`, value]));
