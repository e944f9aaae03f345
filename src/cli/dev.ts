import type { Command } from 'commander';
import type { Io } from './io.ts';
import { configOf, withConfig, withExamples } from './options.ts';
import { runService } from './run-service.ts';
import { overridesOf, withListening, type StartOptions } from './start.ts';

export function registerDev(program: Command, io: Io): void {
  const command = withListening(withConfig(program.command('dev')))
    .description('Run the service, and load contracts, steps and settings again when their files change.')
    .action(async (options: StartOptions) => {
      const reloadConfig = () => configOf(io, options, overridesOf(io, options));
      const config = reloadConfig();
      const { startDev } = await import('../runtime/dev.ts');
      await runService(io, config, (logging) => startDev(config, { ...logging, reloadConfig }));
    });
  withExamples(command, 'sentinel dev');
}
