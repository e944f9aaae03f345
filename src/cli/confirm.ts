import { createInterface } from 'node:readline/promises';
import { CliError, type Io } from './io.ts';

/** Asks a yes-or-no question; no is the default. Throws when nobody can be asked and `--yes` was not given. */
export async function confirm(io: Io, question: string, options: { yes?: boolean }): Promise<boolean> {
  if (options.yes === true) return true;
  if (!io.interactive) throw new CliError(`${question} Nobody is here to answer; add --yes to go ahead.`, 2);
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(?:es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
