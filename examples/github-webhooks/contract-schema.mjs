/**
 * A contract made of one of GitHub's own JSON Schemas: the definition `schema` of `definitions` and all that it refers
 * to. GitHub's schemas forbid fields that they do not list, yet GitHub adds fields without notice, so fields that are
 * not listed pass, unless `closed`.
 */
export function contractSchema({ name, event, schema, key, definitions, closed = false }) {
  const contract = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    'x-contract': {
      name,
      version: '1.0.0',
      description: `GitHub's ${event} webhook.`,
      ...(key === undefined ? {} : { key }),
    },
    $ref: `#/definitions/${schema}`,
    definitions: reachable(definitions, schema),
  };
  return closed ? contract : opened(contract);
}

function reachable(definitions, name, found = {}) {
  if (Object.hasOwn(found, name)) return found;
  const { $schema: _, ...definition } = definitions[name];
  found[name] = definition;
  for (const [, inner] of JSON.stringify(definition).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
    reachable(definitions, inner, found);
  }
  return found;
}

function opened(schema) {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== 'additionalProperties' || value !== false,
  );
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, opened(value)]));
}
