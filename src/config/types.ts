import type { RetryPolicy } from '../support/retry.ts';
import type { EmbeddedConfig, EngineConfig, NatsConfig, Role } from './engine.ts';
import type { VerifySettings } from '../sources/verify/scheme.ts';
import type { ModuleConfig } from '../load/adapter.ts';
import type { BuiltInConfig } from '../load/destinations/registry.ts';
import type { HealingConfig } from '../repair/healing/config.ts';

export type { EmbeddedConfig, EngineConfig, HealingConfig, NatsConfig, Role };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const logFormats = ['json', 'pretty', 'auto'] as const;

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
  unknownVersion: 'dead_letter' | 'latest';
  /** Look entries up with `sourceConfig`: names come from requests. */
  sources: Record<string, SourceConfig>;
  /** Where every good event goes. */
  destination: DestinationConfig;
  /** Where copies go, each at its own pace. */
  destinations: FurtherDestination[];
  queue: {
    /** Bytes that may wait before ingest answers 503. */
    maxBytes: number;
    /** Events that may wait before ingest answers 503. */
    maxEvents: number;
  };
  pipeline: {
    maxBatchEvents: number;
    maxBatchBytes: number;
    /** What the code of a contract or step may take before its event or message is given up on. */
    stallMs: number;
  };
  /** For every step that says nothing else. */
  retry: RetryPolicy;
  healing: HealingConfig;
  state: { ruleTtlDays: number };
  /** How long what is settled is kept. */
  retention: { auditDays: number };
  log: LogConfig;
}

export interface HttpConfig {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Before every path, where a proxy passes it on; empty by default. */
  basePath: string;
  /** Files in PEM form; read again when they change. */
  tls?: { cert: string; key: string };
  /** Bearer token for ingest, API and console. */
  token?: string;
  maxBodyBytes: number;
  maxEventsPerRequest: number;
  /** Nesting of objects and arrays within one event. */
  maxDepth: number;
  /** Open at once; more are hung up on. */
  maxConnections: number;
  /** For a client to send a whole request. */
  requestTimeoutMs: number;
  /** Per client address; none by default. */
  rateLimit?: { requestsPerSecond: number; burst: number };
  /** Addresses whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
}

/** What is known of a sender, and what it may do. Plain data: it goes to the pipeline's thread. */
export interface SourceConfig {
  /** How its requests prove who sent them. */
  verify?: VerifySettings;
  /** The contract of all its events, or where its name is found. */
  contract?: string | ContractRule;
  /** The version of all its events, where it is found, or `ignore`: what the event says of a version is not meant for us. */
  version?: string | { from: string };
  /** What tells two deliveries apart: `header:name` or a JSON Pointer into each event. */
  id?: string;
  /** How long deliveries are remembered. Default 30. */
  idDays?: number;
  /** Headers that are kept with the event, in lower case. */
  headers?: string[];
  /** Where the events are in an envelope of many. */
  events?: string;
  /** The status of the answer. Default 202. */
  respond?: number;
  allowIps?: string[];
  rateLimit?: { requestsPerSecond: number; burst: number };
}

export interface ContractRule {
  /** `header:name` or a JSON Pointer. */
  from: string;
  /** The contract for each value; without it the value is the contract's name. */
  map?: Record<string, string>;
  /** What becomes of an event for which there is none: a dead letter, or nothing. */
  otherwise: 'keep' | 'ignore';
}

export type DestinationConfig = BuiltInConfig | ModuleConfig;

export type FurtherDestination = DestinationConfig & {
  /** Names its topic, its position and its dead letters, so it must stay the same. */
  name: string;
  /** Names of the contracts whose events it takes; all by default. */
  contracts?: string[];
  /** Names of the sources whose events it takes; all by default. */
  sources?: string[];
};

export interface LogConfig {
  level: (typeof logLevels)[number];
  /** `auto`: pretty on a terminal, JSON lines elsewhere. */
  format: (typeof logFormats)[number];
}
