/** The TypeScript that a new project begins with. */
export const contractTemplate = `import { currencyCode, decimal, defineContract, email, eventId, receivedTimestamp, sourceName, z } from 'data-sentinel';

// Try it: npx sentinel contracts check samples/signup.json --source website
export default defineContract({
  name: 'signup',
  version: '1.0.0',
  description: 'Somebody signed up.',
  topic: 'signup_event',
  schema: z.object({
    event_id: eventId(),
    timestamp: receivedTimestamp(),
    source: sourceName('website'),
    email: email(),
    plan: z.enum(['free', 'pro']),
    price: decimal({ nonnegative: true }),
    currency: currencyCode(),
  }),
  // Names under which senders are known to deliver a field.
  aliases: { '/email': ['mail', 'email_address'] },
});
`;

export const stepTemplate = `import { defineStep, type ValidEventMessage } from 'data-sentinel';

// Runs once for each valid signup. Throwing means: try again later.
export default defineStep<ValidEventMessage>(
  {
    name: 'welcome',
    description: 'Asks for a welcome mail for each signup.',
    triggers: [{ type: 'queue', topic: 'signup_event' }],
    enqueues: ['welcome_requested'],
    flows: ['signup'],
  },
  async ({ event, request_id }, context) => {
    if (!(await context.state.putIfAbsent(\`welcomed/\${request_id}\`, true))) return;
    await context.enqueue('welcome_requested', { event_id: event['event_id'], plan: event['plan'] });
    context.logger.info('welcome requested');
  },
);
`;
