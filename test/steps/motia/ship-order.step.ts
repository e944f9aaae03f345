import type { Handlers, StateTriggerInput, StepConfig } from 'motia';

type Order = { id: string; parts: number; done: number };

export const config = {
  name: 'ShipOrder',
  description: 'Ships an order when all its parts are done',
  triggers: [
    {
      type: 'state',
      condition: (input: StateTriggerInput<Order>) =>
        input.group_id === 'orders' && !!input.new_value && input.new_value.done === input.new_value.parts,
    },
  ],
  enqueues: ['order.shipped'],
  flows: ['orders'],
} as const satisfies StepConfig;

export const handler: Handlers<typeof config> = async (input, ctx) => {
  const before = input.old_value?.done ?? 0;
  await ctx.enqueue({ topic: 'order.shipped', data: { id: input.item_id, before, by: ctx.trigger.type } });
};
