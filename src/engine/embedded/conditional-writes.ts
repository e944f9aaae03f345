import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../model/json.ts';
import { Gathering } from '../gathering.ts';
import { type Store, durable } from './store.ts';
import type { Wakeup } from './wakeup.ts';

interface ConditionalWrite {
  key: Buffer;
  /** What the key's value has to be; undefined for none. */
  from: Json | undefined;
  /** The keys that it changes. */
  changed: readonly string[];
  write: () => void;
}

interface Waiting extends ConditionalWrite {
  bytes: number;
  won: boolean;
}

/** Compare and set. The writes of one turn share a transaction and a hint: a batch of dead letters makes hundreds. */
export class ConditionalWrites {
  readonly #store: Store;
  readonly #wakeup: Wakeup;
  readonly #read: (key: Buffer) => Json | undefined;
  readonly #gathering = new Gathering<Waiting>((writes) => this.#commit(writes), { flights: 2 });

  constructor(store: Store, wakeup: Wakeup, read: (key: Buffer) => Json | undefined) {
    this.#store = store;
    this.#wakeup = wakeup;
    this.#read = read;
  }

  /** Durable when it resolves; false when the key had another value, and nothing was written. */
  async add(one: ConditionalWrite): Promise<boolean> {
    const waiting: Waiting = { ...one, bytes: 0, won: false };
    await this.#gathering.add(waiting);
    return waiting.won;
  }

  idle(): Promise<void> {
    return this.#gathering.idle();
  }

  async #commit(writes: readonly Waiting[]): Promise<void> {
    await durable(this.#store, () =>
      this.#store.root.transaction(() => {
        for (const one of writes) {
          one.won = isDeepStrictEqual(this.#read(one.key), one.from);
          if (one.won) one.write();
        }
        return true;
      }),
    );
    const changed = writes.flatMap((one) => (one.won ? one.changed : []));
    this.#wakeup.changed([...new Set(changed)]);
  }
}
