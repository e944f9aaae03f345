import { type Handlers, type StepConfig } from 'motia';
import { z } from 'zod';

const bodySchema = z.object({ id: z.string(), total: z.number() });

export const config = {
  name: 'CreateOrder',
  description: 'Takes an order and starts its parts',
  triggers: [
    {
      type: 'http',
      method: 'POST',
      path: '/orders/:shop',
      bodySchema,
      responseSchema: { 201: z.object({ id: z.string(), traced: z.boolean() }) },
      queryParams: [{ name: 'note', description: 'for the kitchen' }],
    },
  ],
  enqueues: ['order.created', { topic: 'order.audited', label: 'for the books', conditional: true }],
  virtualEnqueues: ['kitchen'],
  flows: ['orders'],
} as const satisfies StepConfig;

export const handler: Handlers<typeof config> = async ({ request }, { enqueue, logger, state, traceId }) => {
  const { id, total } = request.body;
  logger.info('order taken', { id, shop: request.pathParams.shop });
  await state.set('orders', id, { id, total, parts: 2, done: 0, note: request.queryParams.note });
  await enqueue({ topic: 'order.created', data: { id, total }, messageGroupId: id });
  return {
    status: 201,
    headers: { 'x-shop': request.pathParams.shop },
    body: { id, traced: traceId !== '' },
  };
};
