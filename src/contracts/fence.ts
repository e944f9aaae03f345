import type { JsonObject } from '../model/json.ts';
import { pointerOf } from '../model/pointer.ts';
import { type Result, fail } from '../model/result.ts';
import type { Violation, ViolationCode } from '../model/violation.ts';
import { type Fault, ForeignCode } from '../support/foreign-code.ts';
import type { Contract, FieldCheck, Validation } from './contract.ts';
import { Uncompiled } from './on-demand.ts';
import { violationAt } from './violation.ts';

type Named = Pick<Contract, 'name' | 'version'>;

/** The parts of a contract that run its author's code, or a compiler's. */
export interface Judge {
  validate(event: JsonObject): Validation;
  checkFields(fields: readonly string[]): FieldCheck | undefined;
  /** Looks at one declared field by itself, to find out which one fails; undefined when the contract does not allow that. */
  tryField(field: string): ((event: JsonObject) => unknown) | undefined;
  /** The names of the declared fields. */
  fields: readonly string[];
  /** Its code may never end, as can be told from the start: each call has a time limit then, which costs some 50 µs. */
  mayHang: boolean;
}

/**
 * A contract is other people's code. What it throws, and what never ends, costs the event that it is about: it is a
 * violation that names the contract, and the field where that can be found out.
 */
export function fenced(contract: Named, judge: Judge): Pick<Contract, 'validate' | 'checkFields'> {
  const code = new ForeignCode(judge.mayHang);
  const run = <T>(work: () => T): Result<T, Fault> => {
    for (;;) {
      const outcome = code.run(work);
      if (outcome.ok || outcome.error.kind === 'hung') return outcome;
      const { error } = outcome.error;
      if (!(error instanceof Uncompiled)) return outcome;
      try {
        const began = performance.now();
        error.compile();
        code.tookToCompile(performance.now() - began);
      } catch (error) {
        return fail({ kind: 'threw', error });
      }
    }
  };
  /** The fields with the one that failed last at the head: mostly it is to blame again. */
  let fields = judge.fields;

  function culprit(event: JsonObject): string | undefined {
    for (const field of fields) {
      const attempt = run(() => judge.tryField(field)?.(event));
      if (attempt.ok || isOurs(attempt.error)) continue;
      fields = [field, ...fields.filter((other) => other !== field)];
      return field;
    }
    return undefined;
  }

  return {
    validate(event) {
      const outcome = run(() => judge.validate(event));
      if (outcome.ok) return outcome.value;
      const field = culprit(event);
      return { ok: false, violations: [explain(contract, outcome.error, event, field)] };
    },
    checkFields(fields) {
      const made = run(() => judge.checkFields(fields));
      const check = made.ok ? made.value : undefined;
      if (check === undefined) return undefined;
      return (event) => {
        const outcome = run(() => check(event));
        return outcome.ok ? outcome.value : undefined;
      };
    },
  };
}

/** `tryField` could not make its part of the schema. */
class NoPart extends Error {}
const isOurs = (fault: Fault): boolean => fault.kind === 'threw' && fault.error instanceof NoPart;

/** For `tryField`: what can't be looked at by itself is not to blame. */
export function part<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new NoPart('not by itself', { cause: error });
  }
}

/** The error's message may quote the event, so only its name is told. */
function explain(contract: Named, fault: Fault, event: JsonObject, field: string | undefined): Violation {
  const path = field === undefined ? [] : [field];
  const at = field === undefined ? 'an event' : pointerOf(path);
  if (fault.kind === 'hung')
    return brokenContract(
      'contract_hung',
      contract,
      event,
      path,
      `did not finish its check of ${at} within ${fault.afterMs} ms: look for a regular expression that backtracks, alternatives that refer to their own schema, or a loop`,
    );
  const what = `failed in its own code at ${at} (${nameOf(fault.error)})`;
  return brokenContract('contract_failed', contract, event, path, what);
}

/** What was thrown may be anything, also something that throws when it is looked at. */
function nameOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.name.slice(0, 64) : 'it threw no error';
  } catch {
    return 'it threw no error';
  }
}

/** A violation that is the contract's fault: no repair of the event can help, and a person has to mend the contract. */
export function brokenContract(
  code: BrokenCode,
  { name, version }: Named,
  event: JsonObject,
  path: readonly string[],
  what: string,
): Violation {
  const violation = violationAt(event, path, code, 'a value that the code of the contract can judge');
  const message = `Contract ${name} ${version} ${what}. Mend the contract, then replay this event.`;
  return { ...violation, code, message };
}

type BrokenCode = Extract<ViolationCode, 'contract_failed' | 'contract_hung'>;

/** What the contract itself is to blame for, if anything. */
export function brokenBy(violations: readonly Violation[]): Violation | undefined {
  return violations.find(({ code }) => code === 'contract_failed' || code === 'contract_hung');
}
