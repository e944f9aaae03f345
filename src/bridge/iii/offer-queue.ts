import { messageOf } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Logger } from '../../support/log.ts';
import type { Connection } from './connection.ts';
import { type QueueParts, queueFunctions } from './queue.ts';
import { functionQueueOf, isFunctionQueue, type SubscriberTrigger } from './subscribers.ts';

/** A queue worker of the engine has it; of two, the engine would take the one that came last. */
const tellTale = 'iii::durable::publish';

/**
 * Makes us the queue of the engine, unless it has one: to be called each time that the engine is reached. Resolves to whether
 * we are.
 */
export async function offerQueue(
  connection: Connection,
  parts: QueueParts & { namespace: string },
  log: Logger,
): Promise<boolean> {
  const { client } = connection;
  if (await isTaken(connection, log)) return false;
  for (const [id, answer] of Object.entries(queueFunctions(parts)))
    client.registerFunction(id, (input: JsonObject | null) => answer(input ?? {}), {
      description: "Data Sentinel's durable queue",
    });
  client.registerFunction(
    `${parts.namespace}::forget_subscriber`,
    ({ topic, function_id }: { topic: string; function_id: string }) =>
      parts.subscribers.forget(topic, function_id),
    { description: 'Ends the subscription of a function for good' },
  );
  client.registerTriggerType<unknown>(
    { id: 'durable:subscriber', description: 'Each message of a topic, durably, at least once' },
    {
      registerTrigger: (trigger) => parts.subscribers.register(trigger satisfies SubscriberTrigger),
      unregisterTrigger: (trigger) => parts.subscribers.unregister(trigger),
    },
  );
  for (const { topic } of await parts.engine.stats())
    if (isFunctionQueue(topic))
      await parts.subscribers.openFunctionQueue(topic.slice(functionQueueOf('').length));
  log.info({ status: 'connected' }, 'the III engine has its queue here');
  return true;
}

async function isTaken({ client }: Connection, log: Logger): Promise<boolean> {
  const ask = { function_id: 'engine::functions::info', payload: { function_id: tellTale }, timeoutMs: 5000 };
  try {
    const found: unknown = await client.trigger(ask);
    if (found === null || found === undefined || Object.hasOwn(found, 'error')) return false;
    log.error(
      { status: 'failed', code: 'bridge_conflict' },
      `the III engine has a queue worker already (${tellTale}): remove it with "iii worker remove queue" and restart the engine, or leave out bridge.queue`,
    );
  } catch (error) {
    if (/not_found/i.test(String((error as { code?: unknown }).code))) return false;
    log.warn(
      { status: 'failed', code: 'bridge_failed' },
      `the III engine does not say whether it has a queue: ${messageOf(error)}`,
    );
  }
  return true;
}
