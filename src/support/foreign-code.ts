import { Script } from 'node:vm';
import { type Result, fail, ok } from '../model/result.ts';

/** How a call of somebody else's code went wrong. */
export type Fault = { kind: 'threw'; error: unknown } | { kind: 'hung'; afterMs: number };

/** The longest that suspected code may take for one call; halved each time it does, so that many such calls cost little. */
let patienceMs = 2000;
const leastPatienceMs = 50;

let canBeEnded = false;
const known = new Set<string>();

/** This thread runs foreign code, and somebody ends it if that takes too long: only code that is known to hang needs a time limit. */
export function limitOnlyKnown(labels: readonly string[], firstPatienceMs: number): void {
  patienceMs = firstPatienceMs;
  canBeEnded = true;
  for (const label of labels) known.add(label);
}

/**
 * Code that is not ours, such as a contract's checks: what it throws is a value here, never an exception. What may never
 * end has a time limit, which costs 50 µs a call.
 */
export class ForeignCode {
  readonly #limited: boolean;
  #patience = patienceMs;

  /** `label`, for people: `contract order 1.0.0`. */
  constructor(label: string, mayHang: boolean) {
    this.#limited = canBeEnded ? known.has(label) : mayHang;
  }

  run<T>(work: () => T): Result<T, Fault> {
    try {
      return this.#limited ? this.#runBriefly(work) : ok(work());
    } catch (error) {
      return fail({ kind: 'threw', error });
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
const calleesKey = Symbol.for('data-sentinel.foreign-code');
const shared = globalThis as { [calleesKey]?: { current: () => void } };
/** One for all copies of this module in the process, since the script sees only what is global. */
const callees = (shared[calleesKey] ??= { current: () => undefined });
const limited = new Script(`globalThis[Symbol.for('data-sentinel.foreign-code')].current()`);
