import { looseKeyParts } from './key-check.ts';
import type { Dirent } from 'node:fs';
import { readFile, readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { parseExact } from '../model/exact-json.ts';
import { type Json, type JsonObject, isObject } from '../model/json.ts';
import { shippedFolder } from '../support/package-folder.ts';
import type { Contract } from './contract.ts';
import { slowPatternWarnings } from './patterns/slow-patterns.ts';
import { contractFromJsonSchema } from './json-schema/compile.ts';
import { importModule } from './module-loader.ts';
import { type ContractProblem, type ProblemOptions, lineOfFault, lineOfField, refusal } from './problems.ts';
import { ContractRegistry } from './registry.ts';
import { isSchema } from './zod/rewrite.ts';

export interface LoadOptions extends ProblemOptions {
  /** Read TypeScript and JavaScript files anew, though they were imported before; for reload on change. */
  fresh?: boolean;
  /** Folder for compiled modules: reading TypeScript anew takes some 10 ms a file. Must be writable by this user only. */
  cache?: string;
  /** A contract of a later folder replaces one of the same name and version of the first folder; default: of what is shipped. */
  override?: boolean;
}

const modules = /\.(?:ts|mts|js|mjs)$/;
const noContract = /^[_.]|\.d\.m?ts$|\.(?:test|spec)\.m?[tj]s$/;
const jsonSchema = /\.schema\.json$/;

/** A contract's file, as its contracts are registered. */
interface Source {
  file: string;
  /** In the first of several folders, whose contracts may be replaced. */
  replaceable: boolean;
}

/**
 * Finds the contracts in the folders and the folders within: what `*.ts`, `*.mts`, `*.js` and `*.mjs` export, and
 * `*.schema.json`. Files that start with `_`, tests and type declarations are passed over. A file that can't be read,
 * imported, compiled, or told from another is a problem; the others are loaded all the same. Throws `contract_invalid`
 * with all problems when `strict`, and in any case when a folder can't be read.
 */
export async function loadContracts(
  folders: readonly string[],
  options: LoadOptions = {},
): Promise<ContractRegistry> {
  const registry = new ContractRegistry();
  const problems: ContractProblem[] = [];
  const unread: ContractProblem[] = [];
  const sources = new Map<Contract, Source>();
  /** Files that a schema takes in by `$ref`: they need not be contracts themselves. */
  const parts = new Set<string>();
  let { fresh = false } = options;
  const shipped = shippedFolder('contracts');
  for (const [at, given] of folders.entries()) {
    const folder = resolve(given);
    const replaceable = at === 0 && folders.length > 1 && (options.override ?? folder === shipped);
    for (const file of await contractFiles(folder)) {
      const source = { file, replaceable };
      try {
        const contracts = await read(file, { folder, fresh, parts, options });
        // Once is enough: a second time would make a second copy of what the files share.
        if (modules.test(file)) fresh = false;
        for (const contract of contracts) {
          register(registry, contract, source, sources);
          for (const { message, line } of await warningsOf(contract, file))
            options.onWarning?.({ file, line, message, name: contract.name });
        }
      } catch (error) {
        const unnamed = error instanceof NoContract;
        (unnamed ? unread : problems).push(await problemOf(file, error));
      }
    }
  }
  const reals = new Set(await Promise.all([...parts].map((file) => realpath(file))));
  for (const problem of unread)
    if (!reals.has(await realpath(problem.file)))
      (modules.test(problem.file) || jsonSchema.test(problem.file) ? problems : []).push(problem);
  if (problems.length > 0 && options.strict !== false) throw refusal(problems);
  for (const problem of problems) {
    if (problem.name !== undefined) registry.markBroken(problem.name, problem.version);
    options.onProblem?.(problem);
  }
  for (const problem of unread)
    if (!problems.includes(problem) && !reals.has(await realpath(problem.file))) options.onWarning?.(problem);
  return registry;
}

/** The contracts of one file, wherever it lies; its references may not leave the folder. Throws when it can't be read. */
export const contractsOfFile = (file: string, folder: string): Promise<Contract[]> =>
  read(file, { folder, fresh: false, parts: new Set(), options: {} });

/** A fault of a contract whose name is known. */
class Unreadable extends Error {
  readonly contract: { name?: string; version?: string };

  constructor(cause: unknown, { name, version }: { readonly name?: unknown; readonly version?: unknown }) {
    super(messageOf(cause), { cause });
    this.contract = {
      name: typeof name === 'string' ? name : undefined,
      version: typeof version === 'string' ? version : undefined,
    };
  }
}

/** The file holds no contract; no fault when another file refers to it. */
class NoContract extends Error {}

async function read(
  file: string,
  {
    folder,
    fresh,
    parts,
    options,
  }: { folder: string; fresh: boolean; parts: Set<string>; options: LoadOptions },
): Promise<Contract[]> {
  if (modules.test(file)) return readModule(file, { fresh, cache: options.cache });
  const text = await readFile(file, 'utf8');
  if (!jsonSchema.test(file)) {
    const schema = readOther(text);
    if (!isObject(schema) || !looksLikeSchema(schema)) return [];
    throw new NoContract(
      `is not read: name it ${basename(file, '.json')}.schema.json, and give it an \`x-contract\``,
    );
  }
  const schema = parseExact(text);
  if (!isObject(schema)) throw new Error('a JSON Schema contract must be an object');
  if (schema['x-contract'] === undefined)
    throw new NoContract(
      '`x-contract` is missing: add "x-contract": {"name": "…", "version": "1.0.0"} to the schema',
    );
  const onWarning = (message: string): void => options.onWarning?.({ file, message });
  try {
    return [contractFromJsonSchema(schema, { place: { file, folder }, parts, onWarning })];
  } catch (error) {
    const header = schema['x-contract'];
    throw new Unreadable(error, isObject(header) ? header : {});
  }
}

/** Whatever else lies in the folder may be broken for all we care. */
function readOther(text: string): Json | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

const looksLikeSchema = (json: JsonObject): boolean =>
  ['$schema', 'x-contract', 'properties', 'openapi', 'asyncapi'].some((keyword) =>
    Object.hasOwn(json, keyword),
  );

async function problemOf(file: string, error: unknown): Promise<ContractProblem> {
  const message = messageOf(error);
  const text = file.endsWith('.json') ? await readFile(file, 'utf8').catch(() => '') : '';
  const { name, version } = error instanceof Unreadable ? error.contract : {};
  return { file, line: lineOfFault(text, message), message, name, version };
}

async function warningsOf(
  contract: Contract,
  file: string,
): Promise<Pick<ContractProblem, 'message' | 'line'>[]> {
  const parts = looseKeyParts(contract);
  const text = parts.length === 0 ? '' : await readFile(file, 'utf8');
  return [
    ...parts.map((part) => ({ message: looseKey(contract, part), line: lineOfField(text, part) })),
    ...slowPatternWarnings(contract).map((message) => ({ message })),
  ];
}

const looseKey = ({ name, version }: Contract, part: string): string =>
  `contract ${name} ${version}: its key ${part} may be missing or null, and then repeats of the event are loaded again: make it required and not null, or choose another key`;

/** A name and version stand once, but that what is shipped may be replaced. */
function register(
  registry: ContractRegistry,
  contract: Contract,
  source: Source,
  sources: Map<Contract, Source>,
): void {
  const present = registry.registered(contract.name, contract.version);
  // Exported by one file and passed on by another.
  if (present === contract) return;
  const other = present === undefined ? undefined : sources.get(present);
  if (other !== undefined && !(other.replaceable && !source.replaceable)) {
    throw new SentinelError(
      'contract_invalid',
      `contract ${contract.name} ${contract.version} is defined twice, also in ${other.file}: change the version of one, or remove it`,
    );
  }
  try {
    registry.register(contract, { override: other !== undefined });
  } catch (error) {
    throw new Unreadable(error, contract);
  }
  sources.set(contract, source);
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
    else if (modules.test(entry.name) || entry.name.endsWith('.json')) files.push(path);
  }
  return files;
}

async function readModule(
  file: string,
  options: { fresh: boolean; cache?: string | undefined },
): Promise<Contract[]> {
  const exports = await importModule(file, options);
  for (const [name, value] of Object.entries(exports))
    if (isDefinition(value))
      throw new SentinelError(
        'contract_invalid',
        `its export "${name}" is not compiled: write export default defineContract({ … })`,
      );
  if (isSchema(exports['default']))
    throw new SentinelError(
      'contract_invalid',
      'its default export is a schema of Zod and no contract: write export default defineContract({ name, version, schema: … })',
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

function isContract(value: unknown): value is Contract {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['version'] === 'string' &&
    isObject(value['jsonSchema']) &&
    typeof (value as { validate?: unknown }).validate === 'function'
  );
}
