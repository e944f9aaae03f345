import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/environment.ts';
import { createInterface } from 'node:readline/promises';

/** What the commands know of the world: the process's own, or a test's. */
export interface Io {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  env: Environment;
  cwd: string;
  /** Width of the terminal that standard output is; undefined when it is a file or a pipe. */
  columns: number | undefined;
  /** Whether a person can be asked: input and messages are a terminal. */
  interactive: boolean;
}

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // `sentinel query … | head` closes the pipe early, which is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    stderr.write(`error: the output can't be written: ${error.message}\n`);
    process.exit(1);
  });
  return {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    columns: stdout.isTTY ? stdout.columns : undefined,
    interactive: stdin.isTTY && stderr.isTTY,
  };
}

export const print = (io: Io, text: string): void => void io.stdout.write(`${text}\n`);
export const say = (io: Io, text: string): void => void io.stderr.write(`${text}\n`);
export const printJson = (io: Io, value: unknown): void => print(io, JSON.stringify(value, null, 2));

/** `1 event`, `2 events`. */
export const amountOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A failure that is told in one sentence, without a stack. Exit code 1, or 2 when the command was used wrongly. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** For commands that end well and still have found something wrong. */
export interface Outcome {
  exitCode: 0 | 1;
}

/** Asks a yes-or-no question; no is the default. Throws when nobody can be asked and `--yes` was not given. */
export async function confirm(io: Io, question: string, options: { yes?: boolean }): Promise<boolean> {
  if (options.yes === true) return true;
  if (!io.interactive)
    throw new CliError(`${question} There is no terminal to ask on; add --yes to go ahead.`, 2);
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(?:es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
