import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../api/problem.ts';
import { sourceName } from '../model/event.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { formatOf } from '../sources/formats/content-type.ts';
import { type Parcel, decode } from '../sources/formats/decode.ts';
import { type HandshakeOutside, greetingOf } from '../sources/handshakes/handshake.ts';
import { greet, greetUnsigned, shakeHands } from '../sources/handshakes/handshakes.ts';
import { type Refusals, createRefusals } from '../sources/refusals.ts';
import { type Source, type Sources, createSources } from '../sources/source.ts';
import { verified } from '../sources/verify/scheme.ts';
import type { RequestSpan, Tracing } from '../observe/otel/telemetry.ts';
import type { FormatLimits } from '../support/lines.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import { type AdmitOptions, createAdmit, problemOfVerdict, verifySource } from './admit.ts';
import { type Answer, Responder } from './respond.ts';
import { badSource, internalError, methodNotAllowed, unsupportedType } from './problems.ts';
import { type Body, readBody } from './read-body.ts';
import { type Hand, createBytesInHand, mostInHand } from './bytes-in-hand.ts';
import { withoutIgnored } from './ignored.ts';
import { unitsOf } from './units.ts';
import { sourceOf } from './path.ts';
import { beginSpan } from './request-span.ts';
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
  /** Undefined while traces are not exported. */
  tracing?: Tracing | undefined;
  /** For handshakes that visit an address. */
  visit?: HandshakeOutside['visit'];
}

/** Counts since the process started; for /metrics. */
export interface IngestCounts {
  /** By HTTP status. */
  requests: ReadonlyMap<number, number>;
  events: number;
  /** By source, then by reason. */
  refused: ReadonlyMap<string, ReadonlyMap<string, number>>;
  lastRefused: Refusals['recent'];
  /** When a source of the settings was last answered that its events are stored: milliseconds since 1970. */
  delivered: ReadonlyMap<string, number>;
}

/** Of a kind. */
const linesPerSecond = 2;

/**
 * `POST /ingest` and `/ingest/{source}` on bare `node:http`: the only route where the cost of a web framework is
 * felt. It checks the sender and that the body is JSON, and answers 202 once the events are durable; the validator decides
 * whether an event fits its contract.
 */
export class IngestHandler {
  readonly counts: IngestCounts;
  readonly #options: IngestOptions;
  readonly #sources: Sources;
  readonly #refusals: Refusals;
  /** When a source of the settings was last answered that its events are stored. */
  readonly #delivered = new Map<string, number>();
  readonly #log: ReturnType<typeof limitLog>;
  readonly #admit: ReturnType<typeof createAdmit>;
  readonly #store: ReturnType<typeof createStore>;
  readonly #inHand: ReturnType<typeof createBytesInHand>;
  readonly #responder = new Responder();

  constructor(options: IngestOptions) {
    const { sources = createSources({}), limits } = options;
    this.#options = options;
    this.#sources = sources;
    this.#refusals = createRefusals((name) => sources(name).known, options.log);
    this.counts = {
      requests: this.#responder.requests,
      events: 0,
      refused: this.#refusals.bySource,
      lastRefused: this.#refusals.recent,
      delivered: this.#delivered,
    };
    // While the queue takes nothing, every request fails in the same way.
    this.#log = limitLog(options.log, linesPerSecond);
    this.#admit = createAdmit({ ...options, refusals: this.#refusals });
    this.#store = createStore(options, this.#log);
    this.#inHand = createBytesInHand(limits.maxBytesInHand ?? mostInHand(limits.maxBodyBytes));
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const hand = this.#inHand.enter();
    const span = beginSpan(this.#options.tracing, request);
    this.#accept(request, hand, span).then(
      (accepted) => {
        hand.leave();
        span?.end(accepted.ok ? accepted.value.status : accepted.error.status);
        if (accepted.ok) this.#responder.send(response, accepted.value);
        else this.#responder.sendProblem(request, response, accepted.error);
      },
      (error: unknown) => {
        hand.leave();
        span?.end(internalError.status);
        if (request.destroyed && !request.complete) return; // the client went away; there is nobody to answer
        this.#log.write(
          'error',
          'ingest_failed',
          { err: error, status: 'failed', code: 'ingest_failed' },
          'ingest failed',
        );
        this.#responder.sendProblem(request, response, internalError);
      },
    );
  }

  /** The body of a request for a step, when the request satisfies the settings of its source, if there are any. */
  async receive(request: IncomingMessage, name: string | undefined): Promise<Result<Body, Problem>> {
    const source = name === undefined ? undefined : this.#sources(name);
    const refusal = source && this.#admit(request, source);
    if (refusal !== undefined) return fail(refusal);
    const hand = this.#inHand.enter();
    const body = await readBody(request, this.#options.limits.maxBodyBytes, hand).finally(() => hand.leave());
    if (!body.ok || source === undefined) return body;
    const verdict = await verifySource(request, source, body.value);
    // A step's deliveries are not remembered: one that comes late may be a replay.
    return verdict.kind === 'verified' ? body : this.#refuse(request, source, problemOfVerdict(verdict));
  }

  /** NDJSON of this process itself, which nobody has to verify; durable when it resolves with an answer. */
  async take(lines: Buffer, name: string | undefined): Promise<Result<Answer, Problem>> {
    if (name !== undefined && !sourceName.test(name)) return fail(badSource);
    const source = this.#sources(name);
    const parcels = decode({}, lines, 'ndjson', source, this.#options.limits);
    if (!parcels.ok) return parcels;
    const stored = await this.#store(withoutIgnored(parcels.value, source), {}, source);
    if (!stored.ok) return stored;
    this.counts.events += stored.value.stored;
    return ok(stored.value.answer);
  }

  async #accept(request: IncomingMessage, hand: Hand, span?: RequestSpan): Promise<Result<Answer, Problem>> {
    const named = sourceOf(request.url!);
    const source = this.#sources(named.ok ? named.value : undefined);
    const refusal = this.#admit(request, source);
    if (refusal !== undefined) return fail(refusal);
    const { headers } = request;
    if (request.method !== 'POST') {
      const answer = named.ok ? greet(greetingOf(request, source)) : undefined;
      return answer === undefined ? fail(methodNotAllowed) : ok(answer);
    }
    if (!named.ok) return this.#refuse(request, source, named.error);
    const format = formatOf(headers['content-type']);
    if (format === undefined) return this.#refuse(request, source, unsupportedType);

    const body = await readBody(request, this.#options.limits.maxBodyBytes, hand);
    if (!body.ok) return this.#refuse(request, source, body.error);
    const verdict = source.authenticates ? await verifySource(request, source, body.value) : verified;
    if (verdict.kind !== 'verified' && verdict.kind !== 'late') {
      const isUnsigned = verdict.kind === 'refused' && verdict.reason === 'signature_missing';
      const answer = isUnsigned ? greetUnsigned(body.value.plain, greetingOf(request, source)) : undefined;
      return answer === undefined ? this.#refuse(request, source, problemOfVerdict(verdict)) : ok(answer);
    }
    if (source.known && verdict.kind === 'verified') {
      const answer = await shakeHands(body.value.plain, greetingOf(request, source), this.#options);
      if (answer !== undefined) return ok(answer);
    }
    const parcels = decode(headers, body.value.plain, format, source, this.#options.limits);
    if (!parcels.ok) return this.#refuse(request, source, parcels.error);
    const wanted = withoutIgnored(parcels.value, source);
    if (verdict.kind === 'late' && !(await this.#hasAll(wanted, headers, source)))
      return this.#refuse(request, source, problemOfVerdict(verdict));
    const stored = await this.#store(wanted, headers, source, span?.trace);
    if (!stored.ok) return stored;
    this.counts.events += stored.value.stored;
    span?.stored(stored.value);
    if (source.known) this.#delivered.set(source.name!, Date.now());
    return ok(stored.value.answer);
  }

  /** A gateway may send a delivery again with its first signature: what is known is no replay. */
  async #hasAll(parcels: readonly Parcel[], headers: IncomingHttpHeaders, source: Source): Promise<boolean> {
    const units = unitsOf(parcels, headers, source);
    const known = await Promise.all(
      units.map(async ({ delivery }) => delivery !== undefined && this.#options.deliveries.isKnown(delivery)),
    );
    return known.every((one) => one);
  }

  /** Counted, unless it is the service that cannot take it now. */
  #refuse(request: IncomingMessage, source: Source, problem: Problem): Result<never, Problem> {
    if (problem.status < 500)
      this.#refusals.count(source.name, problem.code, this.#options.clientAddress(request));
    return fail(problem);
  }
}
