import { resolve } from 'node:path';
import { group, listOf, numberBetween, oneOf, text, wholeNumber } from './fields.ts';
import type { Secrets } from './secrets.ts';

export const roles = ['all', 'gateway', 'worker'] as const;
/** `all`: everything in one process. `gateway`: takes events and answers. `worker`: validates, repairs, loads. */
export type Role = (typeof roles)[number];

export type EngineConfig = EmbeddedConfig | NatsConfig;

export interface EmbeddedConfig {
  type: 'embedded';
}

export interface NatsConfig {
  type: 'nats';
  servers: string[];
  /** A `.creds` file. */
  credentialsPath?: string;
  /** From the environment, like the password and the token. */
  user?: string;
  password?: string;
  token?: string;
  tls?: { caPath?: string; certPath?: string; keyPath?: string };
  prefix: string;
  replicas: number;
  ackWaitMs: number;
}

const server = text(
  'host:port, or nats://host:port or tls://host:port without a password (that is SENTINEL_NATS_USER and SENTINEL_NATS_PASSWORD)',
  /^(?:(?:nats|tls):\/\/)?[\w.[\]:-]+$/,
);
const label = text('a name of letters, digits, "_" and "-"', /^[\w-]{1,64}$/);
const file = text('the path of a file');

export const engineSettings = group({
  type: oneOf(['embedded', 'nats']).default('embedded').describe('or nats'),
  servers: listOf(server, 'a list of servers').default(['127.0.0.1:4222']),
  credentials: file.optional().meta({ sample: './sentinel.creds' }),
  tls: group({ ca: file.optional(), cert: file.optional(), key: file.optional() })
    .optional()
    .meta({ sample: '{ ca: ./ca.pem, cert: ./client.pem, key: ./client.key }' }),
  prefix: text('1 to 32 letters, digits, "_" and "-"', /^[\w-]{1,32}$/)
    .default('sentinel')
    .describe('begins the name of every stream'),
  replicas: wholeNumber(1, 5).default(3).describe('servers that keep each event'),
  ack_wait_seconds: numberBetween(1, 3600)
    .default(30)
    .describe("silence after which a worker's events go to another"),
});

export const workerSettings = group({
  labels: listOf(label, 'a list of names')
    .optional()
    .meta({ sample: '[gpu]', description: 'for steps: { <name>: { run_on: gpu } }' }),
});
export const stepLabel = label;

export function toEngine(
  engine: (typeof engineSettings)['_output'],
  secrets: Secrets,
  base: string,
): EngineConfig {
  if (engine.type === 'embedded') return { type: 'embedded' };
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(base, given));
  const credentialsPath = path(engine.credentials);
  const { natsUser: user, natsPassword: password, natsToken: token } = secrets;
  return {
    type: 'nats',
    servers: engine.servers,
    credentialsPath,
    user,
    password,
    token,
    ...(engine.tls === undefined ? {} : { tls: toTls(engine.tls, path) }),
    prefix: engine.prefix,
    replicas: engine.replicas,
    ackWaitMs: Math.round(engine.ack_wait_seconds * 1000),
  };
}

function toTls(
  tls: NonNullable<(typeof engineSettings)['_output']['tls']>,
  path: (given: string | undefined) => string | undefined,
): NonNullable<NatsConfig['tls']> {
  const [caPath, certPath, keyPath] = [path(tls.ca), path(tls.cert), path(tls.key)];
  return {
    caPath,
    certPath,
    keyPath,
  };
}

/** What is wrong with the engine and the role together. */
export function engineProblems(config: { role: Role; engine: EngineConfig }): string[] {
  const { role, engine } = config;
  const problems: string[] = [];
  if (role !== 'all' && engine.type === 'embedded')
    problems.push(
      `role: found ${role}; the embedded engine is one process: set engine.type (SENTINEL_ENGINE) to nats, or role to all`,
    );
  if (engine.type !== 'nats') return problems;
  const { certPath, keyPath } = engine.tls ?? {};
  if ((certPath === undefined) !== (keyPath === undefined))
    problems.push('engine.tls: cert and key belong together; set both or none');
  if ((engine.user === undefined) !== (engine.password === undefined))
    problems.push('SENTINEL_NATS_USER and SENTINEL_NATS_PASSWORD belong together; set both or none');
  return problems;
}
