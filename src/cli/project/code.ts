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
import type signup from '../contracts/signup.ts';

// Runs once for each valid signup. Throwing means: try again later.
export default defineStep<ValidEventMessage<typeof signup>>(
  {
    name: 'welcome',
    description: 'Asks for a welcome mail for each signup.',
    triggers: [{ type: 'queue', topic: 'signup_event' }],
    enqueues: ['welcome_requested'],
    flows: ['signup'],
  },
  async ({ event, request_id }, context) => {
    if (!(await context.state.putIfAbsent(\`welcomed/\${request_id}\`, true))) return;
    await context.enqueue('welcome_requested', { event_id: event.event_id, plan: event.plan });
    context.logger.info('welcome requested');
  },
);
`;

export const testTemplate = `import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkEvent, loadContract, loadStep, runStep, tryHealing } from 'data-sentinel/testing';

const signup = await loadContract('contracts/signup.ts');
const sample = JSON.parse(await readFile('samples/signup.json', 'utf8'));
const source = 'website';

test('the sample is a valid signup', () => {
  assert.equal(checkEvent(signup, sample, { source }).valid, true);
});

test('a signup without a plan is refused, by the name of the field', () => {
  const { plan, ...rest } = sample;
  const checked = checkEvent(signup, rest, { source });
  assert.deepEqual(checked.violations.map(({ path }) => path), ['/plan']);
});

test('mail instead of email is repaired', async () => {
  const { email, ...rest } = sample;
  const trial = await tryHealing(signup, { ...rest, mail: email }, { source });
  assert.equal(trial.repaired && trial.event.email, email);
});

test('each signup asks for one welcome mail', async () => {
  const welcome = await loadStep('steps/welcome.step.ts');
  const { event } = checkEvent(signup, sample, { source });
  const message = { request_id: 'r1', received_at: event.timestamp, source, contract: 'signup', version: '1.0.0', event };
  const first = await runStep(welcome, message);
  const again = await runStep(welcome, message, { state: first.state });
  assert.deepEqual(first.enqueued.map(({ topic }) => topic), ['welcome_requested']);
  assert.deepEqual(again.enqueued, []);
});
`;
