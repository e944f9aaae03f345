import type { Command } from 'commander';
import type { ItemOf } from '../api/client.ts';
import type { Contract } from '../contracts/contract.ts';
import { inWords } from '../contracts/problems.ts';
import { type ApiClient, withClient } from './client.ts';
import { registerExport } from './contracts-export.ts';
import { registerImport } from './contracts-import.ts';
import { registerInfer } from './contracts-infer.ts';
import { contractFields } from './contract-fields.ts';
import { registerPromote } from './contract-promote.ts';
import { findContract } from './contract-reference.ts';
import { registerCheck } from './contracts-check.ts';
import { registerDiff } from './contracts-diff.ts';
import { configuredContracts, readContracts } from './contracts-read.ts';
import { print, printJson, say, type Io, type Outcome } from './io.ts';
import {
  configOf,
  withConfig,
  withExamples,
  withJson,
  withServer,
  type ConfigOption,
  type ServerOptions,
} from './options.ts';
import { formatTable } from './table.ts';

interface JsonOption extends ConfigOption {
  json?: boolean;
}

export function registerContracts(program: Command, io: Io, outcome: Outcome): void {
  const contracts = program
    .command('contracts')
    .description(
      'Look at the contracts as they are configured here, and check events against them. Only check --against recent, promote and --url need the service or its data.',
    );
  withExamples(
    contracts,
    'sentinel contracts list',
    'sentinel contracts check payload.json --contract order',
    'sentinel contracts infer samples.ndjson --name payment --out contracts/payment.schema.json',
    'sentinel contracts import openapi.yaml --select Invoice --key id',
    'sentinel contracts export order --format ddl --dialect duckdb',
    'sentinel contracts diff order@1.0.0 order@2.0.0',
    'sentinel contracts check contracts/order.schema.json --against recent',
  );

  withJson(withServer(contracts.command('list')))
    .description(
      "List the contracts and their versions; name those that can't be read (exit code 1). With --url, those of the running service.",
    )
    .action(async (options: JsonOption & ServerOptions) => {
      if (options.url !== undefined) {
        const ask = (client: ApiClient) => client.request('GET /api/v1/contracts');
        return list(io, (await withClient(io, options, ask)).items, options);
      }
      const read = await readContracts(configOf(io, options));
      list(io, read.registry.all(), options);
      for (const warning of read.warnings) say(io, `warning: ${inWords(warning)}`);
      for (const problem of read.problems) say(io, `error: ${inWords(problem)}`);
      if (read.problems.length > 0) outcome.exitCode = 1;
    });

  withJson(withConfig(contracts.command('show')))
    .description('Show the fields of a contract; with --json, its JSON Schema.')
    .argument('<name[@version]>')
    .action(async (reference: string, options: JsonOption) =>
      show(io, findContract(await configuredContracts(configOf(io, options)), reference), options),
    );

  registerCheck(contracts, io, outcome);

  registerInfer(contracts, io);
  registerPromote(contracts, io);

  registerImport(contracts, io, outcome);

  registerExport(contracts, io);

  registerDiff(contracts, io, outcome);
}

type Listed = Omit<ItemOf<'GET /api/v1/contracts'>, 'columns' | 'aliases' | 'jsonSchema'> & {
  columns: readonly unknown[];
};

function list(io: Io, all: readonly Listed[], options: JsonOption): void {
  if (options.json === true) {
    const items = all.map(({ name, version, description, table, key, topic }) => ({
      name,
      version,
      description,
      table,
      key,
      topic: topic ?? null,
    }));
    return printJson(io, items);
  }
  if (all.length === 0) return say(io, 'There are no contracts.');
  const rows = all.map(({ name, version, table, key, columns, description }) => [
    name,
    version,
    table,
    key.join(' '),
    columns.length,
    description,
  ]);
  print(io, formatTable(['name', 'version', 'table', 'key', 'fields', 'description'], rows, io.columns));
}

function show(io: Io, contract: Contract, options: JsonOption): void {
  if (options.json === true) return printJson(io, contract.jsonSchema);
  const { name, version, description, table, key, topic, open } = contract;
  print(io, `${name} ${version}${description === '' ? '' : `: ${description}`}`);
  const facts = [
    `table ${table}`,
    `key ${key.join(' ')}`,
    `undeclared fields ${open ? 'are kept' : 'are refused'}`,
  ];
  if (topic !== undefined) facts.push(`valid events go to ${topic}`);
  print(io, `${facts.join('; ')}\n`);
  const rows = contractFields(contract).map((field) => [
    field.path,
    field.required ? 'yes' : '',
    field.type,
    (contract.aliases[field.path] ?? []).join(', '),
  ]);
  print(io, formatTable(['field', 'required', 'type', 'also known as'], rows, io.columns));
}
