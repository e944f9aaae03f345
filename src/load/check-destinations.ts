import type { Config, FurtherDestination } from '../config/load.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { SentinelError } from '../model/errors.ts';
import { adapterOf } from './adapters.ts';

/**
 * Whether the destinations fit the contracts. A misspelt contract would get no copies, in silence; a destination that knows
 * nothing of repeats would keep the first event of a key where the contract asks for the latest. Rejects with `config_invalid`.
 */
export async function checkDestinations(
  { destination, destinations }: Pick<Config, 'destination' | 'destinations'>,
  contracts: Pick<ContractRegistry, 'all'>,
): Promise<void> {
  const all = contracts.all();
  const known = new Set(all.map(({ name }) => name));
  for (const { name, contracts: chosen = [] } of destinations)
    for (const contract of chosen)
      if (!known.has(contract))
        throw invalid(
          `destinations: ${name} takes the contract ${contract}, which is not there; there are ${[...known].join(', ')}`,
        );
  const replacing = new Set(all.flatMap(({ name, onRepeat }) => (onRepeat === 'replace' ? [name] : [])));
  for (const which of [destination, ...destinations]) {
    const { name: further, contracts: taken }: Partial<FurtherDestination> = which;
    const contract = [...replacing].find((name) => taken?.includes(name) !== false);
    if (contract === undefined || (await adapterOf(which)).capabilities.repeats === true) continue;
    throw invalid(
      `the destination ${further === undefined ? '' : `${further} `}can't replace rows, as contract ${contract} asks for (\`onRepeat: "replace"\`): take another policy, or build it and declare \`capabilities: { repeats: true }\``,
    );
  }
}

const invalid = (problem: string): SentinelError => new SentinelError('config_invalid', problem);
