import { Command, CommanderError } from 'commander';
import { SentinelError, messageOf } from '../model/errors.ts';
import { packageVersion } from '../support/package-folder.ts';
import { type Register, commands } from './commands.ts';
import { CliError, say, type Io, type Outcome } from './io.ts';

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
  for (const register of await asked(args[0])) register(program, io, outcome);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

/** The command of this name; all of them where none has it, for the help and for what may have been meant, and for completion. */
async function asked(name = ''): Promise<Register[]> {
  const isAlone = Object.hasOwn(commands, name) && name !== 'completion';
  const known = isAlone ? [commands[name]!] : Object.values(commands);
  return Promise.all(known.map((load) => load()));
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
