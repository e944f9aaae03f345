import type { Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { CliError, print, type Io } from './io.ts';
import { messageOf } from '../model/errors.ts';
import { withExamples } from './options.ts';
import { projectFiles } from './templates.ts';

export function registerInit(program: Command, io: Io): void {
  const command = program
    .command('init')
    .description('Write a config file, an example contract and an example step. Never overwrites a file.')
    .argument('[folder]', 'where', '.')
    .action((folder: string) => init(io, resolve(io.cwd, folder)));
  withExamples(command, 'sentinel init my-gatekeeper && cd my-gatekeeper && sentinel dev');
}

/** A config file that was there before may not know of the contract. */
function configFault(folder: string): string | undefined {
  const fix = 'contracts/example.ts is loaded once sentinel-config.yaml says contracts: [./contracts]';
  try {
    return loadConfig({ cwd: folder, env: {} }).contracts.includes(join(folder, 'contracts'))
      ? undefined
      : fix;
  } catch (error) {
    return `sentinel-config.yaml has to be mended first. ${messageOf(error)}`;
  }
}

async function init(io: Io, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(projectFiles())) {
    const path = join(folder, name);
    const shown = relative(io.cwd, path);
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(path, text, { flag: 'wx' });
      print(io, `wrote  ${shown}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new CliError(`${shown} can't be written: ${messageOf(error)}`);
      }
      print(io, `kept   ${shown} (it was there before)`);
    }
  }
  const unused = configFault(folder);
  if (unused !== undefined) print(io, `\n${unused}`);
  const there = relative(io.cwd, folder);
  print(io, `\nNext: ${there === '' ? '' : `cd ${there} && `}sentinel dev`);
}
