import { addTo } from '../support/add-to.ts';
import type { Engine, Message } from './engine.ts';

/** Messages for several topics that are published together. */
export class Outgoing {
  readonly #byTopic = new Map<string, Message[]>();

  readonly add = (topic: string, body: Uint8Array): void => addTo(this.#byTopic, topic, { body });

  /** Resolves when all of them are durable. */
  async publish(engine: Pick<Engine, 'publish'>): Promise<void> {
    await Promise.all(Array.from(this.#byTopic, ([topic, messages]) => engine.publish(topic, messages)));
  }
}
