import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withClient } from './client.ts';
import { CliError, say, type Io } from './io.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { sizeInWords, takeOut } from './take-out.ts';

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
