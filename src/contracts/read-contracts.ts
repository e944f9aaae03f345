import { type Dirent, readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { parseExact } from '../model/exact-json.ts';
import { type Json, isObject } from '../model/json.ts';
import type { Contract } from './contract.ts';
import { contractFromJsonSchema } from './json-schema/compile.ts';
import { importModule } from '../support/module-loader.ts';
import {
  NoContract,
  isJsonSchema,
  isModule,
  looksLikeSchema,
  mayBeMeant,
  nothingExported,
  passedOver,
} from './unread-files.ts';
import { isSchema } from './zod/rewrite.ts';

const noContract = /^[_.]|\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[tj]sx?$/i;

export interface ReadOptions {
  /** What `$ref`s may not leave. */
  folder: string;
  /** Gets the files that a schema takes in by `$ref`. */
  parts?: Set<string>;
  /** A person named this file: it is read whatever its name ends with. */
  named?: boolean;
  /** Read a module anew, though it was imported before. */
  fresh?: boolean;
  /** See `LoadOptions.cache`. */
  cache?: string | undefined;
  onWarning?: (message: string) => void;
}

/** A fault of a contract whose name is known. */
export class Unreadable extends Error {
  readonly contract: { name?: string; version?: string };

  constructor(cause: unknown, { name, version }: { readonly name?: unknown; readonly version?: unknown }) {
    super(messageOf(cause), { cause });
    this.contract = {
      name: typeof name === 'string' ? name : undefined,
      version: typeof version === 'string' ? version : undefined,
    };
  }
}

/** The contracts of one file, wherever it lies. Throws when it can't be read. */
export async function contractsOfFile(file: string, options: ReadOptions): Promise<Contract[]> {
  if (isModule(file)) return readModule(file, options);
  // At once: hundreds of small files cost the threads that read them for us more than the reading.
  const text = withoutMark(readFileSync(file, 'utf8'));
  const isNamed = options.named === true;
  const passed = isNamed && /\.json$/i.test(file) ? undefined : passedOver(file, text);
  if (passed !== undefined) throw new NoContract(passed);
  if (!isJsonSchema(file) && !isNamed) {
    const schema = readOther(text);
    if (!isObject(schema) || !looksLikeSchema(schema)) return [];
    throw new NoContract(
      `is not read: name it ${basename(file, '.json')}.schema.json, and give it an \`x-contract\``,
    );
  }
  const schema = parseExact(text);
  if (!isObject(schema)) throw new Error('a JSON Schema contract must be an object: write one schema a file');
  if (schema['x-contract'] === undefined)
    throw new NoContract(
      '`x-contract` is missing: add "x-contract": {"name": "…", "version": "1.0.0"} to the schema',
    );
  try {
    const { folder, parts, onWarning } = options;
    return [contractFromJsonSchema(schema, { place: { file, folder }, parts, onWarning })];
  } catch (error) {
    const header = schema['x-contract'];
    throw new Unreadable(error, isObject(header) ? header : {});
  }
}

/** Editors on Windows begin a file with a byte order mark. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** What a file of JSON Schema says of itself; nothing of any other. */
export async function headerOf(file: string): Promise<{ name?: unknown; version?: unknown }> {
  if (!isJsonSchema(file)) return {};
  const schema = readOther(withoutMark(await readFile(file, 'utf8')));
  const header = isObject(schema) ? schema['x-contract'] : undefined;
  return isObject(header) ? header : {};
}

/** Whatever else lies in the folder may be broken for all we care. */
function readOther(text: string): Json | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

async function readModule(file: string, options: Pick<ReadOptions, 'fresh' | 'cache'>): Promise<Contract[]> {
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
  const contracts = [...new Set(Object.values(exports).filter((value) => isContract(value)))];
  if (contracts.length === 0) throw new NoContract(nothingExported(exports));
  return contracts;
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

/** In a fixed order, so that the same folders always give the same registry or the same error. */
export async function contractFiles(folder: string): Promise<string[]> {
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
    else if (mayBeMeant(entry.name)) files.push(path);
  }
  return files;
}
