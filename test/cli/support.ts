import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandRun, type Terminal, runCommand } from '../helpers/command.ts';

export type { CommandRun as CliRun } from '../helpers/command.ts';

/** A folder to run commands in. */
export async function cliFolder(): Promise<{
  folder: string;
  cli: (args: string[], options?: Terminal & { env?: Record<string, string> }) => Promise<CommandRun>;
  dispose: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-cli-'));
  return {
    folder,
    cli: (args, { env, ...terminal } = {}) => runCommand(folder, args, env, terminal),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
