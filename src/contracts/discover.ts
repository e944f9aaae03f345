import type { Dirent } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { type Json, isObject } from '../model/json.ts';
import type { Contract } from './contract.ts';
import { contractFromJsonSchema } from './json-schema/compile.ts';
import { importModule } from './module-loader.ts';
import { ContractRegistry } from './registry.ts';

export interface LoadOptions {
  /** Read TypeScript and JavaScript files anew, though they were imported before; for reload on change. */
  fresh?: boolean;
  /** A contract of a later folder replaces one of the same name and version of an earlier folder. */
  override?: boolean;
}

const modules = /\.(?:ts|mts|js|mjs)$/;
const noContract = /^[_.]|\.d\.m?ts$|\.(?:test|spec)\.m?[tj]s$/;
const jsonSchema = /\.schema\.json$/;

/**
 * Finds the contracts in the folders and the folders within: what `*.ts`, `*.mts`, `*.js` and `*.mjs` export, and
 * `*.schema.json`. Files that start with `_`, tests and type declarations are passed over. Throws
 * `contract_invalid`, naming the file, when one can't be read, imported, compiled, or told from another.
 */
export async function loadContracts(
  folders: readonly string[],
  options: LoadOptions = {},
): Promise<ContractRegistry> {
  const registry = new ContractRegistry();
  let { fresh = false } = options;
  for (const folder of folders) {
    const override = options.override === true && folder !== folders[0];
    for (const file of await contractFiles(resolve(folder))) {
      const contracts = await explained(file, () =>
        jsonSchema.test(file) ? readSchemaFile(file) : readModule(file, fresh),
      );
      // Once is enough: a second time would make a second copy of what the files share.
      if (modules.test(file)) fresh = false;
      for (const contract of contracts) {
        await explained(file, () => registry.register(contract, { override }));
      }
    }
  }
  return registry;
}

/** In a fixed order, so that the same folders always give the same registry or the same error. */
async function contractFiles(folder: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new SentinelError(
      'contract_invalid',
      `contracts folder ${folder} can't be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (noContract.test(entry.name) || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) files.push(...(await contractFiles(path)));
    else if (modules.test(entry.name) || jsonSchema.test(entry.name)) files.push(path);
  }
  return files;
}

async function readModule(file: string, fresh: boolean): Promise<Contract[]> {
  const exports = await importModule(file, { fresh });
  for (const [name, value] of Object.entries(exports))
    if (isDefinition(value))
      throw new SentinelError(
        'contract_invalid',
        `its export "${name}" is not compiled: write export default defineContract({ … })`,
      );
  // The same contract may be exported by name and as the default.
  return [...new Set(Object.values(exports).filter((value) => isContract(value)))];
}

/** What `defineContract` takes; passed over in silence, its events would become dead letters without a contract. */
const isDefinition = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['version'] === 'string' &&
  isObject(value['schema']);

async function readSchemaFile(file: string): Promise<Contract[]> {
  const schema = JSON.parse(await readFile(file, 'utf8')) as Json;
  if (!isObject(schema))
    throw new SentinelError('contract_invalid', 'a JSON Schema contract must be an object');
  return [contractFromJsonSchema(schema)];
}

function isContract(value: unknown): value is Contract {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['version'] === 'string' &&
    isObject(value['jsonSchema']) &&
    typeof (value as { validate?: unknown }).validate === 'function'
  );
}

async function explained<T>(file: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new SentinelError('contract_invalid', `${file}: ${messageOf(error)}`, { cause: error });
  }
}
