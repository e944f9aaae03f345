import type { Engine, Message } from '../engine/engine.ts';

/** What is remembered of a delivery: under which request id its events are, or will be, in the queue. */
export interface Mark {
  id: string;
  /** When it was received first. */
  at: number;
  /** It is durable in the queue. */
  done?: true;
}

/** Events that are stored together, and are one delivery when they have a key. */
export interface Incoming {
  /** The same for each try of one delivery; see `PublishedKey.key`. */
  key: string | undefined;
  /** Under which they are stored when nothing is known of them. */
  mine: Mark;
  message: (mark: Mark) => Message;
}

export interface Published {
  mark: Mark;
  /** Its events were not in the queue before, as far as is known. */
  isNew: boolean;
}

export interface Deliveries {
  /**
   * Publishes what is not known to be durable, and remembers it for `ttlMs`. What is known but was cut off is published under
   * the id that is known, so that it is one event. What was published is known when the request comes again.
   */
  publish(incoming: readonly Incoming[], ttlMs: number): Promise<Published[]>;
  /** `publish` publishes all or nothing. */
  readonly wholeOrNone: boolean;
  isKnown(key: string): Promise<boolean>;
  /** Writes what is left to write. */
  close(): Promise<void>;
}

/** The part of an engine that deliveries need. */
export type DeliveryStore = Pick<Engine, 'publish' | 'published'> & {
  state: Pick<Engine['state'], 'get' | 'putIfAbsent' | 'write'>;
};
export type KnownMark = { id: string; at: number; done?: true };
