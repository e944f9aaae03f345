import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Message } from '../engine/engine.ts';
import { isRetryable } from '../model/errors.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';
import { formatOf, readLines } from '../sources/formats/content-type.ts';
import type { FormatLimits, Lines } from '../support/lines.ts';
import { readBody } from './read-body.ts';
import { encodeRecord } from './record.ts';
import { createRequestIds, requestIdsFrom } from './request-id.ts';

export interface IngestOptions {
  /** Resolves when the message is durable. */
  publish: (message: Message) => Promise<void>;
  authorize: (request: IncomingMessage) => Problem | undefined;
  rateLimit: (request: IncomingMessage) => Problem | undefined;
  limits: FormatLimits & { maxBodyBytes: number };
  log: Logger;
}

/** Counts since the process started, by HTTP status; for /metrics. */
export interface IngestCounts {
  requests: Map<number, number>;
  events: number;
}

export interface IngestHandler {
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  counts: IngestCounts;
}

/** Of a kind. */
const linesPerSecond = 2;

/**
 * `POST /ingest` and `/ingest/{source}` on bare `node:http`: the only route where the cost of a web framework is
 * felt. It checks that the body is JSON and answers 202 once the events are durable; whether an event fits its
 * contract is for the validator to say.
 */
export function createIngest(options: IngestOptions): IngestHandler {
  const nextId = createRequestIds();
  const counts: IngestCounts = { requests: new Map(), events: 0 };
  // While the queue takes nothing, every request fails in the same way.
  const log = limitLog(options.log, linesPerSecond);

  async function accept(request: IncomingMessage): Promise<Result<string, Problem>> {
    const refusal = options.authorize(request) ?? options.rateLimit(request);
    if (refusal !== undefined) return fail(refusal);
    if (request.method !== 'POST') return fail(methodNotAllowed);
    const source = sourceOf(request.url!);
    if (!source.ok) return source;
    const format = formatOf(request.headers['content-type']);
    if (format === undefined) return fail(unsupportedType);

    const body = await readBody(request, options.limits.maxBodyBytes);
    if (!body.ok) return body;
    const lines = readLines(body.value, format, options.limits);
    if (!lines.ok) return lines;
    return store(lines.value, source.value);
  }

  async function store(lines: Lines, source: string | undefined): Promise<Result<string, Problem>> {
    const id = nextId(lines.count);
    const header = {
      id,
      at: Date.now(),
      n: lines.count,
      ...(source === undefined ? undefined : { source }),
      ...(lines.exact ? { exact: true as const } : undefined),
      ...(lines.plain ? { plain: true as const } : undefined),
    };
    try {
      await options.publish({ body: encodeRecord(header, lines.bytes), events: lines.count });
    } catch (error) {
      if (!isRetryable(error)) throw error;
      log.write(
        'warn',
        'not_stored',
        { err: error, status: 'failed', source, code: 'not_stored' },
        'events refused: the queue does not take them now',
      );
      return fail(unavailable);
    }
    counts.events += lines.count;
    return ok(lines.many ? manyAccepted(id, lines.count) : `{"request_id":"${id}","status":"accepted"}`);
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    accept(request).then(
      (accepted) => {
        if (accepted.ok) send(response, 202, 'application/json', accepted.value);
        else sendProblem(request, response, accepted.error);
      },
      (error: unknown) => {
        if (request.destroyed && !request.complete) return; // the client went away; there is nobody to answer
        log.write(
          'error',
          'ingest_failed',
          { err: error, status: 'failed', code: 'ingest_failed' },
          'ingest failed',
        );
        sendProblem(request, response, internalError);
      },
    );
  }

  function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
    if (problem.retryAfter !== undefined) response.setHeader('retry-after', problem.retryAfter);
    if (problem.status === 405) response.setHeader('allow', 'POST');
    if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
    // The rest of an unread body would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, problem.status, problemMediaType, problemBody(problem));
  }

  function send(response: ServerResponse, status: number, type: string, body: string): void {
    counts.requests.set(status, (counts.requests.get(status) ?? 0) + 1);
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    if (response.req.complete) return void response.end(body);
    response.write(body);
    hearOut(response.req, () => response.end());
  }

  return { handle, counts };
}

/**
 * Reads, for a moment, what a refused client is still sending. Hanging up at once would reset the connection, and the
 * client would see that instead of the answer.
 */
function hearOut(request: IncomingMessage, done: () => void): void {
  const timer = setTimeout(() => request.destroy(), hearOutMs);
  request.once('end', done);
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

const hearOutMs = 1000;

export function isIngestPath(url: string): boolean {
  return url.startsWith('/ingest') && (url.length === 7 || url[7] === '/' || url[7] === '?');
}

function sourceOf(url: string): Result<string | undefined, Problem> {
  if (url === '/ingest') return ok(undefined);
  const query = url.indexOf('?');
  const name = url.slice('/ingest/'.length, query === -1 ? undefined : query);
  if (name === '') return ok(undefined);
  return sourceName.test(name) ? ok(name) : fail(badSource);
}

const sourceName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function manyAccepted(first: string, count: number): string {
  const idAt = requestIdsFrom(first);
  const ids = Array.from({ length: count }, (_, index) => idAt(index));
  return `{"status":"accepted","accepted":${count},"request_ids":["${ids.join('","')}"]}`;
}

const methodNotAllowed: Problem = {
  status: 405,
  code: 'method_not_allowed',
  title: 'Method not allowed',
  detail: 'Send events with POST.',
};
const badSource: Problem = {
  status: 404,
  code: 'bad_source_name',
  title: 'Not a source name',
  detail: 'In /ingest/{source}, the source is 1 to 64 letters, digits, dots, dashes or underscores.',
};
const unsupportedType: Problem = {
  status: 415,
  code: 'unsupported_media_type',
  title: 'Unsupported media type',
  detail: 'Send application/json (an object or an array) or application/x-ndjson (one object a line).',
};
const unavailable: Problem = {
  status: 503,
  code: 'queue_unavailable',
  title: 'The queue does not take events now',
  detail: 'Nothing of this request was stored. Send it again later.',
  retryAfter: 1,
};
const internalError: Problem = {
  status: 500,
  code: 'internal_error',
  title: 'Internal error',
  detail: 'The request failed in the service; its log says why. Whether the events were stored is not known.',
};
