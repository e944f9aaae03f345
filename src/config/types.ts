import type { RetryPolicy } from '../support/retry.ts';
import type { EmbeddedConfig, EngineConfig, NatsConfig, Role } from './engine.ts';
import type { VerifySettings } from '../sources/verify/scheme.ts';
import type { ModuleConfig } from '../load/adapter.ts';
import type { BuiltInConfig } from '../load/destinations/registry.ts';
import type { AlertTarget } from '../observe/alerts/alert.ts';
import type { Camelized } from './camelized.ts';
import type { Settings } from './schema.ts';
import type { SourceSettings } from './source-settings.ts';

export type { EmbeddedConfig, EngineConfig, NatsConfig, Role };

/** What the schema of the file says, as the code names it. */
type FromFile = Camelized<Settings>;

/** Everything that can be set, validated and with its defaults filled in. Folders and files are absolute paths. */
export interface Config {
  /** The file the settings came from; absent when there was none. */
  configPath?: string;
  dataDir: string;
  role: Role;
  engine: EngineConfig;
  /** What this worker is for; steps with `run_on` run where their label is. */
  workerLabels: string[];
  http: HttpConfig;
  /** Folders with contracts of the user's own. */
  contracts: string[];
  /** Whether the contracts that this package ships are there too. */
  builtinContracts: boolean;
  /** Whether a contract that can't be read ends the start; default: where CI is set. */
  contractsStrict: boolean | undefined;
  /** Folders with steps. */
  steps: string[];
  /** What `steps.<name>.retry` says, by step name. */
  stepRetry: Record<string, Partial<RetryPolicy>>;
  /** What `steps.<name>.run_on` says, by step name: the label of the workers that run it. */
  stepRunOn: Record<string, string>;
  /** The contract of an event whose source and `type` name none. */
  defaultContract: string;
  /** What becomes of an event whose version no contract has. */
  unknownVersion: FromFile['unknownVersion'];
  /** Look entries up with `sourceConfig`: names come from requests. */
  sources: Record<string, SourceConfig>;
  /** Where every good event goes. */
  destination: DestinationConfig;
  /** Where copies go, each at its own pace. */
  destinations: FurtherDestination[];
  bridge?: FromFile['bridge'];
  /** Who is told of what. */
  alerts: AlertTarget[];
  alertLimits: FromFile['alertLimits'];
  queue: FromFile['queue'];
  pipeline: FromFile['pipeline'];
  /** For every step that says nothing else. */
  retry: RetryPolicy;
  healing: HealingConfig;
  state: { ruleTtlDays: number };
  /** How long settled records are kept. */
  retention: FromFile['retention'];
  log: LogConfig;
}

/** How events come in; the settings of `http`. Paths are absolute. */
export type HttpConfig = Omit<FromFile['http'], 'basePath' | 'rateLimit' | 'trustedProxies'> & {
  /** Bearer token for ingest, API and console; from the environment. */
  token?: string | undefined;
  /** Before every path, where a proxy passes it on; empty by default. */
  basePath: string;
  rateLimit?: RateLimit | undefined;
  trustedProxies: string[];
};

/** Per client address, or of a source. */
export interface RateLimit {
  requestsPerSecond: number;
  burst: number;
}

/** How failed events are healed; the settings of `healing_agent`. */
export type HealingConfig = Omit<FromFile['healingAgent'], 'openaiRemediationModel'> & {
  /** Absent: no LLM, heuristics only. */
  openai?: { apiKey: string; baseUrl?: string | undefined; model: string };
  ruleTtlDays: number;
};

/** What is known of a sender, and what it may do. Plain data: it goes to the pipeline's thread. */
export type SourceConfig = Omit<Camelized<SourceSettings>, 'verify' | 'rateLimit'> & {
  /** How its requests prove who sent them. */
  verify?: VerifySettings | undefined;
  rateLimit?: RateLimit | undefined;
};

/** Where the name of an event's contract is found. */
export type ContractRule = Extract<SourceConfig['contract'], object>;

export type DestinationConfig = BuiltInConfig | ModuleConfig;

export type FurtherDestination = DestinationConfig & {
  /** Names its topic, its position and its dead letters, so it must stay the same. */
  name: string;
  /** Names of the contracts whose events it takes; all by default. */
  contracts?: string[];
  /** Names of the sources whose events it takes; all by default. */
  sources?: string[];
};

export type LogConfig = FromFile['log'] & {
  /** Set by commands, whose standard output is their answer. */
  toStderr?: boolean;
};
