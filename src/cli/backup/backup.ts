import { cp, mkdir, readFile, readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../config/load.ts';
import { withClient } from '../client.ts';
import { CliError, say, type Io } from '../io.ts';
import { configOf, withConfig, withExamples, type ServerOptions } from '../options.ts';
import { ofQueue, sizeInWords, takeOut } from '../take-out.ts';
import { databaseFile, projectFolder, queueFile, writeManifest } from './manifest.ts';

export function registerBackup(program: Command, io: Io): void {
  const command = withConfig(program.command('backup'))
    .description(
      'Copy the embedded queue, a DuckDB destination, config, contracts and steps to a folder, while the service runs or not. Run it on the machine of the service.',
    )
    .argument('<folder>', 'folder to make; must be empty')
    .option('--token <token>', 'API token of role admin (default: SENTINEL_API_TOKEN)')
    .action((folder: string, options: ServerOptions) => backup(io, folder, options));
  withExamples(command, 'sentinel backup /backups/sentinel-2026-01-31');
}

async function backup(io: Io, name: string, options: ServerOptions): Promise<void> {
  const config = configOf(io, options);
  const folder = resolve(io.cwd, name);
  if (config.engine.type !== 'embedded')
    throw new CliError('this backs up the embedded engine only; for NATS see "nats account backup"', 2);
  await makeEmpty(folder, name);
  const queueId = await readFile(join(config.dataDir, 'queue', 'id'), 'utf8').catch(() => {
    throw new CliError(`${config.dataDir} holds no queue; run it where the service runs, with its config`);
  });
  const made_at = new Date().toISOString();
  await withClient(io, options, async (client) => {
    // The queue first: what is loaded meanwhile is in both, and is known to be there when the queue delivers it again.
    const queue = await client.request('POST /api/v1/backups');
    await takeOut(io, client, queue, join(folder, queueFile), ofQueue);
    if (config.destination.type !== 'duckdb') return;
    await takeOut(io, client, await client.request('POST /api/v1/snapshots'), join(folder, databaseFile));
  });
  await copyProject(config, join(folder, projectFolder));
  const facts = { made_at, queue_id: queueId.trim(), destination: config.destination.type };
  const { files } = await writeManifest(folder, facts);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  say(io, `a backup is in ${name}: ${files.length} files, ${sizeInWords(bytes)}, as of ${made_at}`);
  if (config.destination.type !== 'duckdb')
    say(
      io,
      `rows are not in it: back up the ${config.destination.type} destination after it, by its own tools`,
    );
  say(io, 'secrets (.env) are not in it; whole events are: keep it as you keep the data folder');
}

async function makeEmpty(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new CliError(`${name} is not empty; choose another folder`);
}

/** Config, contracts and steps, placed to each other as they are. */
async function copyProject({ configPath, contracts, steps }: Config, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const base = configPath === undefined ? undefined : dirname(configPath);
  if (configPath !== undefined) await cp(configPath, join(to, basename(configPath)));
  for (const folder of new Set([...contracts, ...steps])) {
    const inBase = base === undefined ? '..' : relative(base, folder);
    // What lies elsewhere goes by the name of its folder.
    const place = inBase.startsWith('..') || isAbsolute(inBase) ? basename(folder) : inBase;
    await cp(folder, join(to, place), {
      recursive: true,
      dereference: true,
      filter: (path) => basename(path) !== 'node_modules' && basename(path) !== '.env',
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
