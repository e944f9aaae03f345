import type { z } from 'zod';
import type { Environment } from '../config/environment.ts';
import type { JsonObject } from '../model/json.ts';
import type { Destination, Table } from './destination.ts';

/**
 * What a destination's folder exports, and all that the rest of the service knows of its type. It loads fast: the
 * library of the store is imported by `open` and `doctor` only.
 */
export interface DestinationAdapter<Config> {
  /** The settings that stand in the config file beside `type` or `module`. */
  settings: z.ZodObject;
  capabilities: Capabilities<Config>;
  /** For people: where the rows go, without secrets. */
  describe(config: Config): string;
  /** Reaches the store as the service would, and changes nothing. Rejects with what to do when that fails. */
  doctor(config: Config, place: DoctorPlace): Promise<Diagnosis>;
  open(config: Config, place: OpenPlace): Promise<Destination>;
}

export interface Capabilities<Config> {
  /** Several workers may load at once. If not, the rows lie on this machine and one worker has them. */
  shared: boolean;
  /** Lets the latest event of a key have its row where `Table.onRepeat` is `replace`. Default: no such contract is taken. */
  repeats?: boolean;
  /** The file of the rows on this machine; two destinations must not have the same one. */
  file?(config: Config): string | undefined;
  /** How it wants to be loaded; by default as soon as there are rows, in batches of the pipeline's size. */
  pace?(config: Config, limits: { maxEvents: number; maxBytes: number }): Pace;
}

export interface Pace {
  /** Milliseconds from the first row of a batch until it is loaded, if it does not fill up before. */
  lingerMs: number;
  maxEvents: number;
  maxBytes: number;
}

export interface OpenPlace {
  dataDir: string;
}

export interface DoctorPlace extends OpenPlace {
  /** That it is to hold. */
  tables: readonly Table[];
}

export interface Diagnosis {
  /** Of the server that answered. */
  version?: string;
  /** What works but should be looked at, and what to do. */
  warning?: { found: string; fix: string } | undefined;
}

/** A destination that comes with the package: its config is made of the settings when the config file is read. */
export interface BuiltInAdapter<Settings extends z.ZodObject, Config> extends DestinationAdapter<Config> {
  settings: Settings;
  configure(settings: z.output<Settings>, place: ConfigPlace): Config;
}

export interface ConfigPlace {
  /** The settings' place in the file, such as `destinations[0]`. */
  at: string;
  /** False for the main destination. */
  further: boolean;
  env: Environment;
  /** Relative paths start here. */
  base: string;
  /** Gets a line for each thing that is wrong. */
  problems: string[];
}

/** A destination of the user's own; its settings are checked when its file is loaded. */
export interface ModuleConfig {
  type: 'module';
  /** Absolute path of the file. */
  module: string;
  /** The folder of the config file. */
  base: string;
  /** The settings' place in the file. */
  at: string;
  settings: JsonObject;
}

/** What `defineDestination` takes: as the adapters that come with the package, with defaults for most. */
export interface DestinationDefinition<Settings extends z.ZodObject> {
  /** The settings beside `module`. The value of `token_env` arrives as `token`. */
  settings: Settings;
  /** Default: one worker, loaded as soon as there are rows. */
  capabilities?: Partial<Capabilities<z.output<Settings>>>;
  /** Default: the name of the file. */
  describe?(settings: z.output<Settings>): string;
  /** Default: nothing is checked. */
  doctor?(settings: z.output<Settings>, place: ModulePlace): Promise<Diagnosis>;
  open(settings: z.output<Settings>, place: ModulePlace): Promise<Destination>;
}

export interface ModulePlace extends OpenPlace {
  /** The folder of the config file, from which relative paths start. */
  base: string;
}
