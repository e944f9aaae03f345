import { resolve } from 'node:path';
import type { RetryPolicy } from '../support/retry.ts';
import type { Settings } from './schema.ts';
import { toEngine } from './engine.ts';
import { toRateLimit } from './sources.ts';
import type { Secrets } from './secrets.ts';
import type { Config, HealingConfig, HttpConfig } from './types.ts';

/** `base` is the folder that relative paths of the file start from; `dataDir` comes from the environment, absolute. */
export function toConfig(
  settings: Settings,
  secrets: Secrets,
  places: { base: string; dataDir: string | undefined },
  destinations: Pick<Config, 'destination' | 'destinations'>,
  sources: Config['sources'],
): Config {
  const { base } = places;
  const { folders, ...stepSettings } = settings.steps;
  return {
    dataDir: places.dataDir ?? resolve(base, settings.data_dir ?? 'data'),
    role: settings.role,
    engine: toEngine(settings.engine, secrets, base),
    workerLabels: settings.worker.labels ?? [],
    http: toHttp(settings.http, secrets, base),
    contracts: (settings.contracts ?? []).map((folder) => resolve(base, folder)),
    builtinContracts: settings.builtin_contracts,
    contractsStrict: settings.contracts_strict,
    steps: (folders ?? []).map((folder) => resolve(base, folder)),
    stepRetry: Object.fromEntries(
      Object.entries(stepSettings).map(([name, { retry }]) => [name, toStepRetry(retry ?? {})]),
    ),
    stepRunOn: Object.fromEntries(
      Object.entries(stepSettings).flatMap(([name, { run_on }]) =>
        run_on === undefined ? [] : [[name, run_on]],
      ),
    ),
    defaultContract: settings.default_contract,
    unknownVersion: settings.unknown_version,
    sources,
    ...destinations,
    queue: { maxBytes: settings.queue.max_bytes, maxEvents: settings.queue.max_events },
    pipeline: {
      maxBatchEvents: settings.pipeline.max_batch_events,
      maxBatchBytes: settings.pipeline.max_batch_bytes,
      stallMs: Math.ceil(settings.pipeline.stall_seconds * 1000),
    },
    retry: {
      maxAttempts: settings.retry.max_attempts,
      initialDelayMs: settings.retry.initial_delay_ms,
      maxDelayMs: settings.retry.max_delay_ms,
      factor: settings.retry.factor,
      jitter: settings.retry.jitter,
    },
    healing: toHealing(settings, secrets),
    state: { ruleTtlDays: settings.state.repair_rule_ttl_days },
    retention: { auditDays: settings.retention.audit_days },
    log: settings.log,
  };
}

function toHttp(http: Settings['http'], secrets: Secrets, base: string): HttpConfig {
  const limit = http.rate_limit;
  return {
    host: http.host,
    port: http.port,
    ...(secrets.apiToken === undefined ? {} : { token: secrets.apiToken }),
    basePath: http.base_path ?? '',
    tls: http.tls && { cert: resolve(base, http.tls.cert), key: resolve(base, http.tls.key) },
    maxBodyBytes: http.max_body_bytes,
    maxEventsPerRequest: http.max_events_per_request,
    maxDepth: http.max_depth,
    maxConnections: http.max_connections,
    requestTimeoutMs: Math.ceil(http.request_timeout_seconds * 1000),
    rateLimit: limit && toRateLimit(limit),
    trustedProxies: http.trusted_proxies ?? [],
  };
}

type StepRetrySettings = NonNullable<Settings['steps'][string]['retry']>;

function toStepRetry(retry: StepRetrySettings): Partial<RetryPolicy> {
  return {
    ...(retry.max_attempts === undefined ? {} : { maxAttempts: retry.max_attempts }),
    ...(retry.initial_delay_ms === undefined ? {} : { initialDelayMs: retry.initial_delay_ms }),
    ...(retry.max_delay_ms === undefined ? {} : { maxDelayMs: retry.max_delay_ms }),
    ...(retry.factor === undefined ? {} : { factor: retry.factor }),
    ...(retry.jitter === undefined ? {} : { jitter: retry.jitter }),
  };
}

function toHealing(settings: Settings, secrets: Secrets): HealingConfig {
  const healing = settings.healing_agent;
  const model = healing.openai_remediation_model;
  const reachable = secrets.openaiKey !== undefined || secrets.openaiBaseUrl !== undefined;
  return {
    ...(model !== undefined &&
      reachable && {
        openai: {
          // Local servers ask for no key, but the client refuses to start without one.
          apiKey: secrets.openaiKey ?? 'not-needed',
          ...(secrets.openaiBaseUrl === undefined ? {} : { baseUrl: secrets.openaiBaseUrl }),
          model,
        },
      }),
    temperature: healing.temperature,
    maxAttempts: healing.max_attempts,
    timeoutMs: Math.round(healing.timeout_seconds * 1000),
    maxCallsPerHour: healing.max_calls_per_hour,
    maxTokensPerHour: healing.max_tokens_per_hour,
    shareValues: healing.share_values,
    secondLook: healing.second_look,
    approval: healing.approval,
    ruleTtlDays: settings.state.repair_rule_ttl_days,
    ...(healing.target_fields === undefined ? {} : { targetFields: healing.target_fields }),
    onLlmUnavailable: healing.on_llm_unavailable,
    maxWaitMinutes: healing.max_wait_minutes,
    breakerPauseMs: Math.round(healing.breaker_pause_seconds * 1000),
    heuristicsThreshold: healing.heuristics_threshold,
    negativeCacheMinutes: healing.negative_cache_minutes,
  };
}
