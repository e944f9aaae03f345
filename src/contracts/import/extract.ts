import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import { valueAt } from '../json-schema/refs.ts';
import { rewritten } from '../json-schema/walk.ts';

/**
 * A part of a document as a schema of its own: what it refers to, and nothing else, is taken along under `keyword`
 * (`$defs`, or `definitions` before 2019-09). References out of the document stay as they are, and are named in `notes`.
 */
export function extracted(
  part: Json,
  root: JsonObject,
  keyword: '$defs' | 'definitions',
  notes: string[],
): JsonObject {
  const names = new Map<string, string>();
  const definitions: JsonObject = {};
  const whole = objectAt(part, root);
  const taken = new Set<string>(Object.keys(objectAt(whole[keyword], whole)));

  const nameOf = (pointer: string): string => {
    const known = names.get(pointer);
    if (known !== undefined) return known;
    const base = (pointer.split('/').at(-1) ?? '').replaceAll(/[^\w.-]+/g, '_') || 'part';
    const name = taken.has(base) ? `${base}_${taken.size}` : base;
    taken.add(name);
    names.set(pointer, name);
    const target = lookUp(root, pointer);
    if (target === undefined) notes.push(`${pointer} leads nowhere`);
    setOwn(definitions, name, target === undefined ? {} : copyOf(target));
    return name;
  };
  const copyOf = (node: Json): Json =>
    isObject(node)
      ? rewritten(node, (copy) => {
          const { $ref } = copy;
          if (typeof $ref === 'string') copy['$ref'] = targetOf($ref);
          return copy;
        })
      : node;
  const targetOf = (ref: string): string => {
    if (isWithin(ref)) return ref;
    if (ref.startsWith('#/')) return `#/${keyword}/${nameOf(ref)}`;
    if (ref !== '#') notes.push(`refers to ${ref}, which has to lie beside the contract`);
    return ref;
  };

  /** Many write a schema into a document as it stood in its own file: then its references lead into itself. */
  const isWithin = (ref: string): boolean =>
    ref.startsWith('#/') && lookUp(root, ref) === undefined && lookUp(whole, ref) !== undefined;

  const own = copyOf(whole);
  const schema = isObject(own) ? own : {};
  return Object.keys(definitions).length === 0
    ? schema
    : { ...schema, [keyword]: { ...(schema[keyword] as JsonObject), ...definitions } };
}

/** What a reference within the document leads to, through others if need be. */
export function resolved(part: Json | undefined, root: JsonObject): Json {
  let current = part;
  for (let hops = 0; hops < 16; hops++) {
    if (!isObject(current) || typeof current['$ref'] !== 'string' || !current['$ref'].startsWith('#/')) break;
    current = lookUp(root, current['$ref']);
  }
  return current ?? {};
}

/** As an object; empty when it is none. */
export function objectAt(part: Json | undefined, root: JsonObject): JsonObject {
  const found = resolved(part, root);
  return isObject(found) ? found : {};
}

const lookUp = (root: JsonObject, pointer: string): Json | undefined => valueAt(root, pointer.slice(2));
