import { beforeEach, describe, expect, it } from 'vitest';
import { type Floor, FloorWatch } from '../../../src/engine/nats/floor-watch.ts';

const ackWaitMs = 10_000;
const replicas = [{ name: 'node-2', current: true, active: 1, lag: 0, offline: false }];

describe('a consumer whose acknowledgement floor stands still for good gets another leader', () => {
  let leaders: string[];
  let watch: FloorWatch;
  beforeEach(() => {
    leaders = [];
    watch = new FloorWatch(async (stream, consumer) => leaders.push(`${stream}/${consumer}`), ackWaitMs);
  });
  /** Looks every half second, in milliseconds from and to. */
  const look = (
    from: number,
    to: number,
    at: (ms: number) => Partial<Floor> & { floor: number; held: number },
  ) => {
    for (let ms = from; ms <= to; ms += 500) {
      const { floor, held, ...rest } = at(ms);
      const sequence = (seq: number) => ({ consumer_seq: seq, stream_seq: seq, last_active: 0 });
      const one = { delivered: sequence(100), ack_floor: sequence(floor), num_ack_pending: held };
      watch.look({ stream_name: 'raw', name: 'pipeline', cluster: { replicas }, ...one, ...rest }, ms);
    }
  };

  it('within seconds where nobody holds anything, again and again, with growing pauses', () => {
    look(0, 5000, () => ({ floor: 40, held: 0 }));
    expect(leaders).toEqual(['raw/pipeline']);
    look(5500, 60_000, () => ({ floor: 40, held: 0 }));
    expect(leaders.length).toBeGreaterThan(1);
    expect(leaders.length).toBeLessThan(6);
  });

  it('also while others are acknowledged', () => {
    const acknowledged = (ms: number) => ({ consumer_seq: 40, stream_seq: 40, last_active: ms });
    look(0, 3 * ackWaitMs, (ms) => ({ floor: 40, held: 3, ack_floor: acknowledged(ms) }));
    expect(leaders).toEqual([]);
    look(3 * ackWaitMs, 7 * ackWaitMs, (ms) => ({ floor: 40, held: 3, ack_floor: acknowledged(ms) }));
    expect(leaders).toEqual(['raw/pipeline']);
  });

  it('and keeps it while the floor moves, while workers hold what they got, and where there are no copies', () => {
    look(0, 100_000, (ms) => ({ floor: Math.floor(ms / 1500), held: ms % 1000 === 0 ? 0 : 5 }));
    look(0, 1_000_000, () => ({ floor: 40, held: 5 }));
    look(0, 100_000, () => ({ floor: 100, held: 0 }));
    look(0, 100_000, () => ({ floor: 40, held: 0, cluster: { leader: 'alone' } }));
    expect(leaders).toEqual([]);
  });
});
