import type { Contract, Validation } from '../../contracts/contract.ts';
import { maxViolations } from '../../contracts/violation.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../../model/json.ts';
import { pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import type { Violation } from '../../model/violation.ts';
import { Draft } from './draft.ts';
import { declaredTree } from './declared-tree.ts';
import { fieldsWithin } from './event-within.ts';
import { timesInAnotherZone } from './declared-zones.ts';
import { foundElsewhere } from './found-elsewhere.ts';
import { eachNamesake, mayHoldFields } from './namesakes.ts';

/**
 * Validates an event as its sender sent it. One that its contract accepts, but that has the value of an optional field under
 * another spelling of its name, or in a container that holds the event, would be loaded without it: that is a violation, too.
 * So is one in which no field is known.
 */
export function validateWhole(contract: Contract, event: JsonObject): Validation {
  const validation = contract.validate(event);
  if (!validation.ok) return validation;
  const zoned = timesInAnotherZone(contract, event);
  if (zoned.length > 0) return { ok: false, violations: zoned.slice(0, maxViolations).map(inAnotherZone) };
  const misnamed = findMisnamed(contract, event);
  if (misnamed.length === 0) return validation;
  const left =
    contract.ownCode?.functions === true
      ? misnamed.filter((violation) => !isTaken(contract, event, validation.value, violation))
      : misnamed;
  return left.length === 0 ? validation : { ok: false, violations: left.map(({ violation }) => violation) };
}

/** Whether code of the contract's author has taken a value from where it stands: without it there, it makes another one. */
function isTaken(
  contract: Contract,
  event: JsonObject,
  made: JsonObject,
  { violation, at }: Misnamed,
): boolean {
  const place = segmentsOf(violation.path);
  // It makes its fields of something else.
  if (at.length === 0) return true;
  if (!isThere(valueAt(made, place))) return false;
  const draft = new Draft(event);
  const without = draft.delete(at) ? contract.validate(draft.value) : undefined;
  return (
    without?.ok === false ||
    (without?.ok === true && !isSame(valueAt(without.value, place), valueAt(made, place)))
  );
}

const isSame = (one: Json | undefined, other: Json | undefined): boolean =>
  one === undefined || other === undefined ? one === other : sameJson(one, other);

/** A violation, and where the value of the field stands. */
interface Misnamed {
  violation: Violation;
  at: readonly string[];
}

/** The declared fields that are absent while an undeclared one has their name. */
export const misnamedIn = (contract: Contract, event: JsonObject): Violation[] =>
  findMisnamed(contract, event).flatMap(({ violation }) =>
    violation.code === 'misnamed' ? [violation] : [],
  );

function findMisnamed(contract: Contract, event: JsonObject): readonly Misnamed[] {
  const tree = declaredTree(contract);
  const within = fieldsWithin(event, tree);
  if (within?.length === 0 && !mayHoldFields(event, tree)) return none;
  let found: Map<string, Misnamed> | undefined;
  const nulls = new Set<string>();
  let isOfAnother = false;
  eachNamesake(event, tree, ({ at, to, name, value, meant, isExact }) => {
    if (value === null) return;
    if (isThere(meant)) {
      isOfAnother ||= isExact && !isObject(value) && !sameJson(value, meant);
      return;
    }
    found ??= new Map();
    const path = pointerOf(to);
    if (meant === null) nulls.add(path);
    if (found.size < maxViolations) found.set(path, { violation: misnamed(path, pointerOf(at), name), at });
  });
  for (const { name, at } of within ?? none) {
    found ??= new Map();
    const path = pointerOf([name]);
    if (found.size < maxViolations && !found.has(path))
      found.set(path, { violation: misnamed(path, pointerOf(at), name), at });
  }
  for (const { path: to, at } of foundElsewhere(contract, event)) {
    found ??= new Map();
    const path = pointerOf(to);
    if (found.size < maxViolations && !found.has(path))
      found.set(path, { violation: misnamed(path, pointerOf(at), to.at(-1)!, 'may hold it'), at });
  }
  if (found === undefined) return within === undefined ? [{ violation: noFieldKnown, at: [] }] : none;
  // Beside a second record, in which other fields of the same names differ, a field that holds null is sent as such.
  if (isOfAnother) for (const path of nulls) found.delete(path);
  const paths = found;
  // What lies within a field moves with it.
  return [...paths.values()].filter(({ violation: { path } }) =>
    segmentsOf(path).every((_, at, segments) => at === 0 || !paths.has(pointerOf(segments.slice(0, at)))),
  );
}

const none: readonly never[] = [];

const isThere = (value: Json | undefined): value is Json => value !== undefined && value !== null;

const misnamed = (path: string, at: string, name: string, says = 'has its name'): Violation => ({
  path,
  code: 'misnamed',
  message: `Send ${path} under its own name: it is missing, and ${at} ${says}.`,
  expected: name,
  found: 'missing',
});

/** Loaded, it would be a row of nothing. */
const noFieldKnown: Violation = {
  path: '',
  code: 'no_match',
  message: 'Send at least one field that the contract declares: the event has none of them.',
  expected: 'one of the declared fields',
  found: 'object',
};

const inAnotherZone = (path: string): Violation => ({
  path,
  code: 'format',
  message: `Send ${path} with its zone: the contract names one for it, and the event another.`,
  expected: 'ISO 8601 date-time with its zone',
  found: 'string',
});
