import { Intake, remainderOf, type Held, type Item } from './intake.ts';
import type { RetryArea, RetryGroup } from './retry-area.ts';

/**
 * The messages of JetStream that a worker holds. One is acknowledged when all deliveries in it are settled; until then the
 * worker says again and again that it has it.
 */
export class Holding {
  /** New messages, and those that come again, not yet handed to the handler. */
  readonly fresh = new Intake();
  readonly again = new Intake();
  readonly #held = new Set<Held>();
  readonly #retries: RetryArea;
  readonly #group: RetryGroup;

  constructor(retries: RetryArea, group: RetryGroup) {
    this.#retries = retries;
    this.#group = group;
  }

  add(one: Held): void {
    this.#held.add(one);
    (one.isRetry ? this.again : this.fresh).add(one);
  }

  settled({ held, delivery }: Item): void {
    if (!this.#held.has(held)) return;
    held.open.delete(delivery);
    if (held.open.size > 0) return;
    this.#held.delete(held);
    held.message.ack();
    // Left over, should this fail: the sweep of large bodies takes it.
    if (held.isRetry) void this.#retries.release(held.message).catch(() => undefined);
  }

  giveBack(one: Held, delayMs?: number): void {
    this.#held.delete(one);
    one.message.giveBack(delayMs);
  }

  /** Gives back the messages of which nothing has begun. */
  giveBackUntouched(): void {
    for (const intake of [this.fresh, this.again])
      for (const one of intake.dropUntouched()) this.giveBack(one);
  }

  /** Gives back all that is not settled, so that it comes again at once and not after the acknowledgement wait. */
  async giveBackAll(): Promise<void> {
    await Promise.all(
      [...this.#held].map(async (one) => {
        if (one.open.size === one.deliveries.length) return this.giveBack(one);
        this.#held.delete(one);
        const put = await Promise.allSettled(
          remainderOf(one).map((entry) => this.#retries.put(this.#group, entry)),
        );
        if (put.every(({ status }) => status === 'fulfilled')) one.message.ack();
        else one.message.giveBack();
      }),
    );
  }

  keepAlive(): void {
    for (const one of this.#held) one.message.extend();
  }
}
