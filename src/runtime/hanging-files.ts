import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { builtFile } from '../support/package-folder.ts';

/** What the process that imports files is told. */
export interface ImportOrder {
  files: readonly string[];
  stallMs: number;
  /** See `importModule`. */
  cache: string | undefined;
}

/** What it answers: what is wrong with some of them. */
export type ImportVerdict = [file: string, what: string][];

/** Of the pipe on which it names each file before that file's code runs. */
export const namesFd = 4;

/**
 * Modules whose code does not end when they are imported, or ends its thread or its process, and what is said of each. They run in
 * another process.
 */
export async function hangingFiles(
  files: readonly string[],
  options: Omit<ImportOrder, 'files'>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const left = files.filter((file) => !found.has(file));
    if (left.length === 0) return found;
    const { verdict, signal, reading } = await importAll({ files: left, ...options });
    for (const [file, what] of verdict) found.set(file, what);
    // Killed from outside: what is wrong is told when the files are read in earnest.
    if (signal === undefined || !left.includes(reading)) return found;
    const what = `ends the process that reads it (${signal})`;
    found.set(reading, `${what}. Mend the code at the top level of the file, then start again`);
  }
}

interface Imported {
  verdict: ImportVerdict;
  /** That ended it before it was done. */
  signal: string | undefined;
  /** The file whose code ran at last. */
  reading: string;
}

function importAll(order: ImportOrder): Promise<Imported> {
  return new Promise((resolve) => {
    const child = fork(builtFile('import-process'), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    });
    let names = '';
    let verdict: ImportVerdict | undefined;
    (child.stdio[namesFd] as Readable).setEncoding('utf8').on('data', (text: string) => (names += text));
    child.once('message', (said) => (verdict = said as ImportVerdict));
    const over = (_code?: unknown, signal?: string | null): void => {
      const reading = names.split('\n').at(-2) ?? '';
      resolve({ verdict: verdict ?? [], signal: verdict ? undefined : (signal ?? undefined), reading });
    };
    // Not at its exit: its last words are read by then.
    child.once('close', over);
    child.once('error', () => over());
    child.send(order);
  });
}
