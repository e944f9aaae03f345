import type { EventOf } from '../contracts/event-of.ts';
import type { Validation } from '../contracts/contract.ts';
import type { StateStore } from '../engine/engine.ts';
import type { RetryPolicy } from '../support/retry.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Logger } from '../support/log.ts';
import type { SharedState } from './motia/shared-state.ts';

export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** What starts a step. */
export type Trigger =
  /**
   * `path` may hold parameters: `/payments/:id`. With `source`, a request must satisfy what the settings say of that source
   * (`verify`, `allow_ips`, `rate_limit`), and what the step enqueues on `raw_event` is of that source.
   */
  | { type: 'http'; method: HttpMethod; path: string; source?: string }
  /** With `contract`, only messages of that contract reach the handler; the others are settled unseen. */
  | { type: 'queue'; topic: string; contract?: string }
  /** Five or six fields, UTC; overlapping runs are left out. */
  | { type: 'cron'; expression: string };

/** What a step file exports as `config`. */
export interface StepConfig {
  /** Unique; also the name of its consumer group and the prefix of its state. */
  name: string;
  description: string;
  triggers: readonly Trigger[];
  /** The topics that its handler may enqueue; any other is refused. */
  enqueues: readonly string[];
  /** The flows that it is drawn in. */
  flows: readonly string[];
  /** Overrides of the default retry policy. `steps.<name>.retry` in the config file wins over it. */
  retry?: Partial<RetryPolicy>;
  batch?: {
    /** Messages taken from the queue at a time. Default 100. */
    maxEvents?: number;
    /** Messages of a batch that are handled at the same time. Default 1. */
    concurrency?: number;
  };
}

/** The input of a step that an HTTP request started. */
export interface HttpInput {
  /**
   * JSON as its value, in which a number that JavaScript would round is an `ExactNumber`; a form as an object of its fields;
   * text as a string. Undefined for other media types and without a body.
   */
  body: Json | undefined;
  /** The bytes as they came, still packed when they have a Content-Encoding: what senders sign. */
  rawBody: Uint8Array;
  query: Readonly<Record<string, string | string[]>>;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  params: Readonly<Record<string, string>>;
}

/** What a handler returns to answer an HTTP request; nothing is answered as 204. */
export interface HttpReply {
  status: number;
  body?: Json;
  headers?: Record<string, string>;
}

/**
 * The body (JSON) of a message on `validated_data` and on a contract's own topic. `ValidEventMessage<typeof signup>`: the event
 * has the fields of that contract.
 */
export interface ValidEventMessage<C = unknown> {
  request_id: string;
  /** ISO 8601, UTC. */
  received_at: string;
  source: string;
  contract: string;
  version: string;
  /** The event as its contract's validation returned it. */
  event: EventOf<C>;
}

/** Contracts, as a step may use them. An unknown contract or version is a violation, not an exception. */
export interface StepContracts {
  validate(name: string, version: string, event: JsonObject): Validation;
  /**
   * The same for a handler in a thread of its own, which can wait until a contract whose code hangs has been asked aside.
   * @internal
   */
  inTurn?(name: string, version: string, event: JsonObject): Promise<Validation>;
}

/** What a handler gets beside its input. */
export interface StepContext {
  /** The step's name. */
  step: string;
  trigger: Trigger;
  /** Set when the message carries one. */
  requestId?: string;
  /** 1 for the first delivery of a message. */
  attempt: number;
  /**
   * Resolves when the message is durable; lets it go when no step consumes the topic. On `raw_event`, `data` is a new
   * event for the flow, of the `source` that is given, else of the trigger's, else of the one that its field `source` names.
   * Refuses topics that the step does not declare.
   */
  enqueue: (topic: string, data: Json | object, options?: { source?: string }) => Promise<void>;
  /** Lines carry the step and the request id. */
  logger: Logger;
  /** Durable, and the step's own: keys are below `steps/<name>/`. */
  state: StateStore;
  /** Durable values by group and key that all steps see. */
  shared: SharedState;
  contracts: StepContracts;
  /** Aborted when the service stops: finish soon, or throw, and the message comes again after the next start. */
  signal: AbortSignal;
}

/** Input: the message's JSON (queue), `HttpInput` (http), or undefined (cron). Throwing means: try again later. */
export type StepHandler<Input> = (
  input: Input,
  context: StepContext,
) => Promise<HttpReply | void> | HttpReply | void;

/** One step as it was found on disk. */
export interface StepModule {
  config: StepConfig;
  handler: StepHandler<unknown>;
  /** Absolute path. */
  file: string;
  /** Ends the thread that its handler runs in. */
  close?: () => Promise<void>;
}

/** Gives a handler's input a type, for a file that says `export default defineStep(config, handler)`. */
export function defineStep<Input>(
  config: StepConfig,
  handler: StepHandler<Input>,
): { config: StepConfig; handler: StepHandler<Input> } {
  return { config, handler };
}

/**
 * What a handler throws to say more than "it failed". `retryable: false` gives up at once; `tag` marks the dead
 * letter that the message becomes, so that a person finds it.
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly tag: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, options: { tag?: string; retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.tag = options.tag;
    this.retryable = options.retryable ?? true;
  }
}
