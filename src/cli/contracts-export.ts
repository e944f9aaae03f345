import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { Contract } from '../contracts/contract.ts';
import { toAsyncApi } from '../contracts/export/asyncapi.ts';
import { toJsonSchema } from '../contracts/export/json-schema.ts';
import { toOdcs } from '../contracts/export/odcs.ts';
import { toTypeScript } from '../contracts/export/typescript.ts';
import { type SqlDialect, sqlDialects, toDdl } from '../load/ddl.ts';
import { ContractFinder } from './contract-reference.ts';
import { CliError, type Io, print, say } from './io.ts';
import { type ConfigOption, configOf, withConfig } from './options.ts';

const formats = ['json-schema', 'odcs', 'ddl', 'typescript', 'asyncapi'] as const;

interface ExportOptions extends ConfigOption {
  format: (typeof formats)[number];
  dialect: SqlDialect;
  out?: string;
}

export function registerExport(contracts: Command, io: Io): void {
  withConfig(contracts.command('export'))
    .description('Write contracts as JSON Schema, ODCS 3.1, SQL, TypeScript types or AsyncAPI 3.')
    .argument('[contracts...]', 'names, name@version or files (default: all)')
    .addOption(new Option('--format <format>').choices(formats).default('json-schema'))
    .addOption(new Option('--dialect <sql>', 'of ddl').choices(sqlDialects).default('postgres'))
    .option('--out <file>', 'write to this file (default: standard output)')
    .action(async (references: string[], options: ExportOptions) => {
      const finder = new ContractFinder(io, configOf(io, options));
      const chosen = await Promise.all(references.map((reference) => finder.find(reference)));
      const all = references.length === 0 ? (await finder.registry()).all() : chosen;
      await write(io, exported(all, options), options.out);
    });
}

function exported(contracts: readonly Contract[], { format, dialect }: ExportOptions): string {
  const [first] = contracts;
  if (first === undefined) throw new CliError('there are no contracts');
  switch (format) {
    case 'ddl':
      return toDdl(contracts, dialect);
    case 'typescript':
      return newest(contracts).map(toTypeScript).join('\n\n');
    case 'asyncapi':
      return stringify(plain(toAsyncApi(contracts, first.version)), { aliasDuplicateObjects: false });
    case 'odcs':
      return documents(
        contracts.map((contract) => stringify(plain(toOdcs(contract)), { aliasDuplicateObjects: false })),
      );
    default: {
      if (contracts.length > 1) throw new CliError('a file of JSON Schema holds one contract: name it', 2);
      return JSON.stringify(toJsonSchema(first), null, 2);
    }
  }
}

/** Types of two versions would have one name. */
const newest = (contracts: readonly Contract[]): Contract[] => [
  ...new Map(contracts.map((contract) => [contract.name, contract])).values(),
];

/** YAML has no exact numbers of ours, and its writer no `toJSON`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const documents = (parts: readonly string[]): string => parts.map((part) => part.trimEnd()).join('\n---\n');

async function write(io: Io, text: string, out: string | undefined): Promise<void> {
  if (out === undefined) return print(io, text.trimEnd());
  const path = resolve(io.cwd, out);
  if (existsSync(path)) throw new CliError(`${out} exists; choose another name, or remove it`);
  await writeFile(path, `${text.trimEnd()}\n`);
  say(io, `wrote ${out}`);
}
