import type { JsonObject } from '../../model/json.ts';
import { derefOnce } from './refs.ts';
import { partsOf, schemasOf } from './walk.ts';

/** Keywords whose schemas judge the same value as the schema that holds them. */
export const ofSameValue = new Set(
  'allOf anyOf oneOf not if then else dependentSchemas dependencies'.split(' '),
);

/**
 * The first reference by which a schema has a value judged by itself over and over, without going into the value
 * (`"allOf": [{"$ref": "#"}]`): no event could ever be judged by it.
 */
export function endlessReference(root: JsonObject): string | undefined {
  const under = new Set<JsonObject>();
  const sound = new Set<JsonObject>();

  const visit = (schema: JsonObject, by: string): string | undefined => {
    if (under.has(schema)) return by;
    if (sound.has(schema)) return undefined;
    under.add(schema);
    for (const [ref, next] of judgingTheSame(schema, root)) {
      const found = visit(next, ref ?? by);
      if (found !== undefined) return found;
    }
    under.delete(schema);
    sound.add(schema);
    return undefined;
  };

  for (const [, schema] of schemasOf(root)) {
    const found = visit(schema, '');
    if (found !== undefined) return found;
  }
  return undefined;
}

function* judgingTheSame(
  schema: JsonObject,
  root: JsonObject,
): Generator<[ref: string | undefined, schema: JsonObject]> {
  const target = derefOnce(schema, root);
  if (target !== undefined) yield [schema['$ref'] as string, target];
  if (schema['$recursiveRef'] === '#') yield ['#', root];
  for (const [keyword, , part] of partsOf(schema)) if (ofSameValue.has(keyword)) yield [undefined, part];
}
