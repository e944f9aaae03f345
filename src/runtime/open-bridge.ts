import type { Bridge, BridgeDeps } from '../bridge/iii/index.ts';
import type { Config } from '../config/load.ts';
import type { Resources } from './resources.ts';

/** For a role that takes requests. Its code is loaded only where the settings name an engine. */
export async function openBridge(
  config: Config,
  deps: Omit<BridgeDeps, 'settings' | 'config'>,
  resources: Resources,
): Promise<Bridge | undefined> {
  const { bridge: settings, role } = config;
  if (settings === undefined || role === 'worker') return undefined;
  const { openBridge } = await import('../bridge/iii/index.ts');
  return resources.keep(await openBridge({ ...deps, settings, config }));
}
