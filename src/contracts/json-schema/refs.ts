import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { unescapeSegment } from '../../model/pointer.ts';
import { schemasOf } from './walk.ts';

/**
 * What a schema's `$ref` leads to within its own document: by a path (`#`, `#/definitions/user`), by an anchor (`#user`), or by the
 * `$id` of an embedded schema; undefined when it has none, or when nothing is there. The compiler (ajv) reports refs that lead nowhere.
 */
export function derefOnce(schema: JsonObject, root: JsonObject): JsonObject | undefined {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return undefined;
  if (ref === '#') return root;
  if (ref.startsWith('#/')) return schemaAt(root, ref.slice(2));
  const named = namesIn(root);
  const whole = named.get(ref.replace(/#$/, ''));
  if (whole !== undefined) return whole;
  const [base = '', path] = ref.split('#/');
  const embedded = path === undefined ? undefined : named.get(base);
  return embedded && schemaAt(embedded, path!);
}

function schemaAt(root: JsonObject, path: string): JsonObject | undefined {
  const target = valueAt(root, path);
  return isObject(target) ? target : undefined;
}

/** What stands at a path of segments, as the fragment of a reference spells them: `definitions/a~1b`, `definitions/a%20b`. */
export function valueAt(root: JsonObject, path: string): Json | undefined {
  let target: Json | undefined = root;
  for (const segment of path.split('/')) {
    const key = decodedSegment(segment);
    if (Array.isArray(target)) target = target[Number(key)];
    else target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return target;
}

export const decodedSegment = (segment: string): string => unescapeSegment(decoded(segment));

/** As it stands where it is no encoding. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const known = new WeakMap<JsonObject, Map<string, JsonObject | undefined>>();

/** The schemas of a document that have a name; a name of several is nobody's. */
function namesIn(root: JsonObject): Map<string, JsonObject | undefined> {
  const before = known.get(root);
  if (before !== undefined) return before;
  const names = new Map<string, JsonObject | undefined>();
  known.set(root, names);
  const add = (name: Json | undefined, prefix: string, schema: JsonObject): void => {
    if (typeof name !== 'string') return;
    const full = (prefix + name).replace(/#$/, '');
    names.set(full, names.has(full) ? undefined : schema);
  };
  for (const [, schema] of schemasOf(root)) {
    add(schema['$id'], '', schema);
    add(schema['id'], '', schema);
    add(schema['$anchor'], '#', schema);
    add(schema['$dynamicAnchor'], '#', schema);
  }
  return names;
}

/** Follows `$ref`s to the schema that says something; the schema itself when it has none. */
export function deref(schema: JsonObject, root: JsonObject): JsonObject {
  let current = schema;
  for (let hops = 0; hops < 32; hops++) {
    const next = derefOnce(current, root);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}
