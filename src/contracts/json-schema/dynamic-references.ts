import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';

/**
 * A schema with each `$dynamicRef` as the `$ref` that it amounts to: where it holds a path, or where no second
 * `$dynamicAnchor` has its name. Throws where it may mean several places: Ajv would take the wrong one.
 */
export function withStaticReferences(schema: JsonObject): JsonObject {
  if (!usesThem(schema)) return schema;
  const anchors = new Map<Json, number>();
  countAnchors(schema, anchors);
  const checkMeaning = (ref: string): void => {
    if (ref.startsWith('#/') || (anchors.get(ref.slice(1)) ?? 0) < 2) return;
    throw new Error(
      `\`$dynamicRef\` ${ref} may mean several \`$dynamicAnchor\`s, which is not supported: write \`$ref\` with the place that is meant`,
    );
  };
  const copyOf = (part: Json): Json => {
    if (Array.isArray(part)) return part.map(copyOf);
    if (!isObject(part)) return part;
    const copy: JsonObject = {};
    for (const [keyword, value] of Object.entries(part)) {
      const dynamic = keyword === '$dynamicRef' && typeof value === 'string' && value.startsWith('#');
      if (dynamic) checkMeaning(value);
      const replaced = dynamic && part['$ref'] === undefined;
      setOwn(copy, replaced ? '$ref' : keyword, copyOf(value));
    }
    return copy;
  };
  return copyOf(schema) as JsonObject;
}

function countAnchors(part: Json, counts: Map<Json, number>): void {
  if (Array.isArray(part)) for (const item of part) countAnchors(item, counts);
  if (!isObject(part)) return;
  const name = part['$dynamicAnchor'];
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const value of Object.values(part)) countAnchors(value, counts);
}

const usesThem = (part: Json): boolean =>
  Array.isArray(part)
    ? part.some(usesThem)
    : isObject(part) && (Object.hasOwn(part, '$dynamicRef') || Object.values(part).some(usesThem));
