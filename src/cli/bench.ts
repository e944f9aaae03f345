import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { packageFolder } from '../support/package-folder.ts';
import { CliError, type Io, type Outcome } from './io.ts';
import { withExamples } from './options.ts';

export function registerBench(program: Command, io: Io, outcome: Outcome): void {
  const command = program
    .command('bench')
    .description('Measure this machine: events accepted and loaded per second.')
    .argument('[arguments...]', 'passed on to the benchmark')
    .allowUnknownOption()
    .action((args: string[]) => bench(io, args, outcome));
  withExamples(command, 'sentinel bench');
}

async function bench(io: Io, args: readonly string[], outcome: Outcome): Promise<void> {
  const script = packageFolder('bench/run.mjs');
  if (!existsSync(script)) {
    throw new CliError(
      'the benchmark is not part of the published package; run it in a clone of the repository: npm run bench',
    );
  }
  // Its lines go where ours go.
  const child = spawn(process.execPath, [script, ...args], {
    cwd: io.cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) outcome.exitCode = 1;
}
