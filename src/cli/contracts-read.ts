import { existsSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { Config } from '../config/load.ts';
import { contractFolders, moduleCache } from '../config/project.ts';
import type { Contract } from '../contracts/contract.ts';
import { type LoadOptions, loadContracts } from '../contracts/discover.ts';
import type { ContractProblem } from '../contracts/problems.ts';
import { contractFiles, contractsOfFile } from '../contracts/read-contracts.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { isModule } from '../contracts/unread-files.ts';
import { hangingFiles } from '../runtime/hanging-files.ts';
import { shippedFolder } from '../support/package-folder.ts';

/** The contracts that a service with this configuration would have. Throws when one of them can't be read. */
export function configuredContracts(
  config: Config,
  onWarning?: (warning: ContractProblem) => void,
): Promise<ContractRegistry> {
  return contractsIn(contractFolders(config), config, { ...(onWarning && { onWarning }) });
}

/** The contracts as a service reads them that goes on without those that can't be read. */
export async function readContracts(config: Config) {
  const problems: ContractProblem[] = [];
  const warnings: ContractProblem[] = [];
  const registry = await contractsIn(contractFolders(config), config, {
    strict: false,
    onProblem: (problem) => problems.push(problem),
    onWarning: (warning) => warnings.push(warning),
  });
  return { registry, problems, warnings };
}

/** As at a start: a file whose code does not end when it is read is a problem of that file, and the others go on. */
export async function contractsIn(
  folders: readonly string[],
  config: Config,
  options: LoadOptions = {},
): Promise<ContractRegistry> {
  const files = (await Promise.all(folders.map(contractFiles))).flat();
  const cache = cacheOf(config);
  const setAside = await hangingFiles(files.filter(isForeign), { stallMs: config.pipeline.stallMs, cache });
  return loadContracts(folders, { ...options, cache, setAside });
}

/** Those of a file that a person named. */
export async function contractsNamed(file: string, config: Config): Promise<Contract[]> {
  const cache = cacheOf(config);
  const hanging = await hangingFiles([file].filter(isForeign), { stallMs: config.pipeline.stallMs, cache });
  const why = hanging.get(file);
  if (why !== undefined) throw new Error(why);
  return contractsOfFile(file, { folder: dirname(file), named: true, cache });
}

const isForeign = (file: string): boolean =>
  isModule(file) && !file.startsWith(shippedFolder('contracts') + sep);

/** A look at the contracts makes no data folder. */
const cacheOf = (config: Config): string | undefined =>
  existsSync(config.dataDir) ? moduleCache(config) : undefined;
