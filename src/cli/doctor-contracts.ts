import type { Config } from '../config/load.ts';
import { type ContractProblem, inWords } from '../contracts/problems.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { readContracts } from './contracts-read.ts';
import type { Finding } from './doctor-finding.ts';

/** The same checks as at a start, with every contract named: the good ones beside those that can't be read. */
export async function checkContracts(config: Config): Promise<Finding> {
  const { registry, problems, warnings } = await readContracts(config);
  const finding = findingOf(config, registry, problems);
  if (warnings.length === 0) return finding;
  const found = [finding.found, ...warnings.map((warning) => inWords(warning))].join('; ');
  if (finding.status !== 'ok') return { ...finding, found };
  return { status: 'warn', found, fix: 'mend what is named, if it is not meant so' };
}

function findingOf(
  config: Config,
  registry: ContractRegistry,
  problems: readonly ContractProblem[],
): Finding {
  const all = registry.all();
  const sound = all.map(({ name, version }) => `${name}@${version}`).join(', ');
  const unread = problems.map((problem) => inWords(problem)).join('; ');
  if (problems.length > 0) {
    return {
      status: 'fail',
      found: `${sound === '' ? 'none' : sound}; can't be read: ${unread}`,
      fix: 'correct the contract that is named; until then its events become dead letters, or the start ends (contracts_strict)',
    };
  }
  if (all.length === 0) {
    return {
      status: 'warn',
      found: 'none',
      fix: 'add a folder under contracts: in the config file, or run sentinel init',
    };
  }
  if (!all.some(({ name }) => name === config.defaultContract)) {
    return {
      status: 'warn',
      found: `none is called ${config.defaultContract}`,
      fix: 'set default_contract to one that exists; events that name no contract become dead letters until then',
    };
  }
  const known = new Set(all.map(({ name }) => name));
  const unknown = contractsNamed(config).filter(({ name }) => !known.has(name));
  if (unknown.length === 0) return { status: 'ok', found: sound };
  return {
    status: 'warn',
    found: `${sound}; there is none called ${unknown.map(({ name, where }) => `${name} (${where})`).join(', ')}`,
    fix: 'correct the name in the config file; until then events of such a source become dead letters, and such a destination gets none',
  };
}

/** Where the config names a contract, beside `default_contract`. */
function contractsNamed({ sources, destinations }: Config): { name: string; where: string }[] {
  return [
    ...Object.entries(sources).flatMap(([source, { contract }]) =>
      (typeof contract === 'object' ? Object.values(contract.map ?? {}) : [contract ?? []].flat()).map(
        (name) => ({
          name,
          where: `sources.${source}.contract`,
        }),
      ),
    ),
    ...destinations.flatMap(({ name: destination, contracts = [] }) =>
      contracts.map((name) => ({ name, where: `destinations: ${destination}` })),
    ),
  ];
}
