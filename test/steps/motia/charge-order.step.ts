import { enqueue, logger, type Handlers, type StepConfig, stateManager } from 'motia';
import { z } from 'zod';

const input = z.object({ id: z.string(), total: z.number() });

export const config = {
  name: 'ChargeOrder',
  triggers: [
    {
      type: 'queue',
      topic: 'order.created',
      input,
      condition: (order) => order.total > 0,
      config: { maxRetries: 2, concurrency: 2, backoffDelayMs: 10 },
    },
  ],
  enqueues: ['order.charged'],
  flows: ['orders'],
} as const satisfies StepConfig;

export const handler: Handlers<typeof config> = async ({ id, total }) => {
  const { new_value } = await stateManager.update('orders', id, [
    { type: 'increment', path: 'done', by: 1 },
    { type: 'merge', value: { charged: total } },
  ]);
  logger.info('charged', { id, done: new_value.done });
  await enqueue({ topic: 'order.charged', data: { id } });
};
