import { parseAllDocuments } from 'yaml';
import { parseExact } from '../../model/exact-json.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { type Place, bundled } from '../json-schema/bundle.ts';
import { fromAsyncApi } from './asyncapi.ts';
import { fromAvro } from './avro.ts';
import { fromDbt } from './dbt.ts';
import { type Imported, contractAgain, contractName, contractVersion } from './imported.ts';
import { fromOdcs } from './odcs.ts';
import { fromOpenApi } from './openapi.ts';
import { fromSql } from './sql.ts';

export type { Imported } from './imported.ts';

/**
 * The contracts that a description gives: JSON Schema, OpenAPI 3, AsyncAPI 2 or 3, ODCS 3, Avro, SQL or dbt, told by its
 * content. `fileName` names what has no name of its own; from `place` references to other files are followed. Throws when it is none
 * of these.
 */
export function importContracts(text: string, fileName: string, place?: Place): Imported[] {
  if (/\.sql$/i.test(fileName) || /^\s*(?:--.*\s*)*create\s/i.test(text.slice(0, 2_000)))
    return fromSql(text);
  const documents = read(text);
  return (documents.length === 0 ? [null] : documents).flatMap((one) =>
    importDocument(isObject(one) && place !== undefined ? withFiles(one, place) : one, fileName),
  );
}

/** As it is where a file is missing: what needs it says so. */
function withFiles(document: JsonObject, place: Place): JsonObject {
  try {
    return bundled(document, place);
  } catch {
    return document;
  }
}

function importDocument(document: Json, fileName: string): Imported[] {
  if (Array.isArray(document) && document.some((one) => isObject(one) && one['type'] === 'record'))
    return document.flatMap((one) => (isObject(one) && one['type'] === 'record' ? fromAvro(one) : []));
  if (!isObject(document)) throw new Error('it is neither JSON, nor YAML, nor SQL with CREATE TABLE');
  if (typeof document['swagger'] === 'string')
    throw new Error('Swagger 2 is not read: convert it to OpenAPI 3 first');
  if (document['openapi'] !== undefined) return fromOpenApi(document);
  if (document['asyncapi'] !== undefined) return fromAsyncApi(document);
  if (document['kind'] === 'DataContract' || document['apiVersion'] !== undefined) return fromOdcs(document);
  if (document['type'] === 'record') return fromAvro(document);
  if (Array.isArray(document['models']) || Array.isArray(document['sources'])) return fromDbt(document);
  return [fromJsonSchema(document, fileName)];
}

/** One JSON document, or one or several of YAML. */
function read(text: string): Json[] {
  try {
    return [parseExact(text)];
  } catch {
    return [...parseAllDocuments(text)].map((one) => {
      const [fault] = one.errors;
      if (fault !== undefined) throw fault;
      // A few nodes that refer to each other could make a document without end of a short file.
      return one.toJS({ maxAliasCount: 100 }) as Json;
    });
  }
}

const known = ['$schema', 'properties', 'type', '$ref', 'allOf', 'anyOf', 'oneOf', '$defs', 'definitions'];

function fromJsonSchema(schema: JsonObject, fileName: string): Imported {
  if (!known.some((keyword) => Object.hasOwn(schema, keyword)))
    throw new Error(
      'it is no JSON Schema, OpenAPI, AsyncAPI, ODCS, Avro, SQL or dbt file that is known here',
    );
  const { 'x-contract': _, ...body } = schema;
  const { title, $id, version } = schema;
  const words = [
    title,
    typeof $id === 'string'
      ? $id
          .split('/')
          .at(-1)
          ?.replace(/(?:\.schema)?\.json$/, '')
      : undefined,
    fileName,
  ];
  const again = contractAgain(schema);
  const name = words.find((word): word is string => typeof word === 'string' && word !== '') ?? 'event';
  return {
    name: contractName(name),
    version: contractVersion(version),
    schema: body,
    ...again,
    notes: again === undefined ? [] : ['it is a contract already'],
  };
}
