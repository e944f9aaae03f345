import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  settled,
  startProcess,
  transaction,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** Chapter 4: steps. A file dropped into `steps/` becomes part of the flow. */
const recorder = `
  import { appendFile } from 'node:fs/promises';
  import type { StepConfig, ValidEventMessage } from 'data-sentinel';

  export const config: StepConfig = {
    name: 'record_valid_events',
    description: 'Writes the id of each valid event to a file.',
    triggers: [{ type: 'queue', topic: 'validated_data' }],
    enqueues: [],
    flows: ['recording'],
  };

  export async function handler(message: ValidEventMessage): Promise<void> {
    await appendFile('recorded.txt', message.contract + ' ' + message.request_id + '\\n');
  }
`;

const failing = `
  import { StepFailure } from 'data-sentinel';

  export const config = {
    name: 'fails_on_expensive_orders',
    description: 'Fails on demand.',
    triggers: [{ type: 'queue', topic: 'order_event' }],
    enqueues: [],
    flows: ['orders'],
    retry: { maxAttempts: 2, initialDelayMs: 10 },
  };

  export async function handler(message) {
    if (Number(message.event.payload.total_amount) > 1000) throw new StepFailure('too expensive', { tag: 'UNPROCESSED_DLQ' });
  }
`;

const webhook = `
  export const config = {
    name: 'ping_to_event',
    description: 'Takes a ping by HTTP and sends it into the flow as an event.',
    triggers: [{ type: 'http', method: 'POST', path: '/hooks/:shop' }],
    enqueues: ['raw_event'],
    flows: ['recording'],
  };

  export async function handler({ body, params }, { enqueue }) {
    await enqueue('raw_event', { ...body, source: params.shop });
    return { status: 201, body: { taken: true } };
  }
`;

const order = (total: number) => ({
  type: 'order',
  event_id: crypto.randomUUID(),
  version: '1.0.0',
  payload: {
    order_id: `o-${total}`,
    customer_email: 'ada@example.com',
    items: [{ sku: 'a', quantity: 1, price: total }],
    total_amount: total,
    currency: 'EUR',
  },
});

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess({
    files: {
      'steps/record.step.ts': recorder,
      'steps/failing.step.js': failing,
      'steps/webhook.step.js': webhook,
    },
  });
});
afterAll(() => sentinel.stop());

const recorded = () => readFile(join(sentinel.dir, 'recorded.txt'), 'utf8').catch(() => '');

describe('a step on validated_data', () => {
  it('gets every valid and repaired event, and no other', async () => {
    const good = await ingest(sentinel.url, transaction());
    const bad = await ingest(sentinel.url, transaction({ amount: 'x' }));
    const anOrder = await ingest(sentinel.url, order(10));
    for (const id of [good, bad, anOrder]) await settled(sentinel.url, id);
    const lines = async () => (await recorded()).trim().split('\n');
    await until(async () => (await lines()).length >= 2);
    expect((await lines()).toSorted()).toEqual([`order ${anOrder}`, `transaction ${good}`]);
    expect(await recorded()).not.toContain(bad);
  });

  it('gets each of many, also over a restart', async () => {
    const events = Array.from({ length: 500 }, () => transaction());
    const response = await post(`${sentinel.url}/ingest`, events);
    const { request_ids: ids } = (await response.json()) as { request_ids: string[] };
    await sentinel.kill('SIGKILL');
    await sentinel.restart();
    await until(async () => {
      const text = await recorded();
      return ids.every((id) => text.includes(id));
    });
  });
});

describe('a step that fails', () => {
  it('is tried again, and its message becomes a dead letter with the step and the tag', async () => {
    const id = await ingest(sentinel.url, order(5000));
    expect((await settled(sentinel.url, id)).status).toBe('loaded');
    const letterId = `${id}.fails_on_expensive_orders`;
    type Letter = { code: string; step: string; reason: string; status: string };
    await until(async () => (await fetch(`${sentinel.url}/api/v1/dead-letters/${letterId}`)).ok);
    const letter = await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${letterId}`);
    expect(letter).toMatchObject({
      code: 'UNPROCESSED_DLQ',
      step: 'fails_on_expensive_orders',
      status: 'open',
    });
    expect(letter.reason).toContain('after 2 tries');

    // A person lowers the total in the message and replays it: only this step gets it again.
    const message = JSON.parse(
      (await get<{ raw: string }>(`${sentinel.url}/api/v1/dead-letters/${letterId}`)).raw,
    ) as {
      event: { payload: { total_amount: number } };
    };
    message.event.payload.total_amount = 1;
    expect(
      (await post(`${sentinel.url}/api/v1/dead-letters/${letterId}/replay`, { event: message })).status,
    ).toBe(202);
    await until(
      async () =>
        (await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${letterId}`)).status === 'replayed',
    );
  });
});

describe('an http step', () => {
  it('answers, and can send events into the flow', async () => {
    const event = transaction();
    const response = await post(`${sentinel.url}/hooks/corner-shop`, event);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ taken: true });
    await until(async () => {
      const { items } = await get<{ items: { status: string }[] }>(
        `${sentinel.url}/api/v1/events?source=corner-shop`,
      );
      return items[0]?.status === 'loaded';
    });
  });
});

it('the flow graph comes from the steps themselves', async () => {
  type Flow = {
    nodes: { name?: string; id?: string }[];
    edges: { topic: string; from: string; to: string }[];
  };
  const flow = await get<Flow>(`${sentinel.url}/api/v1/flow`);
  const edges = flow.edges.map(({ from, topic, to }) => `${from} -${topic}-> ${to}`);
  expect(edges).toEqual(
    expect.arrayContaining([
      'ingest -raw_event-> validator',
      'validator -validated_data-> loader',
      'validator -validated_data-> record_valid_events',
      'validator -order_event-> process_order_payment',
      'validator -validation_error-> healer',
      'healer -schema_fixed-> loader',
    ]),
  );
});
