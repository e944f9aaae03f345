import { createHash } from 'node:crypto';
import type { StateStore, StateWrite } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import type { Alert, AlertMessage } from './alert.ts';

/** A message on its way to one receiver. */
export interface Pending {
  message: AlertMessage;
  /** Name of the receiver. */
  target: string;
  attempts: number;
  /** Milliseconds since 1970. */
  nextAt: number;
}

const openPrefix = 'alerts/open/';
const outboxPrefix = 'alerts/outbox/';
const beganKey = 'alerts/began';
/** Further messages are dropped: their receiver has been away for very long. */
const mostPending = 1000;

const outboxKey = ({ message, target }: Pending): string => `${outboxPrefix}${message.id}/${target}`;
const openKey = (key: string): string =>
  openPrefix + createHash('sha256').update(key).digest('hex').slice(0, 32);

/** What people were told, and what they are to be told, in the engine's state. */
export class AlertStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** When alerts were first watched here, in milliseconds; `now` if that is now. */
  async began(now: number): Promise<number> {
    await this.#state.putIfAbsent(beganKey, now);
    return (await this.#state.get<number>(beganKey)) ?? now;
  }

  async open(): Promise<Map<string, Alert>> {
    const alerts = new Map<string, Alert>();
    for (const alert of await this.#all<Alert>(openPrefix)) alerts.set(alert.key, alert);
    return alerts;
  }

  pending(): Promise<Pending[]> {
    return this.#all<Pending>(outboxPrefix);
  }

  /** The messages with the change that they tell of: first, where a store does not write both at once. */
  async change(
    change: { opened: readonly Alert[]; over: readonly Alert[]; changed: readonly Alert[] },
    messages: readonly Pending[],
  ): Promise<void> {
    const room = Math.max(0, mostPending - (await this.pending()).length);
    const writes: StateWrite[] = [
      ...messages.slice(0, room).map((one) => ({ put: outboxKey(one), value: plain(one) })),
      ...[...change.opened, ...change.changed].map((alert) => ({
        put: openKey(alert.key),
        value: plain(alert),
      })),
      ...change.over.map(({ key }) => ({ delete: openKey(key) })),
    ];
    if (writes.length > 0) await this.#state.write(writes);
  }

  sent(pending: Pending): Promise<void> {
    return this.#state.delete(outboxKey(pending));
  }

  later(pending: Pending): Promise<void> {
    return this.#state.put(outboxKey(pending), plain(pending));
  }

  async #all<T>(prefix: string): Promise<T[]> {
    const all: T[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.#state.list(prefix, { limit: 500, after });
      all.push(...page.map(({ value }) => value as unknown as T));
      if (page.length < 500) return all;
      after = page.at(-1)!.key;
    }
  }
}

const plain = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;
