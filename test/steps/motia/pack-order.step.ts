import { http, queue, step } from 'motia';

export const stepConfig = {
  name: 'PackOrder',
  description: 'Packs an order, by itself or when someone asks for it',
  flows: ['orders'],
  triggers: [
    queue('order.created'),
    http('POST', '/pack', {
      middleware: [
        async ({ request }, _ctx, next) =>
          request.headers['x-packer'] ? next() : { status: 401, body: { error: 'who are you?' } },
      ],
    }),
  ],
  enqueues: [],
};

export const { config, handler } = step(stepConfig, async (_input, ctx) => {
  const { id } = ctx.getData();
  const packed = () => ctx.state.update('orders', id, [{ type: 'increment', path: 'done', by: 1 }]);
  return ctx.match({
    queue: async () => {
      await packed();
    },
    http: async ({ request }) => {
      await packed();
      return { status: 200, body: { packed: id, by: request.headers['x-packer'] } };
    },
  });
});
