import type { Limits } from '../batches.ts';
import type { Delivery } from '../engine.ts';
import type { Deferred } from '../settle.ts';
import { decodeBlock, offsetOf } from './block.ts';
import type { Pulled } from './pulled.ts';

/** A message of JetStream that this worker holds, with the deliveries in it. */
export interface Held {
  readonly deliveries: readonly Delivery[];
  readonly isRetry: boolean;
  /** Not yet settled. */
  readonly open: Set<Delivery>;
  readonly message: Pulled;
  /** A batch with one of its deliveries has begun. */
  begun: boolean;
}

/** The deliveries of a block; `body`: of its only message, where that lies elsewhere. */
export function readDeliveries(
  { data, seq }: Pick<Pulled, 'data' | 'seq'>,
  topic: string,
  body?: Uint8Array,
): Delivery[] {
  return decodeBlock(data).map((entry, index) => ({
    body: body ?? entry.body,
    events: entry.events,
    position: { partition: topic, offset: offsetOf(seq, index) },
    attempt: 1,
  }));
}

export function holdBlock(message: Pulled, topic: string, body: Uint8Array | undefined): Held {
  const deliveries = readDeliveries(message, topic, body);
  return { deliveries, isRetry: false, open: new Set(deliveries), message, begun: false };
}

export function holdRetry(message: Pulled, delivery: Delivery): Held {
  return { deliveries: [delivery], isRetry: true, open: new Set([delivery]), message, begun: false };
}

/** One delivery and the message it came in. */
export interface Item {
  delivery: Delivery;
  held: Held;
}

/** What was pulled and not yet handed to the handler, in order. */
export class Intake {
  #items: Item[] = [];
  #at = 0;
  events = 0;
  bytes = 0;

  add(held: Held): void {
    for (const delivery of held.deliveries) {
      this.#items.push({ delivery, held });
      this.events += delivery.events;
      this.bytes += delivery.body.length;
    }
  }

  get length(): number {
    return this.#items.length - this.#at;
  }

  isFull({ maxEvents, maxBytes }: Limits): boolean {
    return this.events >= maxEvents || this.bytes >= maxBytes;
  }

  /** At least one, unless it is empty, and as many as the limits allow. */
  take({ maxEvents, maxBytes }: Limits): Item[] {
    const taken: Item[] = [];
    let events = 0;
    let bytes = 0;
    while (this.#at < this.#items.length) {
      const item = this.#items[this.#at]!;
      events += item.delivery.events;
      bytes += item.delivery.body.length;
      if (taken.length > 0 && (events > maxEvents || bytes > maxBytes)) break;
      taken.push(item);
      item.held.begun = true;
      this.events -= item.delivery.events;
      this.bytes -= item.delivery.body.length;
      this.#at++;
    }
    if (this.#at > 1024 && this.#at * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
    }
    return taken;
  }

  /** Removes the messages that no handler has begun. */
  dropUntouched(): Held[] {
    const dropped = new Set<Held>();
    const kept: Item[] = [];
    for (const item of this.#items.slice(this.#at)) {
      if (item.held.begun) kept.push(item);
      else {
        dropped.add(item.held);
        this.events -= item.delivery.events;
        this.bytes -= item.delivery.body.length;
      }
    }
    this.#items = kept;
    this.#at = 0;
    return [...dropped];
  }
}

/** The unsettled deliveries of a message that this worker gives up, to be deferred under the same count of tries. */
export function remainderOf({ open }: Held): Deferred[] {
  return [...open].map((delivery) => ({ delivery, delayMs: 0, failures: delivery.attempt - 1 }));
}
