import type { DestinationConfig } from '../config/types.ts';
import type { DestinationAdapter } from './adapter.ts';
import { builtIns } from './destinations/registry.ts';

/** What is known of the type of a destination. */
export async function adapterOf({ type }: DestinationConfig): Promise<DestinationAdapter<DestinationConfig>> {
  // Each adapter gets configs of its own type only.
  return builtIns[type];
}

/** For people: where a destination's rows go, without secrets. */
export const describeDestination = async (config: DestinationConfig): Promise<string> =>
  (await adapterOf(config)).describe(config);
