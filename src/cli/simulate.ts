import type { Command } from 'commander';
import { createLogger } from '../log.ts';
import { print, type Io, type Outcome } from './io.ts';
import { withExamples } from './options.ts';

export function registerSimulate(program: Command, io: Io, outcome: Outcome): void {
  const command = program
    .command('simulate')
    .description('Breach a contract on purpose, in a temporary folder, and see that it is caught. For CI.')
    .action(async () => {
      const { runSimulation } = await import('../simulate.ts');
      const destination = { write: (line: string) => void io.stderr.write(line) };
      const log = createLogger({ level: 'error', format: 'json' }, { destination });
      const { ok } = await runSimulation({ log, print: (line) => print(io, line) });
      if (!ok) outcome.exitCode = 1;
    });
  withExamples(command, 'sentinel simulate   # exit code 0: caught, repaired and loaded as expected');
}
