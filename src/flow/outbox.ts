import { Outgoing } from '../engine/outgoing.ts';
import type { Contract } from '../contracts/contract.ts';
import { healingKey } from '../dead-letter/store.ts';
import type { Engine, StateWrite } from '../engine/engine.ts';
import { type Received, recordOf } from '../ingest/record.ts';
import {
  type FailedEvent,
  type FixedEvent,
  type Reception,
  type UnrecoverableEvent,
  type asideTopics,
  parkedTopic,
  topics,
} from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { ValidEventMessage } from '../steps/step.ts';

/**
 * Collects what one batch sends to other topics, so that each topic gets one durable publish a batch. Copies for
 * subscribers are made only where there are some.
 */
export class Outbox {
  readonly #engine: Engine;
  readonly #subscribed: ReadonlySet<string>;
  readonly #messages = new Outgoing();
  readonly #marks: StateWrite[] = [];

  constructor(engine: Engine, subscribed: ReadonlySet<string>) {
    this.#engine = engine;
    this.#subscribed = subscribed;
  }

  /** Whether some step takes the valid events of this contract. */
  wants(contract: Contract): boolean {
    return this.#subscribed.size > 0 && this.#topicsOf(contract).length > 0;
  }

  /** A valid event, for the steps on `validated_data` and on the contract's own topic. */
  valid(reception: Reception, contract: Contract, value: JsonObject): void {
    const message: ValidEventMessage = {
      request_id: reception.request_id,
      received_at: new Date(reception.received_at).toISOString(),
      source: reception.source,
      contract: contract.name,
      version: contract.version,
      event: value,
    };
    const body = encode(message);
    for (const topic of this.#topicsOf(contract)) this.#messages.add(topic, body);
  }

  fixedInChain(event: () => FixedEvent): void {
    if (this.#subscribed.has(topics.fixed)) this.#messages.add(topics.fixed, encode(event()));
  }

  /** To be judged where no other event waits for it. */
  aside(topic: (typeof asideTopics)[number], incoming: Received): void {
    this.#messages.add(topic, recordOf(incoming));
  }

  failed(event: FailedEvent): void {
    this.#marks.push({
      put: healingKey(event.request_id),
      value: { contract: event.contract, version: event.version, source: event.source },
    });
    this.#messages.add(topics.failed, encode(event));
  }

  /** The healers have finished the event. */
  healed(requestId: string): void {
    this.#marks.push({ delete: healingKey(requestId) });
  }

  unrecoverable(event: UnrecoverableEvent): void {
    this.#messages.add(topics.unrecoverable, encode(event));
  }

  /** Waits for its table. */
  parked(table: string, body: Uint8Array): void {
    this.#messages.add(parkedTopic(table), body);
  }

  /** A copy for a further destination. */
  readonly copy = this.#messages.add;

  /** Resolves when all of it is durable. */
  async flush(): Promise<void> {
    if (this.#marks.length > 0) await this.#engine.state.write(this.#marks);
    await this.#messages.publish(this.#engine);
  }

  #topicsOf({ topic }: Contract): string[] {
    return [topics.validated, topic].filter(
      (name): name is string => name !== undefined && this.#subscribed.has(name),
    );
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));
