import { basename, dirname, resolve } from 'node:path';
import { checkWhole, isFolder } from './check-whole.ts';
import { readAlerts } from './alerts.ts';
import { readDestinations } from './destinations.ts';
import { readEnvironment, settingVariables, variable, type Environment } from './environment.ts';
import { readConfigFile, type ConfigFile } from './file.ts';
import { explainIssues } from './problems.ts';
import { settingsSchema, type Settings } from './schema.ts';
import { readSources } from './sources.ts';
import { readSecrets } from './secrets.ts';
import { toConfig } from './to-config.ts';
import type { Config, SourceConfig } from './types.ts';
import { SentinelError } from '../model/errors.ts';
import { isObject } from '../model/json.ts';

export type * from './types.ts';

/** Settings given by code: as `Config`, each part and each setting optional. They win over everything else. */
export type ConfigOverrides = {
  [K in keyof Config]?: Config[K] extends unknown[] ? Config[K] : Partial<Config[K]> | Config[K];
};

export interface LoadConfigOptions {
  /** Where `.env` and the default config file are looked for. Default: the process's. */
  cwd?: string;
  /** Default: `process.env`. */
  env?: Environment;
  overrides?: ConfigOverrides;
}

/**
 * Reads defaults, `sentinel-config.yaml`, `.env` and the environment, in that order of rank, and checks all of
 * it. Throws one `config_invalid` whose message lists every problem.
 */
export function loadConfig(options: LoadConfigOptions = {}): Config {
  const cwd = resolve(options.cwd ?? process.cwd());
  const env = readEnvironment(cwd, options.env ?? process.env);
  const file = findConfigFile(cwd, env);
  const problems: string[] = [];
  const secrets = readSecrets(env, problems);
  const settings = readSettings(file, env, problems);
  if (!settings || problems.length > 0) throw invalid(problems);

  const base = file ? dirname(file.path) : cwd;
  const dataDir = variable(env, 'SENTINEL_DATA_DIR');
  const config = withOverrides(
    toConfig(
      settings,
      secrets,
      { base, dataDir: dataDir === undefined ? undefined : resolve(cwd, dataDir) },
      {
        ...readDestinations(settings, { env, base, problems }),
        sources: readSources(settings.sources, { env, base, problems }),
        alerts: readAlerts(settings.alerts, env, problems),
      },
    ),
    options.overrides,
  );
  if (file) config.configPath = file.path;
  if (
    config.steps.length === 0 &&
    options.overrides?.steps === undefined &&
    isFolder(resolve(base, 'steps'))
  ) {
    config.steps = [resolve(base, 'steps')];
  }
  checkWhole(config, problems);
  if (problems.length > 0) throw invalid(problems);
  return config;
}

/** What the config says about a sender; its name comes from a request, so it may be anything. */
export function sourceConfig(config: Pick<Config, 'sources'>, source: string): SourceConfig | undefined {
  return Object.hasOwn(config.sources, source) ? config.sources[source] : undefined;
}

function findConfigFile(cwd: string, env: Environment): ConfigFile | undefined {
  const named = variable(env, 'SENTINEL_CONFIG_PATH');
  const path = resolve(cwd, named ?? 'sentinel-config.yaml');
  const file = readConfigFile(path);
  if (!file && named !== undefined) {
    throw new SentinelError(
      'config_invalid',
      `the config file ${path} does not exist; correct --config or SENTINEL_CONFIG_PATH`,
    );
  }
  return file;
}

function readSettings(
  file: ConfigFile | undefined,
  env: Environment,
  problems: string[],
): Settings | undefined {
  const values = normalize(file?.values ?? {});
  const fromEnv = new Map<string, string>();
  if (isObject(values)) {
    for (const [name, { path, kind }] of Object.entries(settingVariables)) {
      const text = variable(env, name);
      if (text === undefined) continue;
      if (setIn(values, path, valueOf(text, kind))) fromEnv.set(path.join('.'), name);
    }
  }
  const checked = settingsSchema.safeParse(values);
  if (checked.success) return checked.data;
  problems.push(
    ...explainIssues(checked.error.issues, settingsSchema, values, (path) => {
      const name = fromEnv.get(path.join('.'));
      if (name !== undefined) return `environment variable ${name}`;
      const line = file?.lineOf(path);
      return `${file ? basename(file.path) : 'settings'}${line === undefined ? '' : `:${line}`}`;
    }),
  );
  return undefined;
}

/** A key with nothing after it counts as left out; `steps:` may be just the list of folders. */
function normalize(value: unknown): unknown {
  const cleaned = withoutNulls(value ?? {});
  if (isObject(cleaned) && Array.isArray(cleaned['steps'])) cleaned['steps'] = { folders: cleaned['steps'] };
  return cleaned;
}

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Does nothing, and says so, when the file has something else than a group on the way. */
function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  let at = target;
  for (const key of path.slice(0, -1)) {
    const next = (at[key] ??= {});
    if (!isObject(next)) return false;
    at = next;
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
  return last !== undefined;
}

function valueOf(text: string, kind: 'text' | 'number' | 'list'): unknown {
  if (kind === 'number') return toNumber(text);
  return kind === 'text' ? text : text.split(',').map((part) => part.trim());
}

/** `Number` alone would read `0x10`, `1e3` and `Infinity`; what is not plain stays text and is refused. */
const toNumber = (text: string): number | string => (/^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);

function withOverrides(config: Config, overrides: ConfigOverrides = {}): Config {
  const merged: Record<string, unknown> = { ...config };
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isObject(value) && isObject(before) ? { ...before, ...value } : value;
  }
  return merged as unknown as Config;
}

function invalid(problems: readonly string[]): SentinelError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const list = problems.map((problem) => `  - ${problem}`).join('\n');
  return new SentinelError('config_invalid', `The configuration has ${count}:\n${list}`);
}
