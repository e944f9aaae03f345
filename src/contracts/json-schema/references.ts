import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { derefOnce } from './refs.ts';

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

/** Places that hold the author's data, in which `$ref` is a word like any other. */
const dataKeywords = new Set(['const', 'default', 'enum', 'example', 'examples', 'x-contract']);

/**
 * Looks at each reference of a schema: the first that leads nowhere, or `unclear` where only the compiler can tell. Cheaper
 * than to compile a schema that may never see an event.
 */
export function danglingReference(root: JsonObject): { ref: string } | 'unclear' | undefined {
  let unclear = false;
  let dangling: { ref: string } | undefined;
  const look = (part: Json): void => {
    if (Array.isArray(part)) part.forEach(look);
    if (!isObject(part)) return;
    for (const [keyword, value] of Object.entries(part)) {
      if (renaming.has(keyword) && typeof value === 'string' && part !== root) unclear = true;
      if (keyword === '$ref' && typeof value === 'string') {
        if (!/^#(\/|$)/.test(value)) unclear = true;
        else if (derefOnce(part, root) === undefined && !leadsToBoolean(value, root))
          dangling ??= { ref: value };
      } else if (!dataKeywords.has(keyword)) look(value);
    }
  };
  look(root);
  return unclear ? 'unclear' : dangling;
}

/** `true` and `false` are schemas too, from draft 6 on. */
function leadsToBoolean(ref: string, root: JsonObject): boolean {
  const parent = ref.slice(0, ref.lastIndexOf('/'));
  const holder = parent === '#' ? root : derefOnce({ $ref: parent }, root);
  const name = ref
    .slice(parent.length + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  return typeof holder?.[name] === 'boolean';
}
