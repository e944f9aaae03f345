import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';

const dataKeywords = new Set(['const', 'default', 'enum', 'example', 'examples']);

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
  const copyOf = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(copyOf);
    if (!isObject(node)) return node;
    const copy: JsonObject = {};
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string')
        setOwn(copy, key, dataKeywords.has(key) ? value : copyOf(value));
      else if (isWithin(value)) copy[key] = value;
      else if (value.startsWith('#/')) copy[key] = `#/${keyword}/${nameOf(value)}`;
      else {
        if (value !== '#') notes.push(`refers to ${value}, which has to lie beside the contract`);
        copy[key] = value;
      }
    }
    return copy;
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

function lookUp(root: JsonObject, pointer: string): Json | undefined {
  let at: Json | undefined = root;
  for (const segment of pointer.slice(2).split('/')) {
    const name = decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at)
      ? at[Number(name)]
      : isObject(at) && Object.hasOwn(at, name)
        ? at[name]
        : undefined;
  }
  return at;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
