import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import type { ConfigOverrides, Role } from '../config/load.ts';
import { roles } from '../config/engine.ts';
import type { Io } from './io.ts';
import { configOf, wholeNumber, withConfig, withExamples, type ConfigOption } from './options.ts';
import { runService } from './run-service.ts';

export interface StartOptions extends ConfigOption {
  host?: string;
  port?: number;
  dataDir?: string;
  role?: Role;
}

export function registerStart(program: Command, io: Io): void {
  const command = withListening(withConfig(program.command('start')))
    .description('Run the service until SIGINT, SIGTERM or SIGHUP.')
    .addOption(
      new Option(
        '--role <role>',
        'what this process does; other roles than all need engine.type: nats (SENTINEL_ROLE)',
      ).choices(roles),
    )
    .option(
      '--demo',
      'send made-up events of several sources, some of them broken, into a data folder of its own',
    )
    .option('--demo-seed <number>', 'the same events each time', wholeNumber(0, 2 ** 32 - 1))
    .action((options: StartOptions & DemoOptions) =>
      options.demo === true ? demo(io, options) : start(io, options),
    );
  withExamples(
    command,
    'sentinel start',
    'sentinel start --demo',
    'SENTINEL_API_TOKEN=… sentinel start --host 0.0.0.0 --port 8080',
    'SENTINEL_ENGINE=nats SENTINEL_NATS_SERVERS=nats-1:4222,nats-2:4222 sentinel start --role worker',
  );
}

interface DemoOptions {
  demo?: boolean;
  demoSeed?: number;
}

async function start(io: Io, options: StartOptions): Promise<void> {
  const config = configOf(io, options, overridesOf(io, options));
  const { startSentinel } = await import('../runtime/sentinel.ts');
  await runService(io, config, (options) => startSentinel(config, options));
}

async function demo(io: Io, options: StartOptions & DemoOptions): Promise<void> {
  const { demoConfig, startDemo } = await import('../demo/demo.ts');
  const overrides = overridesOf(io, options);
  const { dataDir } = overrides;
  const config = demoConfig(configOf(io, options, overrides), dataDir === undefined ? {} : { dataDir });
  const seed = options.demoSeed === undefined ? {} : { seed: options.demoSeed };
  await runService(io, config, (logging) => startDemo(config, { ...logging, ...seed }));
}

export function withListening(command: Command): Command {
  return command
    .option('--host <host>', 'address to listen on (one that others reach needs SENTINEL_API_TOKEN)')
    .option('-p, --port <port>', 'port to listen on', wholeNumber(0, 65_535))
    .option('--data-dir <folder>', 'where queue, state and data are kept');
}

export function overridesOf(io: Io, { host, port, dataDir, role }: StartOptions): ConfigOverrides {
  return {
    http: { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) },
    ...(role === undefined ? {} : { role }),
    ...(dataDir === undefined ? {} : { dataDir: resolve(io.cwd, dataDir) }),
  };
}
