import type * as Dotenv from 'dotenv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { requirePackage } from '../support/require-package.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables that set what a key of the file sets, and win over it. */
export const settingVariables: Readonly<
  Record<string, { path: readonly string[]; kind: 'text' | 'number' | 'list' }>
> = {
  SENTINEL_API_PORT: { path: ['http', 'port'], kind: 'number' },
  SENTINEL_HOST: { path: ['http', 'host'], kind: 'text' },
  SENTINEL_ROLE: { path: ['role'], kind: 'text' },
  SENTINEL_ENGINE: { path: ['engine', 'type'], kind: 'text' },
  SENTINEL_NATS_SERVERS: { path: ['engine', 'servers'], kind: 'list' },
  SENTINEL_NATS_CREDENTIALS: { path: ['engine', 'credentials'], kind: 'text' },
  SENTINEL_WORKER_LABELS: { path: ['worker', 'labels'], kind: 'list' },
  SENTINEL_DATA_DIR: { path: ['data_dir'], kind: 'text' },
  OPENAI_REMEDIATION_MODEL: { path: ['healing_agent', 'openai_remediation_model'], kind: 'text' },
  REPAIR_RULE_TTL_DAYS: { path: ['state', 'repair_rule_ttl_days'], kind: 'number' },
};

/** The environment with `.env` of the folder beneath it: a real variable, even an empty one, wins. */
export function readEnvironment(cwd: string, env: Environment): Environment {
  const file = join(cwd, '.env');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return env;
    throw new SentinelError('config_invalid', `${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
  // Here, as there need not be a file.
  return { ...requirePackage<typeof Dotenv>('dotenv').parse(text), ...env };
}

/** A variable's value; one that is set to nothing counts as not set, as container tools can't unset one. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Where settings are read from. Each thing that is wrong adds a line to `problems`. */
export interface ReadContext {
  env: Environment;
  /** Folder that relative paths start from. */
  base: string;
  problems: string[];
}
