import { z } from 'zod';
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
import { addressRange, name, rateLimit, sourceSettings } from './sources.ts';
import { logFormats, logLevels } from './types.ts';

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

/** What `sentinel-config.yaml` may hold; each setting with its default. Secrets have no place in it. */
export const settingsSchema = group({
  data_dir: text('the path of a folder').optional(),
  role: oneOf(roles).default('all'),
  engine: engineSettings.prefault({}),
  worker: workerSettings.prefault({}),
  http: group({
    host: text('a host name or an IP address', /^[\w.:-]+$/).default('127.0.0.1'),
    port: wholeNumber(0, 65_535).default(3111),
    base_path: text('a path such as /sentinel, without a slash at its end', /^(?:\/[\w.~-]+)+$/).optional(),
    tls: group({ cert: text('the path of a file'), key: text('the path of a file') }).optional(),
    max_body_bytes: byteSize(1024, GiB).default(10 * MiB),
    max_events_per_request: wholeNumber(1, 1_000_000).default(10_000),
    max_depth: wholeNumber(2, 512).default(64),
    max_connections: wholeNumber(10, 1_000_000).default(10_000),
    request_timeout_seconds: positiveNumber(3600, 'seconds').default(120),
    rate_limit: rateLimit.optional(),
    trusted_proxies: listOf(addressRange, 'a list of IP addresses and ranges').optional(),
  }).prefault({}),
  contracts: folders.optional(),
  builtin_contracts: yesOrNo().default(true),
  contracts_strict: yesOrNo().optional(),
  steps: group({ folders: folders.optional() })
    .catchall(group({ retry: stepRetry.optional(), run_on: stepLabel.optional() }))
    .prefault({}),
  default_contract: name.default('transaction'),
  unknown_version: oneOf(['dead_letter', 'latest']).default('dead_letter'),
  sources: z.record(name, sourceSettings, 'source names, each with its settings').prefault({}),
  destination: destinationSettings,
  destinations: furtherDestinations,
  queue: group({
    max_bytes: byteSize(MiB, 16 * TiB).default(10 * GiB),
    max_events: wholeNumber(1, 10_000_000_000).default(50_000_000),
  }).prefault({}),
  pipeline: group({
    max_batch_events: wholeNumber(1, 1_000_000).default(10_000),
    max_batch_bytes: byteSize(1024, GiB).default(8 * MiB),
    stall_seconds: positiveNumber(3600, 'seconds').default(10),
  }).prefault({}),
  retry: group({
    max_attempts: maxAttempts.default(defaultRetry.maxAttempts),
    initial_delay_ms: delayMs.default(defaultRetry.initialDelayMs),
    max_delay_ms: delayMs.default(defaultRetry.maxDelayMs),
    factor: factor.default(defaultRetry.factor),
    jitter: jitter.default(defaultRetry.jitter),
  }).prefault({}),
  healing_agent: group({
    openai_remediation_model: text('the name of a model').optional(),
    temperature: numberBetween(0, 2).default(0.1),
    max_attempts: wholeNumber(1, 10).default(3),
    timeout_seconds: positiveNumber(600, 'seconds').default(30),
    max_calls_per_hour: wholeNumber(0, 1_000_000).default(100),
    max_tokens_per_hour: wholeNumber(0, 1_000_000_000).default(500_000),
    share_values: yesOrNo().default(false),
    second_look: yesOrNo().default(true),
    approval: oneOf(['auto', 'review']).default('auto'),
    target_fields: listOf(
      text('the name of a field'),
      'a list of at least one field; leave it out to allow all',
    ).optional(),
    on_llm_unavailable: oneOf(['wait', 'dead_letter']).default('wait'),
    max_wait_minutes: positiveNumber(525_600, 'minutes').default(60),
    breaker_pause_seconds: positiveNumber(3600, 'seconds').default(30),
    heuristics_threshold: numberBetween(0, 1).default(0.8),
    negative_cache_minutes: numberBetween(0, 525_600).default(60),
  }).prefault({}),
  state: group({
    repair_rule_ttl_days: positiveNumber(3650, 'days').default(7),
  }).prefault({}),
  retention: group({
    audit_days: positiveNumber(3650, 'days').default(365),
  }).prefault({}),
  log: group({
    level: oneOf(logLevels).default('info'),
    format: oneOf(logFormats).default('auto'),
  }).prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
