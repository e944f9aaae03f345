import { type JsonObject, isObject } from '../model/json.ts';
import type { Violation } from '../model/violation.ts';
import { pointerOf } from '../model/pointer.ts';
import type { Contract, UndeclaredPolicy } from './contract.ts';
import type { Judge } from './fence.ts';
import { isOpen } from './json-schema/open.ts';
import { deref } from './json-schema/refs.ts';
import { topFields } from './mapping.ts';
import { maxViolations, violationAt } from './violation.ts';

/** By these an event says what it is and whose, also to a contract that declares none of them. */
const envelope = ['event_id', 'timestamp', 'version', 'source', 'type'];

/** The judge of a contract whose undeclared top-level fields are violations; other policies change nothing. */
export function refusingUndeclared(policy: UndeclaredPolicy, fields: Iterable<string>, judge: Judge): Judge {
  if (policy !== 'reject') return judge;
  const declared = new Set([...fields, ...envelope]);
  return {
    ...judge,
    validate(event) {
      const validation = judge.validate(event);
      const violations = validation.ok ? [] : validation.violations;
      const said = new Set(violations.map(({ path, code }) => `${path} ${code}`));
      const more = violationsOf(event, declared).filter(({ path, code }) => !said.has(`${path} ${code}`));
      if (more.length === 0) return validation;
      return { ok: false, violations: [...violations, ...more].slice(0, maxViolations) };
    },
    // Whether a field is undeclared, no other check of single fields says.
    checkFields: () => undefined,
  };
}

/**
 * The judge of a closed schema, which does not ask it about the words of the envelope that it does not declare: they stay in the event as other
 * undeclared fields do under an open one.
 */
export function besideEnvelope(schema: JsonObject, fields: Iterable<string>, judge: Judge): Judge {
  const declared = new Set(fields);
  const words = envelope.filter((word) => !declared.has(word));
  if (isOpen(schema) || words.length === 0) return judge;
  const { additionalProperties, patternProperties } = deref(schema, schema);
  const refusesAll = additionalProperties === false && patternProperties === undefined;
  return {
    ...judge,
    validate(event) {
      // A schema may be asked about what is no object.
      const said = isObject(event) ? words.filter((word) => Object.hasOwn(event, word)) : [];
      const whole = said.length > 0 && refusesAll ? undefined : judge.validate(event);
      if (whole !== undefined && (whole.ok || !whole.violations.some(isAbout(said)))) return whole;
      const rest = { ...event };
      for (const word of said) delete rest[word];
      const validation = judge.validate(rest);
      if (!validation.ok) return validation;
      const kept = Object.fromEntries(said.map((word) => [word, event[word]!]));
      return { ...validation, value: { ...kept, ...validation.value } };
    },
    checkFields: (names) => judge.checkFields(names.filter((name) => !words.includes(name))),
  };
}

const isAbout = (words: readonly string[]) => {
  const paths = new Set(words.map((word) => pointerOf([word])));
  return ({ path, code }: Violation): boolean => code === 'undeclared' && paths.has(path);
};

/** Why an event that its contract accepts waits for a person all the same: an undeclared field under `quarantine`. */
export function quarantined(contract: Contract, value: JsonObject): Violation | undefined {
  if (contract.undeclared !== 'quarantine') return undefined;
  let declared = known.get(contract);
  if (declared === undefined)
    known.set(contract, (declared = new Set([...topFields(contract.columns), ...envelope])));
  return violationsOf(value, declared)[0];
}

const known = new WeakMap<Contract, Set<string>>();

function violationsOf(event: JsonObject, declared: ReadonlySet<string>): Violation[] {
  const violations: Violation[] = [];
  for (const field in event) {
    if (declared.has(field)) continue;
    violations.push(violationAt(event, [field], 'undeclared', 'nothing'));
    if (violations.length === maxViolations) break;
  }
  return violations;
}
