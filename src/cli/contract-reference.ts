import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Contract } from '../contracts/contract.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { messageOf } from '../model/errors.ts';
import { contractsNamed, readContracts } from './contracts-read.ts';
import { CliError, type Io } from './io.ts';

/** Finds contracts by `order` (the newest), `order@1.0.0` or the path of a file. */
export class ContractFinder {
  readonly #io: Io;
  readonly #config: Config;
  #registry: ContractRegistry | undefined;

  constructor(io: Io, config: Config) {
    this.#io = io;
    this.#config = config;
  }

  async registry(): Promise<ContractRegistry> {
    return (this.#registry ??= (await readContracts(this.#config)).registry);
  }

  async find(reference: string): Promise<Contract> {
    const file = resolve(this.#io.cwd, reference);
    if (existsSync(file) && statSync(file).isFile()) return fromFile(file, this.#config);
    return findContract(await this.registry(), reference);
  }
}

async function fromFile(file: string, config: Config): Promise<Contract> {
  const contracts = await contractsNamed(file, config).catch((error: unknown) => {
    throw new CliError(`${file}: ${messageOf(error)}`);
  });
  const [contract, other] = contracts;
  if (contract === undefined) throw new CliError(`${file} holds no contract`);
  if (other !== undefined)
    throw new CliError(
      `${file} holds ${contracts.length} contracts; put the one that is meant into a file of its own`,
    );
  return contract;
}

/** `order` (the newest) or `order@1.0.0`. */
export function findContract(registry: ContractRegistry, reference: string): Contract {
  const [name = '', version] = reference.split('@');
  const contract = version === undefined ? registry.latest(name) : registry.get(name, version);
  if (contract) return contract;
  const known = registry.all().map((other) => `${other.name}@${other.version}`);
  throw new CliError(`there is no contract ${reference}; there are: ${known.join(', ')}`);
}
