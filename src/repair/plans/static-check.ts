import type { Contract } from '../../contracts/contract.ts';
import type { Json } from '../../model/json.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { covers, segmentsOf } from '../../model/pointer.ts';
import { pathsOf, zoneOf } from './operation-paths.ts';
import { isDeclared, listedValues } from './schema-paths.ts';
import { checkWholeNumbers } from './whole-numbers.ts';

export interface PlanPermissions {
  /** Fields that a repair may write, as names or JSON Pointers; all declared ones when absent. */
  targetFields?: readonly string[];
}

/**
 * Whether a plan may be used on events of a contract at all, whatever the event: the reason why not, or undefined.
 * After this, a plan can only move, copy, retype and respell what the event itself holds.
 */
export function checkPlan(
  plan: Plan,
  contract: Pick<Contract, 'jsonSchema'>,
  permissions: PlanPermissions = {},
): string | undefined {
  const before: Traffic = { filled: [], vacated: [], reshaped: [], copied: [], closed: [] };
  for (const [index, operation] of plan.operations.entries()) {
    const reason =
      checkOperation(operation, contract, permissions) ??
      checkOrder(operation, before) ??
      checkZone(operation, plan);
    if (reason !== undefined) return `operation ${index} (${operation.op}): ${reason}`;
    before.filled.push(...filledBy(operation));
    before.vacated.push(...vacatedBy(operation));
    before.reshaped.push(...reshapedBy(operation));
    before.copied.push(...copiedBy(operation));
    before.closed.push(...closedBy(operation));
  }
  return checkWholeNumbers(plan, contract);
}

/** What the operations so far have put somewhere, taken away, and changed in its place. */
interface Traffic {
  filled: Pointer[];
  vacated: Pointer[];
  reshaped: Pointer[];
  /** Where copies came from in those elements of an array that have something there. */
  copied: Pointer[];
  /** Changed by what would fail, or do something else, on an object that is made there later. */
  closed: Pointer[];
}

/**
 * A plan that fills what it has emptied or changed, or empties what it has filled, would do something else the second
 * time.
 */
function checkOrder(operation: Operation, before: Traffic): string | undefined {
  const { filled, vacated, reshaped, copied, closed } = before;
  const isWithin = (path: Pointer) => (other: Pointer) => covers(path, other);
  // What an object held beside may have left it before the rest takes its place: `{amount: {value, currency}}`.
  const lifted = (path: Pointer, other: Pointer) =>
    operation.op === 'move' && isWithin(path)(operation.from) && path !== other && isWithin(path)(other);
  const refilled = filledBy(operation).find((path) =>
    vacated.some((other) => overlaps(path, other) && !lifted(path, other)),
  );
  if (refilled !== undefined) return `${refilled} was moved away before`;
  const late = filledBy(operation).find((path) => copied.some((other) => overlaps(path, other)));
  if (late !== undefined) return `${late} was copied before it is written`;
  // Nothing makes an array: what is written into its elements finds it there, as it was changed.
  const makes = (path: Pointer) => (other: Pointer) => covers(other, path) && !path.startsWith(`${other}/*`);
  const opened = filledBy(operation).find((path) => closed.some(makes(path)));
  if (opened !== undefined) return `what is around ${opened} was changed before it is written`;
  // What is nested within itself becomes another value too.
  const nested = operation.op === 'move' && isWithin(operation.from)(operation.to) ? [operation.from] : [];
  const changed = [...filledBy(operation), ...nested].find((path) => reshaped.some(isWithin(path)));
  if (changed !== undefined) return `${changed} was changed before it is written`;
  const torn = reshapedBy(operation).find((path) =>
    filled.some((other) => covers(path, other) && !covers(other, path)),
  );
  if (torn !== undefined) return `something in ${torn} was written before`;
  const emptied = vacatedBy(operation).find((path) => filled.some(isWithin(path)));
  return emptied === undefined ? undefined : `${emptied} was written before`;
}

/** The zone is read in the original, where no operation has touched it: so each of them can be proven by itself. */
function checkZone(operation: Operation, { operations }: Plan): string | undefined {
  const zone = zoneOf(operation);
  if (zone === undefined || operation.op !== 'cast') return undefined;
  if (operation.to !== 'datetime') return 'only a datetime has a time zone';
  if (countStars(zone) > 0 && countStars(zone) !== countStars(operation.path))
    return 'all its paths need the same number of *';
  const touches = (other: Operation) => {
    const { reads, writes } = pathsOf(other);
    const paths = other.op === 'remove' ? [other.path] : [...reads, ...writes];
    return paths.some((path) => overlaps(path, zone));
  };
  return operations.some(touches) ? `${zone} is changed by the plan` : undefined;
}

function reshapedBy(operation: Operation): Pointer[] {
  const { reads, writes } = pathsOf(operation);
  return writes.filter((path) => reads.includes(path));
}

function copiedBy(operation: Operation): Pointer[] {
  return operation.op === 'copy' && countStars(operation.from) > 0 ? [operation.from] : [];
}

function closedBy(operation: Operation): Pointer[] {
  return operation.op === 'parse' || operation.op === 'unwrap' ? [] : reshapedBy(operation);
}

function filledBy(operation: Operation): Pointer[] {
  const { reads, writes } = pathsOf(operation);
  return writes.filter((path) => !reads.includes(path));
}

function vacatedBy(operation: Operation): Pointer[] {
  if (operation.op === 'move') return [operation.from];
  if (operation.op === 'join') return operation.from;
  if (operation.op !== 'split' && operation.op !== 'split_unit') return [];
  return pathsOf(operation).writes.includes(operation.from) ? [] : [operation.from];
}

function overlaps(a: Pointer, b: Pointer): boolean {
  return covers(a, b) || covers(b, a);
}

function checkOperation(
  operation: Operation,
  contract: Pick<Contract, 'jsonSchema'>,
  { targetFields }: PlanPermissions,
): string | undefined {
  const declared = (path: Pointer) => isDeclared(contract.jsonSchema, segmentsOf(path));
  if (operation.op === 'remove')
    return declared(operation.path)
      ? `${operation.path} is declared by the contract; only undeclared fields may be removed`
      : undefined;

  const { reads, writes } = pathsOf(operation);
  const changed = [...new Set([...writes, ...vacatedBy(operation)])];
  const untouchable = changed.find(
    (path) => targetFields !== undefined && declared(path) && !allows(targetFields, path),
  );
  if (untouchable !== undefined)
    return `${untouchable} is not among the fields that repairs may write (healing_agent.target_fields)`;
  const unknown = writes.find((path) => !reads.includes(path) && !declared(path));
  if (unknown !== undefined) return `${unknown} is not declared by the contract`;
  return checkPaths(operation, reads, writes) ?? checkOutputs(operation, contract);
}

function checkPaths(
  operation: Operation,
  reads: readonly Pointer[],
  writes: readonly Pointer[],
): string | undefined {
  if (new Set([...reads, ...writes].map(countStars)).size > 1)
    return 'all its paths need the same number of *';
  if ((operation.op === 'move' || operation.op === 'copy') && operation.from === operation.to)
    return 'the target is its source';
  if (operation.op === 'join' && reads.some((path) => overlaps(path, operation.to)))
    return 'the target is one of its sources';
  const many = operation.op === 'join' ? reads : writes;
  return many.some((path, at) => many.some((other, later) => later > at && overlaps(path, other)))
    ? 'its paths overlap'
    : undefined;
}

function checkOutputs(operation: Operation, contract: Pick<Contract, 'jsonSchema'>): string | undefined {
  if (operation.op !== 'map') return undefined;
  const { path, values } = operation;
  if (!isDeclared(contract.jsonSchema, segmentsOf(path)))
    return `the contract lists no values at ${path}; move it to a declared field first`;
  const listed: readonly Json[] = listedValues(contract.jsonSchema, segmentsOf(path));
  for (const output of Object.values(values))
    if (!listed.includes(output))
      return `the output ${JSON.stringify(output).slice(0, 60)} is no value that the contract lists at ${path}`;
  return undefined;
}

function countStars(path: Pointer): number {
  return segmentsOf(path).filter((segment) => segment === '*').length;
}

function allows(targetFields: readonly string[], path: Pointer): boolean {
  return targetFields.some((field) => {
    const pointer = field.startsWith('/') ? field : `/${field}`;
    return path === pointer || path.startsWith(`${pointer}/`);
  });
}
