import type { Config } from './config.ts';
import { packageFolder } from './package-folder.ts';

/** Where contracts are looked for; later folders win over the ones that this package ships. */
export function contractFolders(config: Pick<Config, 'builtinContracts' | 'contracts'>): string[] {
  return distinct([...(config.builtinContracts ? [packageFolder('contracts')] : []), ...config.contracts]);
}

/** Where steps are looked for; the ones that this package ships work on its contracts. */
export function stepFolders(config: Pick<Config, 'builtinContracts' | 'steps'>): string[] {
  return distinct([...(config.builtinContracts ? [packageFolder('steps')] : []), ...config.steps]);
}

const distinct = (folders: string[]) => [...new Set(folders)];
