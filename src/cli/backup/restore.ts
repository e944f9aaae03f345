import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../config/load.ts';
import { examineQueue } from '../../engine/open.ts';
import { noteRestore } from '../../load/store-check.ts';
import { CliError, say, type Io } from '../io.ts';
import { configOf, withConfig, withExamples, type ConfigOption } from '../options.ts';
import { databaseFile, projectFolder, queueFile, readManifest, sha256Of } from './manifest.ts';

export function registerRestore(program: Command, io: Io): void {
  const command = withConfig(program.command('restore'))
    .description(
      'Put a backup into the data folder of this config, which must hold no queue and no database.',
    )
    .argument('<folder>', 'folder that sentinel backup has made')
    .action((folder: string, options: ConfigOption) => restore(io, folder, options));
  withExamples(command, 'sentinel restore /backups/sentinel-2026-01-31');
}

async function restore(io: Io, name: string, options: ConfigOption): Promise<void> {
  const config = configOf(io, options);
  const folder = resolve(io.cwd, name);
  const { dataDir } = config;
  if (config.engine.type !== 'embedded')
    throw new CliError('a backup is of the embedded engine; this config says engine.type: nats', 2);
  const manifest = await readManifest(folder);
  const database = databaseOf(config);
  if (manifest.destination !== config.destination.type)
    throw new CliError(
      `the backup is of a ${manifest.destination} destination, this config has ${config.destination.type}; restore it with the config in ${join(name, projectFolder)}`,
    );
  const queue = join(dataDir, 'queue', 'engine.mdb');
  for (const place of [
    join(dataDir, 'queue'),
    ...(database === undefined ? [] : [database, `${database}.wal`]),
  ])
    if (existsSync(place))
      throw new CliError(
        `${place} is there already, and nothing is overwritten: move it away, then restore again`,
      );

  // The queue last: a service that starts without it begins a new one, and says so.
  if (database !== undefined) await place(folder, databaseFile, database, manifest.files);
  await place(folder, queueFile, queue, manifest.files);
  await writeFile(join(dataDir, 'queue', 'id'), manifest.queue_id, { mode: 0o600 });
  await noteRestore(dataDir, manifest.made_at);
  await examineQueue(config, 'whole');
  say(
    io,
    `${dataDir} is as it was at ${manifest.made_at}. What was accepted later and is in no destination is gone.`,
  );
  if (database === undefined)
    say(
      io,
      `rows are in the ${manifest.destination} destination: one that is older says so at the start (destination_older)`,
    );
  say(
    io,
    `compare config, contracts and steps with ${join(name, projectFolder)}, put .env back, then: sentinel start`,
  );
}

function databaseOf({ destination, dataDir }: Config): string | undefined {
  if (destination.type !== 'duckdb') return undefined;
  return destination.path ?? join(dataDir, databaseFile);
}

/** Copies a file of the backup, checks the copy, and gives it its name once it is on disk. */
async function place(
  folder: string,
  name: string,
  to: string,
  files: readonly { path: string; sha256: string }[],
): Promise<void> {
  const entry = files.find(({ path }) => path === name);
  if (entry === undefined) throw new CliError(`the backup lacks ${name}`);
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const part = `${to}.restoring`;
  try {
    await copyFile(join(folder, name), part);
    await chmod(part, 0o600);
    const handle = await open(part, 'r+');
    await handle.sync();
    await handle.close();
    if ((await sha256Of(part)) !== entry.sha256)
      throw new CliError(`${part} is not what was copied; is the disk sound?`);
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
