import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats } from '../load/export.ts';
import { withClient } from './client.ts';
import { amountOf, CliError, say, type Io } from './io.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { sizeInWords, takeOut, targetOf } from './take-out.ts';
import { existsSync } from 'node:fs';

interface ExportOptions extends ServerOptions {
  format?: ExportFormat;
  out: string;
}

export function registerExport(program: Command, io: Io): void {
  const command = withServer(program.command('export'))
    .description('Write all rows of a table of the destination to a file, while the service runs or not.')
    .argument('<table>', 'name of the table')
    .addOption(
      new Option('--format <format>', 'format of the file (default: by its extension)').choices(
        exportFormats,
      ),
    )
    .requiredOption(
      '-o, --out <file>',
      'file to write (needed), replaced when the whole export is there; - for standard output',
    )
    .action((table: string, options: ExportOptions) => exportTable(io, table, options));
  withExamples(
    command,
    'sentinel export transaction --out transactions.parquet',
    'sentinel export order --format csv --out - | head',
  );
}

async function exportTable(io: Io, table: string, options: ExportOptions): Promise<void> {
  const format = options.format ?? formatOf(options.out);
  const target = await targetOf(io, options.out);
  const started = performance.now();
  const { rows, bytes } = await withClient(io, options, async (client) => {
    const begun = await client.request('POST /api/v1/exports', { body: { table, format } });
    return takeOut(io, client, begun, target);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    io,
    `${amountOf(rows ?? 0, 'row')} of ${table} in ${options.out === '-' ? 'standard output' : options.out} (${format}, ${sizeInWords(bytes)}, ${seconds} s)`,
  );
}

function formatOf(file: string): ExportFormat {
  if (/\.(?:ndjson|jsonl)$/i.test(file)) return 'ndjson';
  const found = exportFormats.find((format) => file.toLowerCase().endsWith(`.${format}`));
  if (found !== undefined) return found;
  throw new CliError(`say the format of ${file}: --format ${exportFormats.join('|')}`, 2);
}

export function registerSnapshot(program: Command, io: Io): void {
  const command = withServer(program.command('snapshot'))
    .description('Copy the whole DuckDB database to a file, while the service runs or not.')
    .argument('<file>', 'file to write; must not be there yet')
    .action((file: string, options: ServerOptions) => snapshot(io, file, options));
  withExamples(command, 'sentinel snapshot warehouse-2026-01-31.duckdb');
}

async function snapshot(io: Io, file: string, options: ServerOptions): Promise<void> {
  const path = resolve(io.cwd, file);
  if (existsSync(path)) throw new CliError(`${file} is there already; choose another name, or delete it`);
  const started = performance.now();
  const { bytes } = await withClient(io, options, async (client) =>
    takeOut(io, client, await client.request('POST /api/v1/snapshots'), path),
  );
  say(
    io,
    `a copy of the database is in ${file} (${sizeInWords(bytes)}, ${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
}
