import { cron, step } from 'motia';

export default step(
  {
    name: 'CountOrders',
    description: 'Counts the orders every second',
    triggers: [cron('* * * * * * *')],
    enqueues: ['orders.counted'],
    flows: ['orders'],
  },
  async (_input, { enqueue, state }) => {
    const orders = await state.list('orders');
    await enqueue({ topic: 'orders.counted', data: { orders: orders.map(({ id }) => id) } });
  },
);
