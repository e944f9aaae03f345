import { type Command, Option } from 'commander';
import { checkEvents, type CheckOptions } from './check-events.ts';
import { type AgainstOptions, checkAgainst } from './contracts-against.ts';
import { configuredContracts } from './contracts-read.ts';
import { inWords } from '../contracts/problems.ts';
import { CliError, say, type Io, type Outcome } from './io.ts';
import { configOf, wholeNumber, withJson, withServer } from './options.ts';

export function registerCheck(contracts: Command, io: Io, outcome: Outcome): void {
  withJson(withServer(contracts.command('check')))
    .description(
      'Check the events of a file against their contract, and say in plain words what is wrong; of a long file, the first twenty valid events are named. With --against, try a contract on events that were valid, and say which would fail (exit code 1 when one does).',
    )
    .argument(
      '[file]',
      'events: JSON or NDJSON, - is standard input. With --against the contract: name[@version] or file (default for recent: all, the newest versions)',
    )
    .option('--contract <name>', 'check against this contract (default: as for an event that comes in)')
    .option('--contract-version <version>', 'check against this version')
    .option('--source <name>', 'as if this source had sent it')
    .option(
      '--against <recent|file>',
      'events to try the contract on: the last valid ones and open dead letters, or a file',
    )
    .option('--last <count>', 'how many of each, for recent', wholeNumber(1, 500), 200)
    .addOption(
      new Option('--format <format>', 'of the answer, with --against')
        .choices(['text', 'json', 'junit'])
        .default('text'),
    )
    .action(async (file: string | undefined, options: CheckOptions & Partial<AgainstOptions>) => {
      const config = configOf(io, options);
      if (!(await passes(file, options))) outcome.exitCode = 1;

      async function passes(
        given: string | undefined,
        { against, ...rest }: typeof options,
      ): Promise<boolean> {
        if (against !== undefined)
          return checkAgainst(io, config, given, { ...rest, against } as AgainstOptions);
        if (given === undefined) throw new CliError('a file of events is needed, or --against', 2);
        return checkEvents(
          io,
          given,
          rest,
          config,
          await configuredContracts(config, (warning) => say(io, `warning: ${inWords(warning)}`)),
        );
      }
    });
}
