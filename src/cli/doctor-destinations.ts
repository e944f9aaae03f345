import type { Config } from '../config/load.ts';
import { adapterOf } from '../load/adapters.ts';
import type { Finding } from './doctor-finding.ts';

/** Reaches each destination as the service would; throws at the first that can't be. */
export async function checkDestinations(config: Config): Promise<Finding> {
  const found: string[] = [];
  let fix: string | undefined;
  for (const destination of [config.destination, ...config.destinations]) {
    const name = 'name' in destination ? `${destination.name}: ` : '';
    const adapter = await adapterOf(destination);
    const { version, warning } = await adapter.doctor(destination, config);
    found.push(`${name}${adapter.describe(destination)}${version === undefined ? '' : ` (${version})`}`);
    if (warning === undefined) continue;
    found.push(warning.found);
    fix = warning.fix;
  }
  return {
    status: fix === undefined ? 'ok' : 'warn',
    found: found.join('; '),
    fix,
  };
}
