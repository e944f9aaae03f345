import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/load.ts';
import { contractFolders } from '../config/project.ts';
import type { Column, Contract } from '../contracts/contract.ts';
import { fieldOf } from '../contracts/mapping.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import type { Destination } from '../load/destination.ts';
import { openDestination } from '../load/open.ts';
import { messageOf } from '../model/errors.ts';
import { parseExact } from '../model/exact-json.ts';
import { type JsonObject, isObject } from '../model/json.ts';
import { pointerOf, segmentsOf } from '../model/pointer.ts';
import { type ColumnSpelling, columnSpellings, guessType } from './column-spellings.ts';
import { configuredContracts } from './contracts-read.ts';
import { amountOf, CliError, type Io, print, say } from './io.ts';
import { type ConfigOption, configOf, withConfig } from './options.ts';

export function registerPromote(contracts: Command, io: Io): void {
  withConfig(contracts.command('promote'))
    .description(
      'Make a column of an undeclared field and fill it from _extra. With DuckDB the service must be stopped; with PostgreSQL it may run.',
    )
    .argument('<name>', 'the contract')
    .argument('<field>', 'like /_extra/coupon')
    .option(
      '--type <type>',
      'string, integer, number, decimal(12,2), boolean, datetime, date, uuid or json; default: by the values',
    )
    .action((name: string, field: string, options: ConfigOption & { type?: string }) =>
      promote(io, name, field, { type: options.type, config: configOf(io, options) }),
    );
}

/** Rows that are looked at in one transaction. */
const pageRows = 5000;

/**
 * Makes a column of an undeclared field: declares it in the contract (a JSON Schema file is changed, for another one the line is
 * told), adds the column, and moves the values from `_extra`, page by page. May be run again at any time.
 */
export async function promote(
  io: Io,
  name: string,
  place: string,
  { type, config }: { type: string | undefined; config: Config },
): Promise<void> {
  const field = fieldIn(place);
  const read = (): Promise<ContractRegistry> => configuredContracts(config);
  let registry = await read();
  let contract = newest(registry, name);
  const destination = await openDestination(config);
  try {
    if (destination.backfill === undefined)
      throw new CliError(noBackfill(config.destination.type, newest(registry, name).table, field));
    if (columnOf(contract, field) === undefined) {
      await declare(io, contract, field, {
        spelling: spellingOf(type) ?? (await guess(destination, contract, field)),
        config,
      });
      registry = await read();
      contract = newest(registry, name);
    }
    await destination.prepare(registry.tables());
    await fill(io, destination, { table: contract.table, field, column: columnOf(contract, field)! });
  } finally {
    await destination.close();
  }
}

/** Told before anything is changed. */
function noBackfill(type: string, table: string, field: string): string {
  const byHand =
    type === 'bigquery'
      ? `, and fill the rows that are there by hand: UPDATE \`${table}\` SET \`${field}\` = JSON_VALUE(_extra, '$."${field}"') WHERE JSON_VALUE(_extra, '$."${field}"') IS NOT NULL`
      : '';
  return `a destination of type ${type} fills no columns from _extra: declare ${field} in the contract, which adds the column at the next start${byHand}`;
}

async function fill(
  io: Io,
  destination: Destination,
  what: { table: string; field: string; column: Column },
): Promise<void> {
  const total = { moved: 0, kept: 0 };
  let after: string | undefined;
  do {
    const page = await destination.backfill!({ ...what, limit: pageRows, after });
    total.moved += page.moved;
    total.kept += page.kept;
    after = page.after;
  } while (after !== undefined);
  const { table, field, column } = what;
  print(io, `${amountOf(total.moved, 'row')} of ${table}: ${field} is in the column ${column.name} now.`);
  if (total.kept > 0)
    say(
      io,
      `${total.kept} rows keep it in _extra, as a column of this type can't hold their values exactly.`,
    );
}

function fieldIn(place: string): string {
  const [first, field, ...rest] = segmentsOf(place);
  if (first !== '_extra' || field === undefined || rest.length > 0)
    throw new CliError(`${place} must name a field of _extra, like /_extra/coupon`);
  return field;
}

function newest(registry: ContractRegistry, name: string): Contract {
  const contract = registry.latest(name);
  if (contract !== undefined) return contract;
  const known = [...new Set(registry.all().map((other) => other.name))];
  throw new CliError(`there is no contract ${name}; there are: ${known.join(', ')}`);
}

const columnOf = ({ columns }: Contract, field: string): Column | undefined =>
  columns.find((column) => fieldOf(column) === pointerOf([field]));

function spellingOf(type: string | undefined): ColumnSpelling | undefined {
  if (type === undefined) return undefined;
  const spelling = columnSpellings(type);
  if (spelling === undefined)
    throw new CliError(
      `--type must be string, integer, number, boolean, datetime, date, uuid, json or decimal(precision,scale)`,
    );
  return spelling;
}

async function guess(destination: Destination, { table }: Contract, field: string): Promise<ColumnSpelling> {
  const sample = await destination
    .query?.(`SELECT _extra FROM "${table}" WHERE _extra IS NOT NULL LIMIT 10000`, { maxRows: 10_000 })
    .catch((error: unknown) => {
      throw new CliError(
        `the values of ${field} can't be read to tell its type by (${messageOf(error)}); say it with --type`,
      );
    });
  const values = (sample?.rows ?? []).flatMap(([extra]) =>
    isObject(extra) && Object.hasOwn(extra, field) ? [extra[field]!] : [],
  );
  const type = guessType(values);
  if (type === undefined)
    throw new CliError(`no value of ${field} was found to tell its type by; say it with --type`);
  return columnSpellings(type)!;
}

/** Declares the field in the contract's own file. */
async function declare(
  io: Io,
  { name, version }: Contract,
  field: string,
  { spelling, config }: { spelling: ColumnSpelling; config: Config },
): Promise<void> {
  for (const folder of contractFolders(config).toReversed()) {
    const file = await schemaFile(folder, { name, version });
    if (file === undefined) continue;
    const schema = parseExact(await readFile(file, 'utf8')) as JsonObject;
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    schema['properties'] = { ...properties, [field]: spelling.schema };
    await writeFile(file, `${JSON.stringify(schema, null, 2)}\n`);
    print(io, `${relative(process.cwd(), file)} declares ${field} as ${spelling.type} now.`);
    return;
  }
  throw new CliError(
    `the contract ${name} ${version} is not a JSON Schema file that can be changed here: add ${JSON.stringify(field)}: ${spelling.zod} to its schema, then run this again`,
  );
}

async function schemaFile(
  folder: string,
  wanted: { name: string; version: string },
): Promise<string | undefined> {
  for (const entry of await readdir(folder, { recursive: true })) {
    if (!entry.endsWith('.schema.json') || entry.includes('node_modules')) continue;
    const file = join(folder, entry);
    const schema = parseExact(await readFile(file, 'utf8'));
    const header = isObject(schema) ? schema['x-contract'] : undefined;
    if (isObject(header) && header['name'] === wanted.name && header['version'] === wanted.version)
      return file;
  }
  return undefined;
}
