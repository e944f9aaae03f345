import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/** A sample event that breaks its contract in one place. */
export interface SampleBreach {
  kind: 'missing field' | 'wrong type' | 'unknown word';
  /** JSON Pointer of the field. */
  path: string;
  event: JsonObject;
}

const deepest = 6;

/**
 * The sample with one field at a time left out, given a value of another type, or given a word that its `enum` does not have:
 * what the schema says must be refused. Fields that the service fills in (`x-envelope`) may be left out.
 */
export function breachesOf(schema: JsonObject, sample: JsonObject): SampleBreach[] {
  return [...walk(schema, sample, [])].map(({ kind, path, value }) => ({
    kind,
    path: path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    event: changed(sample, path, value) as JsonObject,
  }));
}

/** `value` undefined: the field is left out. */
interface Change {
  kind: SampleBreach['kind'];
  path: string[];
  value: Json | undefined;
}

function* walk(schema: JsonObject, sample: JsonObject, above: string[]): Generator<Change> {
  const { properties, required } = schema;
  if (!isObject(properties) || above.length > deepest) return;
  for (const [name, value] of Object.entries(sample)) {
    const declared = properties[name];
    // References and alternatives may allow more than one place says.
    if (!isObject(declared) || ['$ref', 'anyOf', 'oneOf', 'allOf', 'if'].some((word) => word in declared))
      continue;
    const path = [...above, name];
    const mustBeThere = Array.isArray(required) && required.includes(name) && !('x-envelope' in declared);
    if (mustBeThere) yield { kind: 'missing field', path, value: undefined };
    const other = otherType(declared);
    if (other !== undefined) yield { kind: 'wrong type', path, value: other };
    const { enum: words } = declared;
    if (Array.isArray(words) && words.every((word) => typeof word === 'string'))
      yield {
        kind: 'unknown word',
        path,
        value: `not-${words.toSorted((a, b) => b.length - a.length)[0] ?? 'known'}`,
      };
    if (isObject(value)) yield* walk(declared, value, path);
  }
}

/** A value of none of the types that the schema names; no bare element for a list either, since that can be repaired. */
function otherType({ type, items }: JsonObject): Json | undefined {
  const types: (Json | undefined)[] = Array.isArray(type) ? [...type] : [type];
  if (types.includes('array')) types.push(...(isObject(items) ? [items['type']].flat() : [undefined]));
  if (!types.every((each) => typeof each === 'string')) return undefined;
  if (!types.includes('object')) return { unexpected: true };
  return types.includes('string') ? undefined : 'unexpected';
}

function changed(at: Json, [name, ...rest]: string[], value: Json | undefined): Json {
  if (name === undefined) return value!;
  const { [name]: inner, ...others } = at as JsonObject;
  if (rest.length === 0 && value === undefined) return others;
  return { ...(at as JsonObject), [name]: changed(inner!, rest, value) };
}
