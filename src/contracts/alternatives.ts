import type { ErrorObject } from 'ajv';
import { type JsonObject, isObject } from '../json.ts';
import { derefOnce } from './json-schema-refs.ts';

/** Keywords that a value breaks by being of another kind altogether, not by a fault in a part of it. */
const mismatchKeywords = new Set(['type', 'enum', 'const']);

/**
 * Boils down the errors of `anyOf` and `oneOf`. The compiled check reports the errors of every alternative and of
 * the whole; a sender meant one. When one alternative alone is of the value's kind (`null` or an object, say), its
 * errors remain; when none is, a single error with the wanted types; else only that no alternative fits.
 */
export function createAlternatives(root: JsonObject): (errors: readonly ErrorObject[]) => ErrorObject[] {
  const reach = createReach(root);

  const settle = (errors: ErrorObject[], whole: ErrorObject): ErrorObject[] => {
    const branches = branchesOf(whole).map((branch) => reach(branch));
    const belongs = (error: ErrorObject, branch: ReadonlySet<unknown>): boolean =>
      isWithin(error.instancePath, whole.instancePath) && branch.has(error.parentSchema);
    const inner = branches.map((branch) => errors.filter((error) => belongs(error, branch)));
    const others = errors.filter((error) => !branches.some((branch) => belongs(error, branch)));

    const isMismatch = (error: ErrorObject): boolean =>
      error.instancePath === whole.instancePath && mismatchKeywords.has(error.keyword);
    // `oneOf` also fails when several alternatives fit; those that do have no errors.
    const failed = inner.filter((branch) => branch.length > 0);
    const ofItsKind = failed.filter((branch) => !branch.some(isMismatch));
    const [meant] = ofItsKind;
    if (failed.length === branches.length && ofItsKind.length === 1 && meant !== undefined)
      return [...others, ...meant];
    const types = failed.flat().filter((error) => error.keyword === 'type' && isMismatch(error));
    const [first] = types;
    if (
      failed.length === branches.length &&
      ofItsKind.length === 0 &&
      types.length === failed.length &&
      first
    ) {
      const wanted = [
        ...new Set(types.flatMap((error) => (error.params as { type: string | string[] }).type)),
      ];
      return [...others, { ...first, params: { type: wanted } }];
    }
    return [...others, whole];
  };

  return (errors) => {
    let settled: ErrorObject[] = [];
    for (const error of errors) {
      if (branchesOf(error).length > 0) settled = settle(settled, error);
      else settled.push(error);
    }
    return settled;
  };
}

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
