import type { Config } from './load.ts';
import { join } from 'node:path';
import { packageFolder, shippedFolder } from '../support/package-folder.ts';

/** Where contracts are looked for; later folders win over the ones that this package ships. */
export function contractFolders(config: Pick<Config, 'builtinContracts' | 'contracts'>): string[] {
  return folders('contracts', config.builtinContracts, config.contracts);
}

/** Where a service keeps what it compiled of contracts, so that its threads and its next start need not do it again. */
export const moduleCache = ({ dataDir }: Pick<Config, 'dataDir'>): string =>
  join(dataDir, 'cache', 'modules');

/** Where steps are looked for; the ones that this package ships work on its contracts. */
export function stepFolders(config: Pick<Config, 'builtinContracts' | 'steps'>): string[] {
  return folders('steps', config.builtinContracts, config.steps);
}

/** Within a checkout of this package, `./steps` is what it ships: the same files twice would be a conflict of names. */
function folders(name: 'contracts' | 'steps', builtin: boolean, own: readonly string[]): string[] {
  const shipped = shippedFolder(name);
  const others = own.map((folder) => (folder === packageFolder(name) ? shipped : folder));
  return [...new Set([...(builtin ? [shipped] : []), ...others])];
}
