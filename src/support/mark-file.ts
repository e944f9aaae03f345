import fs, { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

// As they are before foreign code is fenced: what it has not opened, it can't close.
const { openSync, writeSync } = fs;

/** A line that outlives its process, however that ends; not the machine. Costs some microseconds when it changes. */
export class MarkFile {
  readonly #file: number;
  #text = '';

  constructor(path: string) {
    this.#file = openSync(path, 'w', 0o600);
  }

  write(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    writeSync(this.#file, `${text}\n`, 0);
  }
}

/** Undefined where nothing can be written. */
export function openMark(path: string): MarkFile | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return new MarkFile(path);
  } catch {
    return undefined;
  }
}

/** For a thread that can't do so any more. */
export const clearMark = (path: string): void => writeFileSync(path, '', { mode: 0o600 });

/** Undefined when there is none. */
export function readMark(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] || undefined;
  } catch {
    return undefined;
  }
}
