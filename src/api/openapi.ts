import * as z from 'zod';
import type { Json, JsonObject } from '../model/json.ts';
import { problemMediaType } from './problem.ts';
import { type Route, splitKey } from './route.ts';
import { named } from './schemas/common.ts';
import { api, groups } from './table.ts';

/** The whole table as an OpenAPI 3.1 document. */
export function openApi(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const schemas = schemasOf();
  for (const [tag, routes] of Object.entries(groups))
    for (const [key, route] of Object.entries(routes) as [string, Route][]) {
      const { method, path } = splitKey(key);
      paths[path] ??= {};
      paths[path][method.toLowerCase()] = operation(key, tag, route, schemas);
    }
  const components = [...schemas].filter(([id]) => !id.includes(' '));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Data Sentinel',
      version,
      description: 'Refusals are problem documents (RFC 9457). Lists are pages: `next` is the next `cursor`.',
    },
    tags: Object.keys(groups).map((name) => ({ name })),
    security: [{ bearer: [] }, { key: [] }],
    paths,
    components: {
      schemas: { ...Object.fromEntries(components), Problem: problem },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function operation(
  key: string,
  tag: string,
  route: Route,
  schemas: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const { method, path } = splitKey(key);
  const body = schemas.get(`${key} body`);
  const words = path.replace('/api/v1', '').split(/[^A-Za-z]+/);
  return {
    operationId: [method.toLowerCase(), ...words.filter(Boolean).map(capital)].join(''),
    summary: route.summary,
    tags: [tag],
    'x-role': route.role,
    ...(route.role === 'anyone' ? { security: [] } : undefined),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name: name!,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...queryParameters(schemas.get(`${key} query`)),
    ],
    ...requestBody(route, body),
    responses: {
      ...responsesOf(key, route, schemas),
      default: {
        description: 'Refused',
        content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function requestBody({ takes }: Route, body: JsonObject | undefined): JsonObject {
  if (takes !== undefined) return { requestBody: { required: true, content: { [takes]: { schema: text } } } };
  if (body === undefined) return {};
  return {
    requestBody: { required: !('default' in body), content: { 'application/json': { schema: body } } },
  };
}

function responsesOf(
  key: string,
  { status = 200, media = 'application/json', dryRun }: Route,
  schemas: ReadonlyMap<string, JsonObject>,
): JsonObject {
  if (status === 204) return { [status]: { description: 'Done' } };
  const done = schemas.get(`${key} reply`)!;
  const forecast = dryRun && schemas.get(`${key} dryRun`)!;
  const answer = (description: string, schema: JsonObject) => ({
    description,
    content: { [media]: { schema } },
  });
  if (forecast === undefined) return { [status]: answer('Done', done) };
  return status === 200
    ? { 200: answer('Done, or what would be done', { anyOf: [done, forecast] }) }
    : { 200: answer('What would be done (`dry_run`)', forecast), [status]: answer('Done', done) };
}

function queryParameters(query: JsonObject | undefined): JsonObject[] {
  const properties = (query?.['properties'] ?? {}) as Record<string, JsonObject>;
  const required = (query?.['required'] ?? []) as string[];
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? undefined : { description }),
    schema,
  }));
}

/** As JSON Schema: the named ones by name, and those of each route as `GET /path query`, `… body`, `… reply`. */
export function schemasOf(): Map<string, JsonObject> {
  const all = z.registry<{ id: string }>();
  for (const [id, schema] of named) all.add(schema, { id });
  for (const [key, route] of Object.entries(api) as [string, Route][])
    for (const part of ['query', 'body', 'reply', 'dryRun'] as const) {
      const schema = route[part];
      // A schema with a name of its own is referred to.
      if (schema !== undefined)
        all.add(
          z.lazy(() => schema),
          { id: `${key} ${part}` },
        );
    }
  const { schemas } = z.toJSONSchema(all, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  return new Map(
    Object.entries(schemas).map(([id, schema]) => {
      delete schema.$schema;
      delete schema.$id;
      return [id, schema as JsonObject];
    }),
  );
}

/** Leaves out what says nothing to a reader: the pattern beside a format, and the bounds of JavaScript's numbers. */
function tidy(schema: Record<string, unknown>): void {
  if (schema['format'] === 'date-time') delete schema['pattern'];
  for (const bound of ['minimum', 'maximum'])
    if (Math.abs(schema[bound] as number) === Number.MAX_SAFE_INTEGER) delete schema[bound];
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

const text: Json = { type: 'string' };
const problem: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', description: 'urn:data-sentinel:problem:<code>' },
    title: text,
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable, for machines' },
    detail: { type: 'string', description: 'names the field and what to change' },
    errors: {
      type: 'array',
      description: 'which lines of NDJSON (from 1) or elements of an array (from 0) are meant',
      items: {
        type: 'object',
        properties: { line: { type: 'integer' }, index: { type: 'integer' }, detail: text },
      },
    },
    violations: { type: 'array', items: { $ref: '#/components/schemas/Violation' } },
  },
};
