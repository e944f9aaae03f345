import { resolve } from 'node:path';
import { camelized } from './camelized.ts';
import { toEngine } from './engine.ts';
import type { Settings } from './schema.ts';
import type { Secrets } from './secrets.ts';
import { toRateLimit } from './sources.ts';
import type { Config, HealingConfig, HttpConfig } from './types.ts';

/** `base` is the folder that relative paths of the file start from; `dataDir` comes from the environment, absolute. */
export function toConfig(
  settings: Settings,
  secrets: Secrets,
  places: { base: string; dataDir: string | undefined },
  parts: Pick<Config, 'destination' | 'destinations' | 'sources' | 'alerts'>,
): Config {
  const { base } = places;
  const { queue, pipeline, retry, retention, log, role, alert_limits } = settings;
  const { folders, ...bySteps } = settings.steps;
  const steps = Object.entries(bySteps);
  return {
    ...camelized({ queue, pipeline, retry, retention, log, alert_limits }),
    role,
    dataDir: places.dataDir ?? resolve(base, settings.data_dir),
    engine: toEngine(settings.engine, secrets, base),
    workerLabels: settings.worker.labels ?? [],
    http: toHttp(settings.http, secrets, base),
    contracts: settings.contracts.map((folder) => resolve(base, folder)),
    builtinContracts: settings.builtin_contracts,
    contractsStrict: settings.contracts_strict,
    steps: (folders ?? []).map((folder) => resolve(base, folder)),
    stepRetry: Object.fromEntries(steps.map(([name, { retry = {} }]) => [name, camelized(retry)])),
    stepRunOn: Object.fromEntries(
      steps.flatMap(([name, { run_on }]) => (run_on === undefined ? [] : [[name, run_on]])),
    ),
    defaultContract: settings.default_contract,
    unknownVersion: settings.unknown_version,
    ...parts,
    healing: toHealing(settings, secrets, base),
    bridge: settings.bridge,
    state: { ruleTtlDays: settings.state.repair_rule_ttl_days },
  };
}

function toHttp(
  { tls, rate_limit: limit, ...http }: Settings['http'],
  secrets: Secrets,
  base: string,
): HttpConfig {
  return {
    ...camelized(http),
    token: secrets.apiToken,
    basePath: http.base_path ?? '',
    tls: tls && { cert: resolve(base, tls.cert), key: resolve(base, tls.key) },
    rateLimit: limit && toRateLimit(limit),
    trustedProxies: http.trusted_proxies ?? [],
  };
}

function toHealing({ healing_agent, state }: Settings, secrets: Secrets, base: string): HealingConfig {
  const { openai_remediation_model: model, ...healing } = healing_agent;
  const { openaiKey, openaiBaseUrl: baseUrl } = secrets;
  const isReachable = openaiKey !== undefined || baseUrl !== undefined;
  return {
    ...camelized(healing),
    healers: healing.healers?.map((file) => resolve(base, file)),
    // Local servers ask for no key, but the client refuses to start without one.
    ...(model !== undefined &&
      isReachable && { openai: { apiKey: openaiKey ?? 'not-needed', baseUrl, model } }),
    ruleTtlDays: state.repair_rule_ttl_days,
  };
}
