import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { valueAt } from './refs.ts';
import { schemasOf } from './walk.ts';

/** What makes a reference mean something else than a place in the file: then the compiler itself has to say. */
const renaming = new Set([
  '$id',
  'id',
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveRef',
  '$recursiveAnchor',
]);

/**
 * Looks at each reference of a schema: the first that leads nowhere, or `unclear` where only the compiler can tell. Cheaper
 * than to compile a schema that may never see an event.
 */
export function danglingReference(root: JsonObject): { ref: string } | 'unclear' | undefined {
  let dangling: { ref: string } | undefined;
  for (const [, schema] of schemasOf(root)) {
    if (schema !== root && Object.keys(schema).some((keyword) => isName(schema, keyword))) return 'unclear';
    const ref = schema['$ref'];
    if (typeof ref !== 'string') continue;
    if (!/^#(\/|$)/.test(ref)) return 'unclear';
    if (!isSchema(ref === '#' ? root : valueAt(root, ref.slice(2)))) dangling ??= { ref };
  }
  return dangling;
}

const isName = (schema: JsonObject, keyword: string): boolean =>
  renaming.has(keyword) && typeof schema[keyword] === 'string';

/** `true` and `false` are schemas too, from draft 6 on. */
const isSchema = (value: Json | undefined): boolean => isObject(value) || typeof value === 'boolean';
