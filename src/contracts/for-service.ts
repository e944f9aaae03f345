import type { Config } from '../config/load.ts';
import { contractFolders, moduleCache } from '../config/project.ts';
import type { Logger } from '../support/log.ts';
import { type LoadOptions, loadContracts } from './discover.ts';
import { type ContractProblem, inWords } from './problems.ts';
import type { ContractRegistry } from './registry.ts';

/**
 * The contracts of a running service. One that can't be read ends the start in CI, where somebody looks; elsewhere it is
 * logged, its events wait in the dead letters, and all other contracts go on.
 */
export function serviceContracts(
  config: Config,
  log: Logger,
  options: Pick<LoadOptions, 'onFile' | 'setAside' | 'strict'> = {},
): Promise<ContractRegistry> {
  const fields = ({ file, line, name }: ContractProblem) => ({
    code: 'contract_invalid',
    file,
    line,
    contract: name,
  });
  return loadContracts(contractFolders(config), {
    strict: isStrict(config),
    ...options,
    cache: moduleCache(config),
    onProblem: (problem) =>
      log.error(
        fields(problem),
        `a contract can't be read; its events become dead letters: ${inWords(problem)}`,
      ),
    onWarning: (warning) => log.warn({ ...fields(warning), code: 'contract_warning' }, inWords(warning)),
  });
}

export function isStrict({ contractsStrict }: Pick<Config, 'contractsStrict'>): boolean {
  const { CI = '' } = process.env;
  return contractsStrict ?? (CI !== '' && CI !== 'false' && CI !== '0');
}
