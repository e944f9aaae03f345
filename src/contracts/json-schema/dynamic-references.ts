import type { Json, JsonObject } from '../../model/json.ts';
import { rewritten, schemasOf } from './walk.ts';

/**
 * A schema with each `$dynamicRef` as the `$ref` that it amounts to: where it holds a path, or where no second
 * `$dynamicAnchor` has its name. Throws where it may mean several places: Ajv would take the wrong one.
 */
export function withStaticReferences(schema: JsonObject): JsonObject {
  const anchors = new Map<unknown, number>();
  let usesThem = false;
  let isEmbedding = false;
  for (const [at, { $dynamicAnchor: name, $dynamicRef: ref, $id }] of schemasOf(schema)) {
    if (name !== undefined) anchors.set(name, (anchors.get(name) ?? 0) + 1);
    usesThem ||= ref !== undefined;
    isEmbedding ||= at !== '' && typeof $id === 'string';
  }
  /** Ajv does not know the anchors of the whole schema. */
  const isRoot = (ref: Json | undefined): boolean =>
    !isEmbedding &&
    [schema['$anchor'], schema['$dynamicAnchor']].some((name) => `#${name as string}` === ref);
  if (!usesThem && schema['$anchor'] === undefined && schema['$dynamicAnchor'] === undefined) return schema;
  return rewritten(schema, (copy) => {
    if (isRoot(copy['$ref'])) copy['$ref'] = '#';
    const { $dynamicRef: ref, ...rest } = copy;
    if (typeof ref !== 'string' || !ref.startsWith('#')) return copy;
    if (!ref.startsWith('#/') && (anchors.get(ref.slice(1)) ?? 0) > 1)
      throw new Error(
        `\`$dynamicRef\` ${ref} may mean several \`$dynamicAnchor\`s, which is not supported: write \`$ref\` with the place that is meant`,
      );
    return copy['$ref'] === undefined ? { $ref: isRoot(ref) ? '#' : ref, ...rest } : copy;
  });
}
