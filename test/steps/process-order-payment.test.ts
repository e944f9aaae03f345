import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Json } from '../../src/model/json.ts';
import { contractsForSteps } from '../../src/steps/contracts.ts';
import { discoverSteps } from '../../src/steps/discover.ts';
import { startSteps, type ExhaustedMessage, type RunningSteps } from '../../src/steps/runner.ts';
import type { ValidEventMessage } from '../../src/steps/step.ts';
import { collect, message, quickRetry, silent, temporaryEngine } from './support.ts';
import { until } from '../helpers/until.ts';

const eventId = '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01';

const order = (change: Partial<ValidEventMessage> = {}): ValidEventMessage => ({
  request_id: '0198c0de-0000-7000-8000-000000000001',
  received_at: '2026-01-15T10:30:00.000Z',
  source: 'shop',
  contract: 'order',
  version: '1.0.0',
  event: {
    event_id: eventId,
    timestamp: '2026-01-15T10:30:00Z',
    version: '1.0.0',
    source: 'shop',
    payload: {
      order_id: 'A-1',
      customer_email: 'ada@example.com',
      items: [{ sku: 's', quantity: 2, price: '24.95' }],
      total_amount: '49.90',
      currency: 'EUR',
    },
  },
  ...change,
});

describe('process_order_payment', () => {
  let engine: Engine;
  let dispose: () => Promise<void>;
  let running: RunningSteps;
  let paid: Json[];
  const exhausted: ExhaustedMessage[] = [];

  beforeEach(async () => {
    ({ engine, dispose } = await temporaryEngine());
    exhausted.length = 0;
    const registry = await loadContracts([new URL('../../contracts', import.meta.url).pathname]);
    running = await startSteps(await discoverSteps([new URL('../../steps', import.meta.url).pathname]), {
      engine,
      log: silent,
      contracts: contractsForSteps(registry),
      retry: quickRetry,
      onReplayed: async () => undefined,
      onExhausted: async (given) => void exhausted.push(given),
    });
    paid = await collect(engine, 'order_payment_processed');
  });
  afterEach(async () => {
    await running.stop();
    await dispose();
  });

  const settled = () => until(async () => (await pending()) === 0);
  const pending = async () =>
    (await engine.stats()).find(({ topic }) => topic === 'order_event')?.groups[0]?.pending ?? -1;

  it('announces the payment of an order', async () => {
    await engine.publish('order_event', [message(order())]);
    await until(() => paid.length === 1);
    expect(paid).toEqual([
      {
        payment_id: eventId,
        order_id: 'A-1',
        total_amount: '49.9',
        currency: 'EUR',
        request_id: '0198c0de-0000-7000-8000-000000000001',
        status: 'processed',
      },
    ]);
  });

  it('takes a payment once, however often the order comes', async () => {
    await engine.publish('order_event', [
      message(order()),
      message(order()),
      message(order({ request_id: 'again' })),
    ]);
    await settled();
    await until(() => paid.length === 1);
    expect(exhausted).toEqual([]);
  });

  it('takes up a payment that a crash had broken off', async () => {
    await engine.state.put(`steps/process_order_payment/payments/${eventId}`, {
      request_id: order().request_id,
      status: 'started',
    });
    await engine.publish('order_event', [message(order())]);
    await until(() => paid.length === 1);
  });

  it.each([
    [
      'breaks its contract',
      order({ event: { ...order().event, payload: { total_amount: '-1' } } }),
      /payload/,
    ],
    ['has a version that nobody knows', order({ version: '9.0.0' }), /version/],
    ['is no order', order({ contract: 'transaction' }), /not an order/],
  ])('gives up at once, tagged UNPROCESSED_DLQ, when the message %s', async (_, sent, reason) => {
    await engine.publish('order_event', [message(sent)]);
    await until(() => exhausted.length === 1);
    expect(exhausted[0]).toMatchObject({ attempts: 1, error: { tag: 'UNPROCESSED_DLQ', retryable: false } });
    expect(String(exhausted[0]?.error)).toMatch(reason);
    expect(paid).toEqual([]);
  });

  it('tags other failures too, after it has tried again', async () => {
    await engine.publish('order_event', [message('nonsense')]);
    await until(() => exhausted.length === 1);
    expect(exhausted[0]).toMatchObject({ error: { tag: 'UNPROCESSED_DLQ' } });
  });
});
