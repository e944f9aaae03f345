import type { Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { CliError, print, type Io } from '../io.ts';
import { messageOf } from '../../model/errors.ts';
import { withExamples } from '../options.ts';
import { projectFiles } from './files.ts';
import { ownSource } from './surroundings.ts';

export function registerInit(program: Command, io: Io): void {
  const command = program
    .command('init')
    .description(
      'Begin a project: config, a contract, a step, a sample event, package.json, CI and Dockerfile. Never overwrites a file.',
    )
    .argument('[folder]', 'where', '.')
    .action((folder: string) => init(io, resolve(io.cwd, folder)));
  withExamples(command, 'sentinel init my-gatekeeper && cd my-gatekeeper && sentinel dev');
}

/** A config file that was there before may not know of the contract and its source. */
function configFault(folder: string): string | undefined {
  try {
    const { contracts, sources } = loadConfig({ cwd: folder, env: {} });
    const lacks = [
      ...(contracts.includes(join(folder, 'contracts')) ? [] : ['contracts: [./contracts]']),
      ...(Object.hasOwn(sources, 'website') ? [] : ['sources: { website: { contract: signup } }']),
    ];
    return lacks.length === 0
      ? undefined
      : `contracts/signup.ts is put to use once sentinel-config.yaml says, too:\n${lacks.map((line) => `  ${line}`).join('\n')}`;
  } catch (error) {
    return `mend sentinel-config.yaml first. ${messageOf(error)}`;
  }
}

async function init(io: Io, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(projectFiles(packageName(folder)))) {
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
      print(io, `kept   ${shown} (it already exists)`);
    }
  }
  const unused = configFault(folder);
  if (unused !== undefined) print(io, `\n${unused}`);
  const there = relative(io.cwd, folder);
  const next = [
    `${there === '' ? '' : `cd ${/^[\w./-]+$/.test(there) ? there : JSON.stringify(there)} && `}npm install`,
    'npx sentinel dev',
    'npx sentinel ingest samples/signup.json --source website   # in another terminal',
    'npm test                                                   # the contract and the step, without a service',
  ];
  print(io, `\nNext:\n${next.map((line) => `  ${line}`).join('\n')}`);
  if (ownSource().startsWith('file:'))
    print(
      io,
      '\npackage.json takes data-sentinel from a path of this machine: in the Dockerfile and in CI, npm ci does not find it. Put a package or a repository that they reach in its place first.',
    );
}

/** A name that npm accepts. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'my-gatekeeper' : name;
}
