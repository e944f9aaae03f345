/** Steps whose code goes wrong on the order that names them. Files of a project. */
const step = (name: string, act: string): string => `
export const config = {
  name: '${name}', description: 'd', triggers: [{ type: 'queue', topic: 'order_event' }], enqueues: [], flows: [],
};
export async function handler(message) {
  if (message.event.payload.order_id === '${name}') { ${act} }
}`;

const acts = {
  'bad-step-loop': 'for (;;);',
  'bad-step-exit': 'process.exit(5);',
  'bad-step-throw': "throw new Error('a mistake of the author');",
};

export const badSteps = Object.keys(acts);

export const poisonedSteps: Record<string, string> = Object.fromEntries(
  Object.entries(acts).map(([name, act]) => [`steps/${name}.step.mjs`, step(name, act)]),
);

/** A valid order, on which this step goes wrong. */
export const orderFor = (name: string): Record<string, unknown> => ({
  event_id: crypto.randomUUID(),
  timestamp: '2026-01-15T10:30:00Z',
  type: 'order',
  version: '1.0.0',
  payload: {
    order_id: name,
    customer_email: 'ada@example.com',
    items: [{ sku: 'a', quantity: 1, price: 1.5 }],
    total_amount: 1.5,
    currency: 'EUR',
  },
});
