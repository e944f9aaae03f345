import { Command, CommanderError } from 'commander';
import { SentinelError, messageOf } from '../model/errors.ts';
import { packageVersion } from '../support/package-folder.ts';
import { registerAudit } from './audit.ts';
import { registerBackup } from './backup/backup.ts';
import { registerRestore } from './backup/restore.ts';
import { registerBench } from './bench.ts';
import { registerCompletion } from './completion.ts';
import { registerContracts } from './contracts.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { registerDev } from './dev.ts';
import { registerDoctor } from './doctor.ts';
import { registerErase } from './erase.ts';
import { registerExport } from './export.ts';
import { registerEvents } from './events.ts';
import { registerIngest } from './ingest.ts';
import { registerInit } from './project/init.ts';
import { registerKeys } from './keys.ts';
import { CliError, say, type Io, type Outcome } from './io.ts';
import { registerMigrate } from './migrate.ts';
import { registerQuery } from './query.ts';
import { registerAlerts } from './alerts.ts';
import { registerJobs } from './jobs.ts';
import { registerReplay } from './replay.ts';
import { registerRules } from './rules.ts';
import { registerSimulate } from './simulate.ts';
import { registerSnapshot } from './snapshot.ts';
import { registerSources } from './sources.ts';
import { registerStart } from './start.ts';

const registrations = [
  registerInit,
  registerStart,
  registerDev,
  registerIngest,
  registerEvents,
  registerContracts,
  registerRules,
  registerDeadLetters,
  registerReplay,
  registerJobs,
  registerAlerts,
  registerSimulate,
  registerQuery,
  registerExport,
  registerSnapshot,
  registerBackup,
  registerRestore,
  registerErase,
  registerKeys,
  registerAudit,
  registerSources,
  registerMigrate,
  registerBench,
  registerCompletion,
  registerDoctor,
];

/** Runs one command line. Resolves with its exit code: 0 done, 1 failed, 2 used wrongly. Never rejects. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = new Command('sentinel')
    .description('The gatekeeper between your webhooks and your warehouse.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError('(add --help for help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      ...(io.columns === undefined ? {} : { getOutHelpWidth: () => io.columns ?? 80 }),
    });
  const outcome: Outcome = { exitCode: 0 };
  for (const register of registrations) register(program, io, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): number {
  // Commander has said what was wrong; all that is left is our code for it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError) {
    say(io, `error: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof SentinelError) {
    say(io, `error: ${error.message} (${error.code})`);
    return 1;
  }
  say(io, `error: ${messageOf(error)}`);
  if (error instanceof Error && error.stack !== undefined && io.env['SENTINEL_DEBUG']) say(io, error.stack);
  return 1;
}
