import { type Beat, countOf, createBeat } from '../support/beat.ts';
import { type SharedNote, createNote, readNote } from '../support/shared-note.ts';

/** Ended by itself, for a reason that is known when it was ended from here. */
export class ThreadEnded extends Error {}

/** What a thread gets that reads other people's files. */
export interface Reading {
  /** Grows while the thread's event loop turns. */
  beat: Beat;
  /** The thread writes the name of each file there before its code runs. */
  reading: SharedNote;
  /** Files that it does not read, and why. */
  setAside: ReadonlyMap<string, string>;
  /** The thread is to be ended. */
  signal: AbortSignal;
}

/** A file whose code did not end, or ended its thread. */
export interface ReadingFault {
  file: string;
  what: string;
  isHung: boolean;
  /** It is not tried once more. */
  isLast: boolean;
}

const lookEveryMs = 100;
/** A file that waits for something, and does not keep its thread from turning, has so long. */
const waitsAtMostMs = 30_000;

/**
 * Has a thread read files. When the code of a file does not end, the thread is replaced: the file is tried once more, with twice
 * the time, and then set aside, as one is at once that ends its thread; the others go on. `read` rejects with `ThreadEnded` when
 * the thread ended, and with the faults of the files, which are passed on. `known`: files that are set aside from the beginning.
 */
export async function untilRead<T>(
  stallMs: number,
  onFault: (fault: ReadingFault) => void,
  read: (given: Reading) => Promise<T>,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<T> {
  const setAside = new Map(known);
  const tried = new Set<string>();
  for (;;) {
    const beat = createBeat();
    const watch = new ReadingWatch(beat, (file) => stallMs * (tried.has(file) ? 2 : 1));
    try {
      return await read({ beat, setAside, ...watch.given });
    } catch (error) {
      const file = watch.look();
      if (!(error instanceof ThreadEnded) || file === undefined) throw error;
      const isHung = watch.stopped !== undefined;
      const what = watch.stopped ?? `did not end well when it was read: ${error.message}`;
      const isLast = tried.has(file) || !isHung;
      onFault({ file, what, isHung, isLast });
      if (isLast) setAside.set(file, `${what}. Mend the code at the top level of the file, then start again`);
      else tried.add(file);
    } finally {
      watch.end();
    }
  }
}

/** Ends a thread that does not come to an end with a file. */
class ReadingWatch {
  /** Why the thread was ended, when it was. */
  stopped: string | undefined;
  readonly #reading = createNote();
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #since = Date.now();
  #turnedAt = Date.now();
  #count = 0;
  #files = 0;
  #cpu = process.cpuUsage();

  constructor(beat: Beat, limitMs: (file: string) => number) {
    this.#timer = setInterval(() => {
      const now = Date.now();
      if (countOf(beat) !== this.#count) [this.#count, this.#turnedAt] = [countOf(beat), now];
      const file = this.look();
      if (file === undefined) return;
      const limit = limitMs(file);
      if (now - Math.max(this.#since, this.#turnedAt) > limit && this.#usedMs() > limit / 2)
        this.#end(`did not end within ${limit / 1000} s when it was read`);
      else if (now - this.#since > waitsAtMostMs + limit)
        this.#end(`still waited for something ${(waitsAtMostMs + limit) / 1000} s after it was read`);
    }, lookEveryMs).unref();
  }

  get given() {
    return { signal: this.#stop.signal, reading: this.#reading };
  }

  /** The file whose code runs, as far as can be told, and from when on. */
  look(): string | undefined {
    const note = readNote(this.#reading);
    if (note === undefined) return undefined;
    if (note.count !== this.#files) {
      this.#files = note.count;
      this.#since = Date.now();
      this.#cpu = process.cpuUsage();
    }
    return note.text === '' ? undefined : note.text;
  }

  /** On a busy machine a thread that had no turn has not hung. */
  #usedMs(): number {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) / 1000;
  }

  #end(why: string): void {
    this.stopped ??= why;
    this.#stop.abort();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
