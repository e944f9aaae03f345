import type { Command } from 'commander';
import { CliError, print, printJson, say, type Io } from './io.ts';
import { configOf, withConfig, withExamples, withJson, type ConfigOption } from './options.ts';
import { formatTable } from './table.ts';

interface MigrateOptions extends ConfigOption {
  dryRun?: boolean;
  json?: boolean;
}

export function registerMigrate(program: Command, io: Io): void {
  const command = withJson(withConfig(program.command('migrate')))
    .description(
      'Carry the queue and the state of a data folder (the embedded engine) over to the NATS that is configured. Stop the service first. An interrupted migration goes on when it is run again.',
    )
    .option('--dry-run', 'only count what there is in the folder; NATS is not looked at')
    .action((options: MigrateOptions) => run(io, options));
  withExamples(
    command,
    'SENTINEL_ENGINE=nats SENTINEL_NATS_SERVERS=nats-1:4222 sentinel migrate --dry-run',
    'SENTINEL_ENGINE=nats SENTINEL_NATS_SERVERS=nats-1:4222 sentinel migrate',
  );
}

async function run(io: Io, options: MigrateOptions): Promise<void> {
  const config = configOf(io, options);
  const { dataDir, engine } = config;
  if (engine.type !== 'nats')
    throw new CliError(
      'engine.type is embedded; name the target: engine.type: nats (SENTINEL_ENGINE=nats) and engine.servers',
      2,
    );
  const { migrate } = await import('../engine/migrate.ts');
  const { carried, kept } = await migrate(
    { dataDir, engine },
    { dryRun: options.dryRun === true, progress: (line) => say(io, line) },
  );
  if (options.json === true) return printJson(io, { carried, kept: kept ?? null });
  print(
    io,
    formatTable(
      ['what', 'messages', 'events'],
      carried.map(({ what, messages, events }) => [
        what,
        String(messages),
        what === 'state' ? '' : String(events),
      ]),
    ),
  );
  if (kept !== undefined) print(io, `\nAll of it was found again on NATS. The old queue is kept in ${kept}.`);
}
