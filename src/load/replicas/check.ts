import type { Config } from '../../config/load.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import { SentinelError } from '../../model/errors.ts';

/** A misspelt contract would get no copies, in silence. */
export function checkCopied(destinations: Config['destinations'], contracts: ContractRegistry): void {
  const known = new Set(contracts.all().map(({ name }) => name));
  for (const { name, contracts: chosen = [] } of destinations)
    for (const contract of chosen)
      if (!known.has(contract))
        throw new SentinelError(
          'config_invalid',
          `destinations: ${name} takes the contract ${contract}, which is not there; there are ${[...known].join(', ')}`,
        );
}
