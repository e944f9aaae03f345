import { readFileSync } from 'node:fs';
import { packageFolder } from '../support/package-folder.ts';

/** What `sentinel init` writes: path below the folder → text. */
export function projectFiles(): Record<string, string> {
  return {
    'sentinel-config.yaml': configTemplate(),
    '.env.example': envTemplate,
    'contracts/example.ts': contractTemplate,
    'steps/example.step.ts': stepTemplate,
  };
}

/** The file that the package ships, with the example contract's folder put to use. */
function configTemplate(): string {
  const shipped = readFileSync(packageFolder('sentinel-config.yaml'), 'utf8');
  return shipped.replace(/^# contracts: \S+( *)/m, 'contracts: [./contracts]$1');
}

export const envTemplate = `# Copy to .env, in the folder where sentinel is started. Real environment variables win over this file.

# Bearer token for ingest, API and console. Needed when the host is not loopback.
# SENTINEL_API_TOKEN=

# An LLM that proposes repairs: a key or a base URL, and a model.
# Any server with OpenAI's API will do, such as Ollama at http://127.0.0.1:11434/v1.
# OPENAI_API_KEY=
# OPENAI_BASE_URL=
# OPENAI_REMEDIATION_MODEL=

# The database of a postgres destination (else DATABASE_URL is taken), and a login that may only read, for queries.
# SENTINEL_POSTGRES_URL=postgres://sentinel:password@localhost:5432/warehouse
# SENTINEL_POSTGRES_QUERY_URL=
# A file with credentials for a bigquery destination.
# GOOGLE_APPLICATION_CREDENTIALS=

# SENTINEL_API_PORT=3111
# SENTINEL_HOST=127.0.0.1
# SENTINEL_DATA_DIR=./data
# SENTINEL_CONFIG_PATH=./sentinel-config.yaml
# REPAIR_RULE_TTL_DAYS=7

# The engine of many machines (docs/scaling.md).
# SENTINEL_ENGINE=nats
# SENTINEL_ROLE=worker
# SENTINEL_NATS_SERVERS=127.0.0.1:4222
# SENTINEL_NATS_CREDENTIALS=./sentinel.creds
# SENTINEL_NATS_USER=
# SENTINEL_NATS_PASSWORD=
# SENTINEL_NATS_TOKEN=
# SENTINEL_WORKER_LABELS=
`;

const contractTemplate = `import { currencyCode, decimal, defineContract, email, eventId, receivedTimestamp, sourceName, z } from 'data-sentinel';

// Try it: sentinel contracts check event.json --contract signup
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

const stepTemplate = `import { defineStep, type ValidEventMessage } from 'data-sentinel';

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
