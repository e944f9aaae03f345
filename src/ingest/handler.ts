import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';
import { sourceName } from '../model/event.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { formatOf } from '../sources/formats/content-type.ts';
import { type Parcel, decode } from '../sources/formats/decode.ts';
import type { HandshakeOutside } from '../sources/handshakes/handshake.ts';
import { greet, shakeHands } from '../sources/handshakes/handshakes.ts';
import { type Refusals, createRefusals } from '../sources/refusals.ts';
import { type Source, type Sources, createSources } from '../sources/source.ts';
import { verified } from '../sources/verify/scheme.ts';
import type { FormatLimits } from '../support/lines.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import { type AdmitOptions, createAdmit, problemOfVerdict, verifySource } from './admit.ts';
import type { Answer } from './answer.ts';
import { badSource, internalError, methodNotAllowed, unsupportedType } from './problems.ts';
import { type Body, readBody } from './read-body.ts';
import { type Hand, createBytesInHand, mostInHand } from './bytes-in-hand.ts';
import { withoutIgnored } from './ignored.ts';
import { unitsOf } from './units.ts';
import { endAfterHearing } from './hear-out.ts';
import { type StoreOptions, createStore } from './store.ts';

export interface IngestOptions extends StoreOptions, Omit<AdmitOptions, 'refusals'> {
  /** Default: no source has settings. */
  sources?: Sources;
  limits: FormatLimits & {
    maxBodyBytes: number;
    /** Of all requests together, unpacked. By default it is made for many of the largest. */
    maxBytesInHand?: number;
  };
  log: Logger;
  /** For handshakes that visit an address. */
  visit?: HandshakeOutside['visit'];
}

/** Counts since the process started; for /metrics. */
export interface IngestCounts {
  /** By HTTP status. */
  requests: Map<number, number>;
  events: number;
  /** By source, then by reason. */
  refused: ReadonlyMap<string, ReadonlyMap<string, number>>;
  lastRefused: Refusals['recent'];
  /** When a source of the settings was last answered that its events are stored: milliseconds since 1970. */
  delivered: ReadonlyMap<string, number>;
}

export interface IngestHandler {
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** The body of a request that a step takes, when it satisfies what the settings say of the source, if there is one. */
  receive: (request: IncomingMessage, source: string | undefined) => Promise<Result<Body, Problem>>;
  counts: IngestCounts;
}

/** Of a kind. */
const linesPerSecond = 2;

/**
 * `POST /ingest` and `/ingest/{source}` on bare `node:http`: the only route where the cost of a web framework is
 * felt. It checks who sends and that the body is JSON, and answers 202 once the events are durable; whether an event fits
 * its contract is for the validator to say.
 */
export function createIngest(options: IngestOptions): IngestHandler {
  const { sources = createSources({}), limits } = options;
  const refusals = createRefusals((name) => sources(name).known, options.log);
  const delivered = new Map<string, number>();
  const counts: IngestCounts = {
    requests: new Map(),
    events: 0,
    refused: refusals.bySource,
    lastRefused: refusals.recent,
    delivered,
  };
  // While the queue takes nothing, every request fails in the same way.
  const log = limitLog(options.log, linesPerSecond);
  const admit = createAdmit({ ...options, refusals });
  const store = createStore(options, log);

  const inHand = createBytesInHand(limits.maxBytesInHand ?? mostInHand(limits.maxBodyBytes));

  async function accept(request: IncomingMessage, hand: Hand): Promise<Result<Answer, Problem>> {
    const named = sourceOf(request.url!);
    const source = sources(named.ok ? named.value : undefined);
    const refusal = admit(request, source);
    if (refusal !== undefined) return fail(refusal);
    const { method = '', url = '', headers } = request;
    const greeting = { method, url, headers, source };
    if (method !== 'POST') {
      const answer = named.ok ? greet(greeting) : undefined;
      return answer === undefined ? fail(methodNotAllowed) : ok(answer);
    }
    if (!named.ok) return named;
    const format = formatOf(headers['content-type']);
    if (format === undefined) return fail(unsupportedType);

    const body = await readBody(request, limits.maxBodyBytes, hand);
    if (!body.ok) return body;
    const verdict = source.authenticates ? await verifySource(request, source, body.value) : verified;
    if (verdict.kind !== 'verified' && verdict.kind !== 'late') return refuse(request, source, verdict);
    if (source.known && verdict.kind === 'verified') {
      const answer = await shakeHands(body.value.plain, greeting, options);
      if (answer !== undefined) return ok(answer);
    }
    const parcels = decode(headers, body.value.plain, format, source, limits);
    if (!parcels.ok) return parcels;
    const wanted = withoutIgnored(parcels.value, source);
    if (verdict.kind === 'late' && !(await hasAll(wanted, headers, source)))
      return refuse(request, source, verdict);
    const stored = await store(wanted, headers, source);
    if (stored.ok) {
      counts.events += stored.value.stored;
      if (source.known) delivered.set(source.name!, Date.now());
    }
    return stored;
  }

  async function receive(request: IncomingMessage, name: string | undefined): Promise<Result<Body, Problem>> {
    const source = name === undefined ? undefined : sources(name);
    const refusal = source && admit(request, source);
    if (refusal !== undefined) return fail(refusal);
    const hand = inHand.enter();
    const body = await readBody(request, limits.maxBodyBytes, hand).finally(hand.leave);
    if (!body.ok || source === undefined) return body;
    const verdict = await verifySource(request, source, body.value);
    // A step's deliveries are not remembered: one that comes late may be a replay.
    return verdict.kind === 'verified' ? body : refuse(request, source, verdict);
  }

  /** A gateway may send a delivery again with its first signature: what is known is no replay. */
  async function hasAll(
    parcels: readonly Parcel[],
    headers: IncomingHttpHeaders,
    source: Source,
  ): Promise<boolean> {
    const units = unitsOf(parcels, headers, source);
    const known = await Promise.all(
      units.map(async ({ delivery }) => delivery !== undefined && options.deliveries.isKnown(delivery)),
    );
    return known.every((one) => one);
  }

  function refuse(
    request: IncomingMessage,
    source: Source,
    verdict: Parameters<typeof problemOfVerdict>[0],
  ): Result<never, Problem> {
    const problem = problemOfVerdict(verdict);
    refusals.count(source.name, problem.code, options.clientAddress(request));
    return fail(problem);
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const hand = inHand.enter();
    accept(request, hand).then(
      (accepted) => {
        hand.leave();
        if (accepted.ok) send(response, accepted.value);
        else sendProblem(request, response, accepted.error);
      },
      (error: unknown) => {
        hand.leave();
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
    send(response, { status: problem.status, type: problemMediaType, body: problemBody(problem) });
  }

  function send(response: ServerResponse, { status, type, body, headers }: Answer): void {
    counts.requests.set(status, (counts.requests.get(status) ?? 0) + 1);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    endAfterHearing(response, body);
  }

  return { handle, receive, counts };
}

export function isIngestPath(url: string): boolean {
  return url.startsWith('/ingest') && (url.length === 7 || url[7] === '/' || url[7] === '?');
}

function sourceOf(url: string): Result<string | undefined, Problem> {
  if (url === '/ingest') return ok(undefined);
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const name = path.slice('/ingest/'.length, path.endsWith('/') ? -1 : undefined);
  if (name === '') return ok(undefined);
  return sourceName.test(name) ? ok(name) : fail(badSource);
}
