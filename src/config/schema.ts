import { z } from 'zod';
import { retentionSettings } from './retention.ts';
import { alertLimits, alertSettings } from './alerts.ts';
import { bridgeSettings } from './bridge.ts';
import { defaultRetry } from '../engine/engine.ts';
import { destinationSettings, furtherDestinations } from './destinations.ts';
import { engineSettings, roles, stepLabel, workerSettings } from './engine.ts';
import {
  byteSize,
  group,
  listOf,
  numberBetween,
  oneOf,
  positiveNumber,
  text,
  wholeNumber,
  yesOrNo,
} from './fields.ts';
import { addressRange, name, rateLimit, sampleSources, sourceSettings } from './source-settings.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

const folders = listOf(text('the path of a folder'), 'a list of folders');

const maxAttempts = wholeNumber(1, 1000);
const delayMs = wholeNumber(0, 86_400_000);
const factor = numberBetween(1, 100);
const jitter = numberBetween(0, 1);

const stepRetry = group({
  max_attempts: maxAttempts.optional(),
  initial_delay_ms: delayMs.optional(),
  max_delay_ms: delayMs.optional(),
  factor: factor.optional(),
  jitter: jitter.optional(),
});

/**
 * What `sentinel-config.yaml` may hold; each setting with its default, or with a `sample`, and a line on what it is. From it come
 * the checks, `Config`, and the file with comments (`npm run docs:config`). Secrets have no place in it.
 */
export const settingsSchema = group({
  data_dir: text('the path of a folder').default('./data').describe('queue, state and the DuckDB file'),
  role: oneOf(roles)
    .default('all')
    .describe('gateway or worker, as separate processes on NATS (docs/scaling.md)'),
  engine: engineSettings.prefault({}),
  worker: workerSettings.prefault({}),
  http: group({
    host: text('a host name or an IP address', /^[\w.:-]+$/)
      .default('127.0.0.1')
      .describe('an address that others reach needs SENTINEL_API_TOKEN'),
    port: wholeNumber(0, 65_535).default(3111),
    base_path: text('a path such as /sentinel, without a slash at its end', /^(?:\/[\w.~-]+)+$/)
      .optional()
      .meta({ sample: '/sentinel', description: 'before every path, where a proxy passes it on' }),
    public_url: text('a URL such as https://sentinel.example.com', /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/)
      .optional()
      .meta({
        sample: 'https://sentinel.example.com',
        description: 'where people reach it; links in alerts',
      }),
    tls: group({ cert: text('the path of a file'), key: text('the path of a file') })
      .optional()
      .meta({
        sample: '{ cert: ./cert.pem, key: ./key.pem }',
        description: 'read again when the files change',
      }),
    max_body_bytes: byteSize(1024, GiB).default(10 * MiB),
    max_events_per_request: wholeNumber(1, 1_000_000).default(10_000),
    max_depth: wholeNumber(2, 512).default(64).describe('nesting within one event'),
    max_connections: wholeNumber(10, 1_000_000)
      .default(10_000)
      .describe('further connections are closed at once'),
    request_timeout_seconds: positiveNumber(3600, 'seconds')
      .default(120)
      .describe('for a client to send a whole request'),
    rate_limit: rateLimit.optional().meta({
      sample: '{ requests_per_second: 500, burst: 1000 }',
      description: 'per client address; none by default',
    }),
    trusted_proxies: listOf(addressRange, 'a list of IP addresses and ranges')
      .optional()
      .meta({ sample: '[10.0.0.0/8]', description: 'whose X-Forwarded-For is believed' }),
  }).prefault({}),
  contracts: z
    .array(text('the path of a folder'), 'a list of folders')
    .default([])
    .describe('folders with contracts of your own (*.ts, *.schema.json), such as [./contracts]'),
  builtin_contracts: yesOrNo()
    .default(true)
    .describe('the contracts that come with Data Sentinel (transaction, order, …)'),
  contracts_strict: yesOrNo().optional().meta({
    sample: 'true',
    description: 'a contract or step that cannot be read ends the start; default: where CI is set',
  }),
  steps: group({ folders: folders.optional() })
    .catchall(group({ retry: stepRetry.optional(), run_on: stepLabel.optional() }))
    .prefault({})
    .meta({
      description: 'folders with *.step.ts; ./steps is taken when it is there',
      sample: `folders: [./steps]
my-step: { run_on: gpu, retry: { max_attempts: 3 } }`,
    }),
  default_contract: name.default('transaction').describe('for events whose source and type name none'),
  unknown_version: oneOf(['dead_letter', 'latest'])
    .default('dead_letter')
    .describe('or latest: take the newest version'),
  sources: z
    .record(name, sourceSettings, 'source names, each with its settings')
    .default({})
    .meta({ description: 'who sends what: POST /ingest/<source>; docs/sources.md', sample: sampleSources }),
  destination: destinationSettings,
  destinations: furtherDestinations,
  queue: group({
    max_bytes: byteSize(MiB, 16 * TiB)
      .default(10 * GiB)
      .describe('beyond these, ingest answers 503 until there is room'),
    max_events: wholeNumber(1, 10_000_000_000).default(50_000_000),
  }).prefault({}),
  pipeline: group({
    max_batch_events: wholeNumber(1, 1_000_000).default(10_000),
    max_batch_bytes: byteSize(1024, GiB).default(8 * MiB),
    stall_seconds: positiveNumber(3600, 'seconds')
      .default(10)
      .describe('what the code of a contract may take before its event is given up on'),
    step_timeout_seconds: positiveNumber(86_400, 'seconds').default(600).describe('for one message'),
  }).prefault({}),
  retry: group({
    max_attempts: maxAttempts
      .default(defaultRetry.maxAttempts)
      .describe('of failed steps; overrides: steps: { <name>: { retry: … } }'),
    initial_delay_ms: delayMs.default(defaultRetry.initialDelayMs),
    max_delay_ms: delayMs.default(defaultRetry.maxDelayMs),
    factor: factor.default(defaultRetry.factor),
    jitter: jitter.default(defaultRetry.jitter),
  }).prefault({}),
  healing_agent: group({
    openai_remediation_model: text('the name of a model')
      .optional()
      .meta({ sample: 'gpt-4.1-mini', description: 'no LLM without it' }),
    healers: listOf(text('the path of a file'), 'a list of files').optional().meta({
      sample: '[./my-healer.ts]',
      description: 'healers of your own, asked after the heuristics; docs/adding.md',
    }),
    temperature: numberBetween(0, 2).default(0.1),
    max_attempts: wholeNumber(1, 10).default(3).describe('answers asked for one kind of failure'),
    timeout_seconds: positiveNumber(600, 'seconds').default(30).describe('of one request to the model'),
    max_calls_per_hour: wholeNumber(0, 1_000_000).default(100),
    max_tokens_per_hour: wholeNumber(0, 1_000_000_000).default(500_000),
    share_values: yesOrNo()
      .default(false)
      .describe('true sends the values of events to the LLM; false only their shape'),
    second_look: yesOrNo()
      .default(true)
      .describe('a plan that no name speaks for is put to the model a second time, as questions'),
    approval: oneOf(['auto', 'review'])
      .default('auto')
      .describe('or review: learned rules wait for a person'),
    target_fields: listOf(
      text('the name of a field'),
      'a list of at least one field; leave it out to allow all',
    )
      .optional()
      .meta({ sample: '[amount, email]', description: 'the only fields a repair may write; all by default' }),
    on_llm_unavailable: oneOf(['wait', 'dead_letter']).default('wait').describe('or dead_letter'),
    max_wait_minutes: positiveNumber(525_600, 'minutes')
      .default(60)
      .describe('how long an event waits for the LLM before it is a dead letter'),
    breaker_pause_seconds: positiveNumber(3600, 'seconds')
      .default(30)
      .describe('how long a failing LLM server is left alone'),
    heuristics_threshold: numberBetween(0, 1)
      .default(0.8)
      .describe('0 to 1: how sure the heuristics must be'),
    negative_cache_minutes: numberBetween(0, 525_600)
      .default(60)
      .describe('how long a refusal is remembered'),
  }).prefault({}),
  state: group({
    repair_rule_ttl_days: positiveNumber(3650, 'days').default(7),
  }).prefault({}),
  bridge: bridgeSettings,
  alerts: alertSettings,
  alert_limits: alertLimits,
  retention: retentionSettings,
  log: group({
    level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .default('info')
      .describe('trace, debug, info, warn, error, fatal, silent'),
    format: oneOf(['json', 'pretty', 'auto'])
      .default('auto')
      .describe('json, pretty, or auto: pretty on a terminal'),
  }).prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
