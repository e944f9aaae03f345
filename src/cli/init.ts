import type { Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { CliError, print, type Io } from './io.ts';
import { messageOf } from '../errors.ts';
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
  print(io, '\nNext: sentinel dev');
}
