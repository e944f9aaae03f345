import type { Contract } from '../contracts/contract.ts';
import type { Json } from '../json.ts';
import type { Operation, Plan } from './plan.ts';
import { segmentsOf } from './pointer.ts';
import { isDeclared, listedValues } from './schema-paths.ts';

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
  contract: Contract,
  permissions: PlanPermissions = {},
): string | undefined {
  for (const [index, operation] of plan.operations.entries()) {
    const reason = checkOperation(operation, contract, permissions);
    if (reason !== undefined) return `operation ${index} (${operation.op}): ${reason}`;
  }
  return undefined;
}

/** Paths that an operation reads, and paths that it writes. */
export function pathsOf(operation: Operation): { reads: string[]; writes: string[] } {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return { reads: [operation.from], writes: [operation.to] };
    case 'split':
      return { reads: [operation.from], writes: operation.to };
    case 'join':
      return { reads: operation.from, writes: [operation.to] };
    case 'remove':
      return { reads: [], writes: [] };
    default:
      return { reads: [operation.path], writes: [operation.path] };
  }
}

function checkOperation(
  operation: Operation,
  contract: Contract,
  { targetFields }: PlanPermissions,
): string | undefined {
  const declared = (path: string) => isDeclared(contract.jsonSchema, segmentsOf(path));
  if (operation.op === 'remove')
    return declared(operation.path)
      ? `${operation.path} is declared by the contract; only undeclared fields may be removed`
      : undefined;

  const { reads, writes } = pathsOf(operation);
  const stars = new Set([...reads, ...writes].map(countStars));
  if (stars.size > 1) return 'all its paths need the same number of *';

  for (const path of writes) {
    const isInPlace = reads.includes(path);
    if (!isInPlace && !declared(path)) return `${path} is not declared by the contract`;
    if (declared(path) && targetFields !== undefined && !allows(targetFields, path))
      return `${path} is not among the fields that repairs may write (healing_agent.target_fields)`;
  }
  if (operation.op === 'join' && operation.from.includes(operation.to))
    return 'the target is one of its sources';
  if (operation.op === 'map') return checkOutputs(operation, contract);
  return undefined;
}

function checkOutputs({ path, values }: Operation & { op: 'map' }, contract: Contract): string | undefined {
  const listed: readonly Json[] = listedValues(contract.jsonSchema, segmentsOf(path));
  for (const output of Object.values(values))
    if (!listed.includes(output))
      return `the output ${JSON.stringify(output).slice(0, 60)} is no value that the contract lists at ${path}`;
  return undefined;
}

function countStars(path: string): number {
  return segmentsOf(path).filter((segment) => segment === '*').length;
}

function allows(targetFields: readonly string[], path: string): boolean {
  return targetFields.some((field) => {
    const pointer = field.startsWith('/') ? field : `/${field}`;
    return path === pointer || path.startsWith(`${pointer}/`);
  });
}
