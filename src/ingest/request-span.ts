import type { IncomingMessage } from 'node:http';
import type { RequestSpan, Tracing } from '../observe/otel/telemetry.ts';
import { sourceOf } from './path.ts';

/** Undefined while traces are not exported, and for what the sampler leaves out. */
export function beginSpan(tracing: Tracing | undefined, request: IncomingMessage): RequestSpan | undefined {
  if (tracing === undefined || request.method !== 'POST') return undefined;
  const named = sourceOf(request.url!);
  return tracing.request(request.headers, named.ok ? named.value : undefined);
}
