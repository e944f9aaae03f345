import { Script } from 'node:vm';
import { type Result, fail, ok } from '../model/result.ts';
import { noteLabel, noteRunning } from './board.ts';

/** How a call of somebody else's code went wrong. */
export type Fault = { kind: 'threw'; error: unknown } | { kind: 'hung'; afterMs: number };

/** The longest that suspected code may take for one call; halved each time it does, so that many such calls cost little. */
const patienceMs = 2000;
const leastPatienceMs = 50;

const suspectedLabels = new Set<string>();
const known = new Map<string, WeakRef<ForeignCode>>();

/**
 * Code that is not ours, such as a contract's checks: what it throws is a value here, never an exception. The thread that
 * watches this one can see that it runs. Code that may never end is suspected, and each call has a
 * time limit. Without suspicion there is none, since a limit costs 50 µs a call.
 */
export class ForeignCode {
  /** For people: `contract order 1.0.0`. */
  readonly label: string;
  readonly #ordinal: number;
  #suspected: boolean;
  #patience = patienceMs;

  constructor(label: string) {
    this.label = label;
    this.#ordinal = noteLabel(label);
    this.#suspected = suspectedLabels.has(label);
    known.set(label, new WeakRef(this));
  }

  get isSuspected(): boolean {
    return this.#suspected;
  }

  suspect(): void {
    this.#suspected = true;
  }

  run<T>(work: () => T): Result<T, Fault> {
    noteRunning(this.#ordinal);
    try {
      return this.#suspected ? this.#runBriefly(work) : ok(work());
    } catch (error) {
      return fail({ kind: 'threw', error });
    } finally {
      noteRunning(0);
    }
  }

  #runBriefly<T>(work: () => T): Result<T, Fault> {
    const done: { value: T }[] = [];
    callees.current = () => void done.push({ value: work() });
    try {
      limited.runInThisContext({ timeout: this.#patience });
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const afterMs = this.#patience;
      this.#patience = Math.max(leastPatienceMs, Math.floor(afterMs / 2));
      return fail({ kind: 'hung', afterMs });
    }
    return ok(done[0]!.value);
  }
}

/** Node can interrupt a script, and with it a regular expression, but not a function; so the script calls the function. */
const callees: { current: () => void } = { current: () => undefined };
const calleesKey = Symbol.for('data-sentinel.foreign-code');
Object.defineProperty(globalThis, calleesKey, { value: callees, configurable: true });
const limited = new Script(`globalThis[Symbol.for('data-sentinel.foreign-code')].current()`);

/** From now on, code of this label has a time limit, also when it is loaded later. */
export function suspectCode(label: string): void {
  suspectedLabels.add(label);
  known.get(label)?.deref()?.suspect();
}
