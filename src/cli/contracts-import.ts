import { readText } from './read-file.ts';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { compact } from '../contracts/import/imported.ts';
import { type Imported, importContracts } from '../contracts/import/index.ts';
import { contractFromJsonSchema } from '../contracts/json-schema/compile.ts';
import { messageOf } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { writeSchema } from './contracts-infer.ts';
import { CliError, type Io, type Outcome, say } from './io.ts';

interface ImportOptions {
  select?: string;
  name?: string;
  contractVersion?: string;
  key?: string;
  out?: string;
}

export function registerImport(contracts: Command, io: Io, outcome: Outcome): void {
  contracts
    .command('import')
    .description(
      'Make contracts of another description: JSON Schema, OpenAPI 3, AsyncAPI 2 or 3, ODCS 3, Avro, SQL (CREATE TABLE) or a dbt model.',
    )
    .argument('<file>')
    .option('--select <name>', 'only the schema, message or table of this name')
    .option('--name <name>', 'name of the contract (default: as in the file)')
    .option('--contract-version <version>', 'version of the contract (default: as in the file, or 1.0.0)')
    .option('--key <field>', 'field or JSON Pointer that tells events apart (default: the primary key)')
    .option('--out <path>', 'a file *.schema.json, or a folder for several (default: standard output)')
    .action(async (file: string, options: ImportOptions) => {
      if (!(await importFile(io, file, options))) outcome.exitCode = 1;
    });
}

/** False when a contract could not be made. */
async function importFile(io: Io, file: string, options: ImportOptions): Promise<boolean> {
  const found = chosen(await read(io, file), options.select, file);
  const [only, other] = found;
  const isFile = options.out?.endsWith('.json') === true;
  if (other !== undefined && (options.out === undefined || isFile || options.name !== undefined))
    throw new CliError(
      `there are ${found.length}: choose one with --select, or write all into a folder with --out; ${named(found)}`,
    );
  if (options.out === undefined || isFile) {
    await writeSchema(io, schemaOf(only!, options), options.out);
    tell(io, only!);
    return true;
  }
  const folder = resolve(io.cwd, options.out);
  await mkdir(folder, { recursive: true });
  let isWhole = true;
  for (const imported of found) {
    try {
      await writeSchema(
        io,
        schemaOf(imported, options),
        join(options.out, `${fileNameOf(imported, found)}.schema.json`),
      );
    } catch (error) {
      say(io, `error: ${imported.name}: ${messageOf(error)}`);
      isWhole = false;
    }
    tell(io, imported);
  }
  return isWhole;
}

/** `order`; where the file has several versions of it, `order-2.0.0`. */
const fileNameOf = ({ name, version }: Imported, all: readonly Imported[]): string =>
  all.filter((one) => one.name === name).length > 1 ? `${name}-${version}` : name;

async function read(io: Io, file: string): Promise<Imported[]> {
  const path = resolve(io.cwd, file);
  const text = await readText(io, file);
  try {
    const name = basename(file).replace(/(?:\.schema)?\.(?:json|ya?ml|avsc)$/i, '');
    return importContracts(text, name, { file: path, folder: dirname(path) });
  } catch (error) {
    throw new CliError(`${file}: ${messageOf(error)}`);
  }
}

function chosen(all: readonly Imported[], select: string | undefined, file: string): readonly Imported[] {
  const found = select === undefined ? all : all.filter((one) => one.name === select || idOf(one) === select);
  if (found.length > 0) return found;
  if (all.length === 0) throw new CliError(`${file} describes no objects`);
  throw new CliError(`${file} has no ${select}; ${named(all)}`);
}

const idOf = ({ name, version }: Imported): string => `${name}@${version}`;

function named(all: readonly Imported[]): string {
  const names = all.map((one) => (fileNameOf(one, all) === one.name ? one.name : idOf(one)));
  return `it has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`;
}

/** Compiled once, so that what can't be a contract is told now. */
function schemaOf(imported: Imported, { name, contractVersion, key }: ImportOptions): JsonObject {
  const { $schema, ...body } = imported.schema;
  const keyed = key === undefined ? imported.key : [key];
  const header = {
    ...imported.header,
    name: name ?? imported.name,
    version: contractVersion ?? imported.version,
    ...compact({
      description: imported.description,
      table: imported.table,
      key: keyed === undefined ? undefined : [...keyed],
    }),
  };
  const schema = JSON.parse(JSON.stringify({ $schema, 'x-contract': header })) as JsonObject;
  const whole = { ...schema, ...body };
  try {
    contractFromJsonSchema(whole);
  } catch (error) {
    throw new CliError(messageOf(error));
  }
  return whole;
}

function tell(io: Io, { name, notes }: Imported): void {
  for (const note of new Set(notes)) say(io, `note: ${name}: ${note}`);
}
