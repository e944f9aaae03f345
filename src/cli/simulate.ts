import type { Command } from 'commander';
import { createLogger } from '../support/log.ts';
import { print, type Io, type Outcome } from './io.ts';
import { configOf, withConfig, withExamples, type ConfigOption } from './options.ts';

export function registerSimulate(program: Command, io: Io, outcome: Outcome): void {
  const command = withConfig(program.command('simulate'))
    .description(
      "Breach a contract on purpose, in a temporary folder with this project's contracts, and see that it is caught. For CI.",
    )
    .action(async (options: ConfigOption) => {
      const { contracts: contractFolders } = configOf(io, options);
      const { runSimulation } = await import('./simulate-breach.ts');
      const destination = { write: (line: string) => void io.stderr.write(line) };
      const log = createLogger({ level: 'error', format: 'json' }, { destination });
      const { ok } = await runSimulation({
        contractFolders,
        log,
        print: (line) => print(io, line),
      });
      if (!ok) outcome.exitCode = 1;
    });
  withExamples(command, 'sentinel simulate   # exit code 0: caught, repaired and loaded as expected');
}
