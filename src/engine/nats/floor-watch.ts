import type { ConsumerInfo } from '@nats-io/jetstream';
import type { Link } from './connection.ts';

/** Where nothing is held any more, the copies of a consumer agree within milliseconds. */
const idleMs = 2000;
/** Each new leader costs the readers a moment, and one message may rightly be with a worker for hours. */
const longestMs = 3_600_000;

interface Standing {
  floor: number;
  since: number;
  /** When the last acknowledgement came, as the server says. */
  acknowledged: unknown;
  /** Nobody held anything. */
  idle: boolean;
  /** Grows with each leader that has not helped. */
  factor: number;
}

export type Floor = Pick<
  ConsumerInfo,
  'stream_name' | 'name' | 'delivered' | 'ack_floor' | 'num_ack_pending' | 'cluster'
>;

/**
 * Gives a consumer another leader when its acknowledgement floor stands still for good. While leaders change, a server may
 * count an acknowledgement that the copies never get (seen with 2.10.27): the leader then does not deliver the message again,
 * and the floor never passes it, so nothing behind it counts as settled, or is trimmed. The next leader goes by what the copies
 * know, and delivers it again.
 */
export class FloorWatch {
  readonly #stepDown: (stream: string, consumer: string) => Promise<unknown>;
  readonly #ackWaitMs: number;
  readonly #standing = new Map<string, Standing>();

  constructor(stepDown: (stream: string, consumer: string) => Promise<unknown>, ackWaitMs: number) {
    this.#stepDown = stepDown;
    this.#ackWaitMs = ackWaitMs;
  }

  /** Looks at a consumer once more. True when another look soon may tell that its floor stands still. */
  look(consumer: Floor, now = performance.now()): boolean {
    const { stream_name: stream, name, delivered, ack_floor: floor, num_ack_pending: held } = consumer;
    const key = `${stream}/${name}`;
    const hasCopies = (consumer.cluster?.replicas?.length ?? 0) > 0;
    const idle = held === 0;
    if (!hasCopies || delivered.consumer_seq <= floor.consumer_seq) {
      this.#standing.delete(key);
      return false;
    }
    const before = this.#standing.get(key);
    const current = { floor: floor.stream_seq, since: now, acknowledged: floor.last_active, idle };
    // Several workers look, and one of them is enough to act.
    if (before?.floor !== current.floor) {
      this.#standing.set(key, { ...current, factor: 1 + Math.random() });
      return idle;
    }
    if (this.#stands(before, current)) {
      this.#standing.set(key, { ...current, factor: 2 * before.factor });
      // NATS that does not answer is reported by those who need it.
      void this.#stepDown(stream, name).catch(() => undefined);
    } else before.idle = idle;
    return idle;
  }

  /** A floor may rightly stand while a worker holds the message behind it, such as one that waits for its destination. */
  #stands(before: Standing, current: Omit<Standing, 'factor'>): boolean {
    const isIdle = before.idle && current.idle;
    const goesOn = before.acknowledged !== current.acknowledged;
    if (!isIdle && !goesOn) return false;
    const patienceMs = before.factor * (isIdle ? idleMs : 3 * this.#ackWaitMs);
    return current.since - before.since > Math.min(patienceMs, longestMs);
  }
}

export function watchFloors(
  { nc, api }: Link,
  options: { ackWaitMs: number; onFloorStands?: (stream: string, consumer: string) => void },
): FloorWatch {
  return new FloorWatch(async (stream, consumer) => {
    options.onFloorStands?.(stream, consumer);
    await nc.request(`${api}.CONSUMER.LEADER.STEPDOWN.${stream}.${consumer}`, '', { timeout: 5000 });
  }, options.ackWaitMs);
}
