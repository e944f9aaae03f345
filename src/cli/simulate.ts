import type { Command } from 'commander';
import { contractFolders } from '../config/project.ts';
import type { Config } from '../config/load.ts';
import type { Contract } from '../contracts/contract.ts';
import { createLogger } from '../support/log.ts';
import { contractsIn } from './contracts-read.ts';
import { openEvents } from './event-source.ts';
import { print, type Io, type Outcome } from './io.ts';
import { configOf, withConfig, withExamples, type ConfigOption } from './options.ts';

interface SimulateOptions extends ConfigOption {
  events?: string;
  source: string;
}

export function registerSimulate(program: Command, io: Io, outcome: Outcome): void {
  const command = withConfig(program.command('simulate'))
    .description(
      "Breach this project's contracts on purpose, in a temporary folder, and check that each breach is caught. For CI.",
    )
    .option(
      '--events <file>',
      'send these events instead (JSON or NDJSON; - is standard input) and say how each ended',
    )
    .option('--source <name>', 'with --events: the source that sends them', 'simulation')
    .action(async (options: SimulateOptions) => {
      if (!(await simulate(io, options))) outcome.exitCode = 1;
    });
  withExamples(
    command,
    'sentinel simulate                       # exit code 0: loaded, repaired and caught as expected',
    'sentinel simulate --events sample.json  # exit code 0: no event became a dead letter',
  );
}

async function simulate(io: Io, { events, source, ...options }: SimulateOptions): Promise<boolean> {
  const config = configOf(io, options);
  const { simulateBreaches, simulateEvents } = await import('./simulation/run.ts');
  const destination = { write: (line: string) => void io.stderr.write(line) };
  const context = {
    config,
    log: createLogger({ level: 'error', format: 'json' }, { destination }),
    print: (line: string) => print(io, line),
  };
  if (events !== undefined) return simulateEvents(await openEvents(io, events), source, context);
  return simulateBreaches({ ...context, own: await ownContracts(config) });
}

/** The contracts of the project's own folders, without those that the package ships. */
async function ownContracts(config: Config): Promise<Contract[]> {
  const folders = contractFolders({ builtinContracts: false, contracts: config.contracts });
  const shipped = contractFolders({ builtinContracts: true, contracts: [] });
  const own = folders.filter((folder) => !shipped.includes(folder));
  return own.length === 0 ? [] : (await contractsIn(own, config)).all();
}
