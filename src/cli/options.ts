import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig, type Config, type ConfigOverrides } from '../config/load.ts';
import type { Io } from './io.ts';

/** A parser for commander: whole numbers in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
    }
    return value;
  };
}

export interface ConfigOption {
  config?: string;
}

export function withConfig(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'config file (default: SENTINEL_CONFIG_PATH or ./sentinel-config.yaml)',
  );
}

/** The configuration as this command line means it. */
export function configOf(io: Io, options: ConfigOption, overrides: ConfigOverrides = {}): Config {
  const env = options.config === undefined ? io.env : { ...io.env, SENTINEL_CONFIG_PATH: options.config };
  return loadConfig({ cwd: io.cwd, env, overrides });
}

export interface ServerOptions extends ConfigOption {
  url?: string;
  token?: string;
}

/** For commands that talk to the service. */
export function withServer(command: Command): Command {
  return withConfig(command)
    .option(
      '--url <url>',
      'address of the service (default: as configured; without a service, the data folder itself)',
    )
    .option('--token <token>', 'API token (default: SENTINEL_API_TOKEN)');
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON instead of a table');
}

/** Adds the examples below a command's help. */
export function withExamples(command: Command, ...examples: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}
