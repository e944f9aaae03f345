import { expect, it } from 'vitest';
import transactionContract from '../../contracts/v1/transaction.ts';
import type { Delivery } from '../../src/engine/engine.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { createRowMaker } from '../../src/load/row.ts';
import type { Chain } from '../../src/flow/chain.ts';
import { encodeParked } from '../../src/flow/parked-event.ts';
import { priced, transactionWith } from '../helpers/healing.ts';
import { type ChainGround, prepareChain } from './chain-ground.ts';

const nextId = createRequestIds();
const requestId = nextId(1);

it('replays wait in place while letters can not be read, and then all are loaded', async () => {
  const { chain, engine, destination } = await prepareChain();
  const { get } = engine.state;
  let failures = 0;
  engine.state.get = (key) => {
    if (failures++ > 0) return get(key);
    return Promise.reject(new SentinelError('engine_unavailable', 'no answer'));
  };
  const ids = [nextId(1), nextId(1)];
  await Promise.all(ids.map((id, offset) => chain.fromReplay([replayed(id, offset)])));
  expect(failures).toBeGreaterThan(1);
  expect(await destination.holds(ids)).toEqual(new Set(ids));
});

it('a repair whose batch can not be sent does not keep a later letter of its event from being kept', () =>
  letterAfter(
    (chain) => chain.fromHealers,
    ({ fixed }) => [fixed(requestId, 0)],
  ));

it('nor does a parked event', () =>
  letterAfter(
    (chain) => chain.fromParked,
    // The contract accepts the one no more, which is to be sent on; the other is only to be loaded.
    () => [parked(nextId(1), priced(), 0), parked(requestId, transactionWith({}), 1)],
  ));

async function letterAfter(
  way: (chain: Chain) => (batch: readonly Delivery[]) => Promise<void>,
  batch: (ground: ChainGround) => Delivery[],
): Promise<void> {
  const ground = await prepareChain();
  const { chain, engine, letters, oneWay, dead } = ground;
  const { publish } = engine;
  engine.publish = () => Promise.reject(new SentinelError('engine_full', 'the disk is full'));
  await expect(way(chain)(batch(ground))).rejects.toThrow('the disk is full');
  engine.publish = publish;
  // The batch comes again, and the destination refuses the row.
  await oneWay.keeping([dead(requestId, { code: 'rejected_by_destination' })], async (mine) => {
    await letters.keep(mine);
  });
  expect((await letters.get(requestId))?.status).toBe('open');
}

function parked(id: string, event: ReturnType<typeof priced>, offset: number): Delivery {
  const raw = JSON.stringify(event);
  const facts = { requestId: id, receivedAt: 0, source: 'shop', repair: undefined };
  const row = createRowMaker(transactionContract)(event, { ...facts, text: raw, changed: undefined });
  const body = encodeParked({ row, raw, replay: undefined });
  return { body, events: 1, position: { partition: 'parked', offset }, attempt: 1 };
}

function replayed(id: string, offset: number): Delivery {
  const replay = { round: 1, original: '{}' };
  const event = transactionWith({ event_id: crypto.randomUUID() });
  const body = encodeRecord({ id, at: Date.now(), source: 'shop', n: 1, replay }, JSON.stringify(event));
  return { body, events: 1, position: { partition: 'replays', offset }, attempt: 1 };
}
