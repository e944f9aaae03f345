import type { DestinationConfig } from '../config/types.ts';
import type { DestinationAdapter } from './adapter.ts';
import { moduleAdapter } from './define-destination.ts';
import { builtIns } from './destinations/registry.ts';

/** What is known of the type of a destination. Rejects with `config_invalid` when a user's file or its settings are wrong. */
export const adapterOf = async (config: DestinationConfig): Promise<DestinationAdapter<DestinationConfig>> =>
  config.type === 'module' ? moduleAdapter(config) : builtIns[config.type];

/** For people: where a destination's rows go, without secrets. */
export const describeDestination = async (config: DestinationConfig): Promise<string> =>
  (await adapterOf(config)).describe(config);
