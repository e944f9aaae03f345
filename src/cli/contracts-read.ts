import type { Config } from '../config/load.ts';
import { contractFolders } from '../config/project.ts';
import { loadContracts } from '../contracts/discover.ts';
import type { ContractProblem } from '../contracts/problems.ts';
import type { ContractRegistry } from '../contracts/registry.ts';

/** The contracts that a service with this configuration would have. Throws when one of them can't be read. */
export function configuredContracts(config: Config): Promise<ContractRegistry> {
  return loadContracts(contractFolders(config));
}

/** The contracts as a service reads them that goes on without those that can't be read. */
export async function readContracts(config: Config) {
  const problems: ContractProblem[] = [];
  const warnings: ContractProblem[] = [];
  const registry = await loadContracts(contractFolders(config), {
    strict: false,
    onProblem: (problem) => problems.push(problem),
    onWarning: (warning) => warnings.push(warning),
  });
  return { registry, problems, warnings };
}
