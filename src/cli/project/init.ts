import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { CliError, print, type Io } from '../io.ts';
import { messageOf } from '../../model/errors.ts';
import { withExamples } from '../options.ts';
import { projectFiles } from './files.ts';
import { ownSource, testScript } from './surroundings.ts';

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

/** npm's own, which only fails. */
const placeholder = /no test specified/;

/** What a package.json that was there before lacks, as commands that add it. */
function packageLacks(folder: string): string[] {
  const known = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    type?: string;
    scripts?: { test?: string };
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const { type, scripts: { test = '' } = {}, dependencies, devDependencies } = known;
  const add = (setting: string) => `npm pkg set ${JSON.stringify(setting)}`;
  return [
    ...(test === '' || placeholder.test(test) ? [add(`scripts.test=${testScript}`)] : []),
    ...(type === 'module' ? [] : [add('type=module')]),
    ...('data-sentinel' in { ...dependencies, ...devDependencies }
      ? []
      : [add(`dependencies.data-sentinel=${ownSource()}`)]),
  ];
}

function packageFault(folder: string): string | undefined {
  try {
    const lacks = packageLacks(folder);
    return lacks.length === 0
      ? undefined
      : `package.json lacks what the commands below use; this adds it:\n${lacks.map((line) => `  ${line}`).join('\n')}`;
  } catch (error) {
    return `mend package.json first. ${messageOf(error)}`;
  }
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
  for (const fault of [configFault(folder), packageFault(folder)])
    if (fault !== undefined) print(io, `\n${fault}`);
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
