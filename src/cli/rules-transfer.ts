import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { messageOf } from '../model/errors.ts';
import { withClient } from './client.ts';
import { CliError, print, printJson, say, type Io, type Outcome } from './io.ts';
import { withServer, type ServerOptions } from './options.ts';
import { printable } from './table.ts';

/** `rules export` and `rules import`. */
export function registerTransfer(rules: Command, io: Io, outcome: Outcome): void {
  withServer(rules.command('export'))
    .description('Print all rules as JSON, to keep or to import elsewhere.')
    .action((options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/rules/export')),
      ),
    );

  withServer(rules.command('import'))
    .description('Import rules from a file that `rules export` made.')
    .argument('<file>')
    .action((file: string, options: ServerOptions) => importRules(io, file, options, outcome));
}

async function importRules(io: Io, file: string, options: ServerOptions, outcome: Outcome): Promise<void> {
  let rules: object;
  try {
    rules = JSON.parse(await readFile(resolve(io.cwd, file), 'utf8')) as object;
  } catch (error) {
    throw new CliError(`${file} can't be read as JSON: ${messageOf(error)}`);
  }
  const report = await withClient(io, options, (client) =>
    client.request('POST /api/v1/rules/import', { body: rules }),
  );
  for (const { position, reason } of report.refused) say(io, `rule ${position + 1}: ${printable(reason)}`);
  print(io, `${report.imported.length} imported, ${report.refused.length} refused`);
  if (report.refused.length > 0) outcome.exitCode = 1;
}
