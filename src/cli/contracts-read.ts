import type { Config } from '../config/load.ts';
import { contractFolders } from '../config/project.ts';
import { type LoadOptions, loadContracts } from '../contracts/discover.ts';
import type { ContractProblem } from '../contracts/problems.ts';
import type { ContractRegistry } from '../contracts/registry.ts';

/** The contracts that a service with this configuration would have. Throws when one of them can't be read. */
export function configuredContracts(
  config: Config,
  onWarning?: (warning: ContractProblem) => void,
): Promise<ContractRegistry> {
  return read(config, { ...(onWarning && { onWarning }) });
}

/** The contracts as a service reads them that goes on without those that can't be read. */
export async function readContracts(config: Config) {
  const problems: ContractProblem[] = [];
  const warnings: ContractProblem[] = [];
  const registry = await read(config, {
    strict: false,
    onProblem: (problem) => problems.push(problem),
    onWarning: (warning) => warnings.push(warning),
  });
  return { registry, problems, warnings };
}

/** A file that ends the process, or waits for what never comes, is named, and is no success. */
async function read(config: Config, options: LoadOptions): Promise<ContractRegistry> {
  let current: string | undefined;
  const ended = (): void => {
    process.exitCode = 1;
    process.stderr.write(
      `error: ${current} did not end well when it was read: it ended the process, or waits for what never comes. Mend the code at the top level of the file\n`,
    );
  };
  const late = setTimeout(() => process.exit(1), waitsAtMostMs).unref();
  process.once('exit', ended);
  try {
    return await loadContracts(contractFolders(config), { ...options, onFile: (file) => (current = file) });
  } finally {
    clearTimeout(late);
    process.removeListener('exit', ended);
  }
}

/** As at a start. */
const waitsAtMostMs = 30_000;
