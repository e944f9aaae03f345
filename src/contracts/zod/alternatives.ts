import type { ErrorObject } from 'ajv';
import { type JsonObject, isObject } from '../../model/json.ts';
import { derefOnce } from '../json-schema/refs.ts';

/**
 * Boils down the errors of `anyOf` and `oneOf`. The compiled check reports the errors of every alternative and of
 * the whole; a sender meant one. When one alternative alone is of the value's kind (an object, not `null`; the
 * object whose `action` is `opened`), its errors remain. When none is, a single error with all that is wanted; else
 * only that no alternative fits.
 */
export function createAlternatives(root: JsonObject): (errors: readonly ErrorObject[]) => ErrorObject[] {
  const reach = createReach(root);

  /** Replaces the errors of the alternatives, at the end of `errors`, by what is left of them. */
  const settle = (errors: ErrorObject[], whole: ErrorObject): void => {
    const branches = branchesOf(whole).map((branch) => reach(branch));
    // The errors of the alternatives come just before the one of the whole; to look further back would take time
    // that grows with the square of a long array.
    const start = errors.findLastIndex((error) => !isWithin(error.instancePath, whole.instancePath)) + 1;
    const recent = errors.splice(start);
    const belongs = (error: ErrorObject, branch: ReadonlySet<unknown>): boolean =>
      branch.has(error.parentSchema);
    const others = recent.filter((error) => !branches.some((branch) => belongs(error, branch)));
    const failed = branches.map((branch) => recent.filter((error) => belongs(error, branch)));
    // `oneOf` also fails when several alternatives fit; those that do have no errors.
    const isAmbiguous = failed.some((branch) => branch.length === 0);
    for (const error of others) errors.push(error);
    for (const error of isAmbiguous ? [whole] : meant(failed, whole)) errors.push(error);
  };

  return (errors) => {
    const settled: ErrorObject[] = [];
    for (const error of errors) {
      // Inner alternatives are reported, and so settled, before those around them.
      if (branchesOf(error).length > 0) settle(settled, error);
      else settled.push(error);
    }
    return settled;
  };
}

/** What remains of alternatives that all failed. */
function meant(failed: readonly ErrorObject[][], whole: ErrorObject): ErrorObject[] {
  const isOtherKind = (error: ErrorObject): boolean =>
    error.instancePath === whole.instancePath && (error.keyword === 'type' || isOtherValue(error));
  const isOtherTag = (error: ErrorObject): boolean =>
    isOtherValue(error) && parentOf(error.instancePath) === whole.instancePath;

  const ofItsKind = failed.filter((branch) => !branch.some(isOtherKind));
  if (ofItsKind.length === 0) return [merged(failed.map((branch) => branch.find(isOtherKind))) ?? whole];
  const ofItsTag = ofItsKind.filter((branch) => !branch.some(isOtherTag));
  if (ofItsTag.length === 1) return ofItsTag.flat();
  if (ofItsKind.length === 1) return ofItsKind.flat();
  if (ofItsTag.length > 1) return [whole];
  return [merged(ofItsKind.map((branch) => branch.find(isOtherTag))) ?? whole];
}

const isOtherValue = (error: ErrorObject): boolean => error.keyword === 'enum' || error.keyword === 'const';

/** One error for several of the same place and sort, with everything that they ask for. */
function merged(errors: readonly (ErrorObject | undefined)[]): ErrorObject | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const { instancePath } = first;
  const isType = first.keyword === 'type';
  const wanted = new Set<unknown>();
  for (const error of errors) {
    if (error?.instancePath !== instancePath || (error.keyword === 'type') !== isType) return undefined;
    const { type, allowedValues, allowedValue } = error.params as Record<string, unknown>;
    for (const value of [isType ? type : (allowedValues ?? allowedValue)].flat()) wanted.add(value);
  }
  return isType
    ? { ...first, params: { type: [...wanted] } }
    : { ...first, keyword: 'enum', params: { allowedValues: [...wanted] } };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function branchesOf(error: ErrorObject): JsonObject[] {
  if (error.keyword !== 'anyOf' && error.keyword !== 'oneOf') return [];
  const list: unknown = isObject(error.parentSchema) ? error.parentSchema[error.keyword] : undefined;
  return Array.isArray(list) ? list.filter((branch) => isObject(branch)) : [];
}

const isWithin = (path: string, container: string): boolean =>
  path === container || path.startsWith(`${container}/`);

/** All schemas that a schema leads to, `$ref`s included: how to tell from which alternative an error comes. */
function createReach(root: JsonObject): (schema: JsonObject) => ReadonlySet<unknown> {
  const known = new WeakMap<JsonObject, ReadonlySet<unknown>>();
  return (schema) => {
    const present = known.get(schema);
    if (present !== undefined) return present;
    const reached = new Set<unknown>();
    const queue: unknown[] = [schema];
    while (queue.length > 0) {
      const node = queue.pop();
      if (typeof node !== 'object' || node === null || reached.has(node)) continue;
      reached.add(node);
      queue.push(...(Object.values(node) as unknown[]));
      if (isObject(node)) queue.push(derefOnce(node, root));
    }
    known.set(schema, reached);
    return reached;
  };
}
