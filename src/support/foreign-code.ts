import { Script } from 'node:vm';
import { type Result, fail, ok } from '../model/result.ts';

/** How a call of somebody else's code went wrong. */
export type Fault = { kind: 'threw'; error: unknown } | { kind: 'hung'; afterMs: number };

/** The longest that suspected code may take for one call; halved each time it does, so that many such calls cost little. */
const patienceMs = 2000;
const leastPatienceMs = 50;
const mostExtraMs = 4000;

let canBeEnded = false;
let limitMs: number | undefined;

/** This thread runs foreign code, and somebody ends it if that takes too long: calls have the time limit that is set here, or none. */
export function limitCalls(withinMs: number | undefined): void {
  canBeEnded = true;
  limitMs = withinMs;
}

/**
 * Code that is not ours, such as a contract's checks: what it throws is a value here, never an exception. What may never
 * end has a time limit, which costs 50 µs a call.
 */
export class ForeignCode {
  readonly #mayHang: boolean;
  #patience = patienceMs;
  #extraMs = 0;

  constructor(mayHang: boolean) {
    this.#mayHang = mayHang;
  }

  /** Code that took so long to compile is long: V8 makes its parts when they are called first, on a machine as busy as this one. */
  tookToCompile(ms: number): void {
    this.#extraMs = Math.min(this.#extraMs + Math.ceil(ms), mostExtraMs);
  }

  run<T>(work: () => T): Result<T, Fault> {
    try {
      const withinMs = canBeEnded ? limitMs : this.#mayHang ? this.#patience : undefined;
      return withinMs === undefined ? ok(work()) : this.#runBriefly(work, withinMs + this.#extraMs);
    } catch (error) {
      return fail({ kind: 'threw', error });
    }
  }

  #runBriefly<T>(work: () => T, withinMs: number): Result<T, Fault> {
    const done: { value: T }[] = [];
    if (endsWithin(withinMs, () => void done.push({ value: work() }))) return ok(done[0]!.value);
    this.#patience = Math.max(leastPatienceMs, Math.floor(this.#patience / 2));
    return fail({ kind: 'hung', afterMs: withinMs });
  }
}

/** Does the work, which is interrupted after that time, wherever it is; false then. Costs 50 µs. */
export function endsWithin(withinMs: number, work: () => void): boolean {
  callees.current = work;
  try {
    limited.runInThisContext({ timeout: withinMs });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return false;
  }
}

/** Node can interrupt a script, and with it a regular expression, but not a function; so the script calls the function. */
const calleesKey = Symbol.for('data-sentinel.foreign-code');
const shared = globalThis as { [calleesKey]?: { current: () => void } };
/** One for all copies of this module in the process, since the script sees only what is global. */
const callees = (shared[calleesKey] ??= { current: () => undefined });
const limited = new Script(`globalThis[Symbol.for('data-sentinel.foreign-code')].current()`);
