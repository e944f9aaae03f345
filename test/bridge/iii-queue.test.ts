import { randomUUID } from 'node:crypto';
import { type IIIClient, TriggerAction, registerWorker } from 'iii-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/support/log.ts';
import { type TestService, startTestService } from '../../src/testing/test-service.ts';
import { IiiEngine } from '../helpers/iii-engine.ts';
import { until } from '../helpers/until.ts';

/** Our queue as that of a stand-in engine, and a worker that knows nothing but iii-sdk. */
let engine: IiiEngine;
let service: TestService;
let worker: IIIClient;
const got: { function_id: string; data: Record<string, unknown> }[] = [];
/** Events with this amount fail, as long as it stands here. */
let poison = '6.66';

function startWorker(): IIIClient {
  const client = registerWorker(engine.url, { otel: { enabled: false } });
  for (const function_id of ['mailer::send', 'jobs::run'])
    client.registerFunction(function_id, async (data: Record<string, unknown>) => {
      if (JSON.stringify(data).includes(poison)) throw new Error('the mail server refuses it');
      got.push({ function_id, data });
      return null;
    });
  const subscribe = (function_id: string, config: object): unknown =>
    client.registerTrigger({ type: 'durable:subscriber', function_id, config });
  subscribe('mailer::send', { topic: 'validated_data', max_retries: 2, backoff_ms: 5 });
  subscribe('jobs::run', { queue: 'jobs', queue_config: { maxRetries: 2, backoffDelayMs: 5 } });
  return client;
}

const event = (amount: string): object => ({
  event_id: randomUUID(),
  timestamp: '2026-11-30T10:00:00Z',
  source: 'shop',
  amount,
  currency: 'EUR',
  user_id: randomUUID(),
  email: 'a@example.com',
});

beforeAll(async () => {
  engine = await new IiiEngine().start();
  // Its triggers are pending until there is a queue.
  worker = startWorker();
  service = await startTestService({
    bridge: { type: 'iii', url: engine.url, namespace: 'data-sentinel', queue: true },
  });
  await until(() => engine.functions.has('engine::queue::dlq_messages'));
  await until(async () => {
    const topics = (await engine.call('engine::queue::list_topics', {})) as { name: string }[];
    return ['validated_data', 'jobs'].every((name) => topics.some((topic) => topic.name === name));
  });
});
afterAll(async () => {
  await service.close();
  await engine.stop();
});

const received = (function_id: string): Record<string, unknown>[] =>
  got.flatMap((each) => (each.function_id === function_id ? [each.data] : []));

it('a worker of the engine reads a topic of ours; what it gives up on is a dead letter that can be redriven', async () => {
  // The pipeline takes notice of a new reader within a second.
  await until(async () => {
    await service.outcomes('shop', [event('1.25')]);
    return received('mailer::send').length > 0;
  });
  expect(received('mailer::send')[0]).toMatchObject({ contract: 'transaction', source: 'shop' });

  await service.outcomes('shop', [event('6.66')]);
  const deadLetters = async (): Promise<{ id: string; error: string }[]> =>
    (await engine.call('engine::queue::dlq_messages', { topic: 'validated_data' })) as never;
  await until(async () => (await deadLetters()).length === 1);
  const [letter] = await deadLetters();
  expect(letter!.error).toMatch(/gave up after 2 tries: .*the mail server refuses it/);
  expect(await engine.call('engine::queue::dlq_topics', {})).toEqual([
    { topic: 'validated_data', broker_type: 'data-sentinel', message_count: 1 },
  ]);
  expect(await engine.call('engine::queue::topic_stats', { topic: 'validated_data' })).toMatchObject({
    dlq_depth: 1,
  });

  poison = 'nothing';
  const redrive = { topic: 'validated_data', message_id: letter!.id };
  expect(await engine.call('iii::queue::redrive_message', redrive)).toMatchObject({ redriven: 1 });
  await until(() => received('mailer::send').some((data) => JSON.stringify(data).includes('6.66')));
  await until(async () => (await deadLetters()).length === 0);
  expect(await engine.call('iii::queue::redrive_message', redrive)).toMatchObject({ redriven: 0 });
});

it('a message that is published while its worker is away waits for it, and for the bridge', async () => {
  await worker.shutdown();
  await until(() => !engine.functions.has('jobs::run'));
  expect(await engine.call('iii::durable::publish', { topic: 'jobs', data: { n: 1 } })).toBeNull();
  engine.cut('data-sentinel::');
  await until(() => !engine.functions.has('iii::durable::publish'));
  worker = startWorker();
  await until(() => received('jobs::run').length === 1);
  expect(received('jobs::run')).toEqual([{ n: 1 }]);
});

it('calls that the engine queues are carried out, and discarded letters go', async () => {
  const job = (n: number) =>
    worker.trigger({
      function_id: 'jobs::run',
      payload: { n },
      action: TriggerAction.Enqueue({ queue: 'slow' }),
    });
  expect(await job(2)).toMatchObject({ messageReceiptId: expect.any(String) as string });
  await until(() => received('jobs::run').some(({ n }) => n === 2));

  poison = 'spoilt';
  await engine.call('iii::durable::publish', { queue: 'jobs', data: { spoilt: true } });
  const letters = async (): Promise<{ id: string }[]> =>
    (await engine.call('engine::queue::dlq_messages', { topic: 'jobs' })) as never;
  await until(async () => (await letters()).length === 1);
  const discard = { queue: 'jobs', message_id: (await letters())[0]!.id };
  expect(await engine.call('iii::queue::discard_message', discard)).toMatchObject({ redriven: 1 });
  expect(await letters()).toEqual([]);
  await expect(engine.call('iii::durable::publish', {})).rejects.toThrow('topic is required');
});

it('a subscription ends for good when that is asked for', async () => {
  await worker.shutdown();
  const forget = { topic: 'jobs', function_id: 'jobs::run' };
  await engine.call('data-sentinel::forget_subscriber', forget);
  const topics = (await engine.call('engine::queue::list_topics', {})) as object[];
  expect(topics).not.toContainEqual(expect.objectContaining({ name: 'jobs', subscriber_count: 1 }));
});

it('says that the engine has a queue already, and leaves it alone', async () => {
  const other = await new IiiEngine().start();
  const stock = registerWorker(other.url, { otel: { enabled: false } });
  stock.registerFunction('iii::durable::publish', async () => 'stock');
  await until(() => other.functions.size === 1);
  const lines: string[] = [];
  const log = createLogger(
    { level: 'warn', format: 'json' },
    { destination: { write: (line: string) => void lines.push(line) } },
  );
  const second = await startTestService(
    { bridge: { type: 'iii', url: other.url, namespace: 'second', queue: true } },
    log,
  );
  await until(() => lines.some((line) => line.includes('has a queue worker already')));
  expect(await other.call('iii::durable::publish', {})).toBe('stock');
  await second.close();
  await stock.shutdown();
  await other.stop();
});
