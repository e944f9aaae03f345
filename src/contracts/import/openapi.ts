import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { extracted, objectAt } from './extract.ts';
import { type Imported, contractName, contractVersion, draft2020, textOf } from './imported.ts';

/** By its `$schema`, a contract knows `nullable` and the rest of OpenAPI 3.0. */
const openApi30 = 'https://spec.openapis.org/oas/3.0/schema/2024-10-18';

/** The webhooks and the components of an OpenAPI 3.0 or 3.1 document that describe objects. */
export function fromOpenApi(document: JsonObject): Imported[] {
  const is30 = textOf(document['openapi'])?.startsWith('3.0') === true;
  const version = contractVersion(objectAt(document['info'], document)['version']);
  const made = (name: string, schema: Json): Imported => {
    const notes: string[] = [];
    const body = extracted(schema, document, is30 ? 'definitions' : '$defs', notes);
    return {
      name: contractName(name),
      version,
      schema: { $schema: is30 ? openApi30 : draft2020, ...body },
      notes,
    };
  };
  const webhooks = Object.entries(objectAt(document['webhooks'] ?? document['x-webhooks'], document)).flatMap(
    ([name, item]) => {
      const schema = requestBody(objectAt(item, document), document);
      return schema === undefined ? [] : [made(name, schema)];
    },
  );
  const components = objectAt(document['components'], document)['schemas'];
  const schemas = Object.entries(objectAt(components, document))
    .filter(([, schema]) => describesObjects(objectAt(schema, document), document))
    .map(([name, schema]) => made(name, schema));
  return [...webhooks, ...schemas];
}

function requestBody(item: JsonObject, document: JsonObject): Json | undefined {
  const operation = objectAt(item['post'] ?? item['put'], document);
  const content = objectAt(objectAt(operation['requestBody'], document)['content'], document);
  const type = Object.keys(content).find((name) => /^application\/(?:[\w.+-]+\+)?json\b/.test(name));
  const media = type === undefined ? undefined : content[type];
  return isObject(media) ? media['schema'] : undefined;
}

function describesObjects(schema: JsonObject, document: JsonObject, depth = 0): boolean {
  if (schema['type'] === 'object' || isObject(schema['properties'])) return true;
  return ['allOf', 'oneOf', 'anyOf'].some((keyword) => {
    const parts = schema[keyword];
    return (
      depth < 4 &&
      Array.isArray(parts) &&
      parts.some((part) => describesObjects(objectAt(part, document), document, depth + 1))
    );
  });
}
