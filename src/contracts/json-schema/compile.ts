import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { columnsOf } from '../columns.ts';
import type { Contract, EnvelopeDefault, FieldCheck, Validation } from '../contract.ts';
import { fenced, part } from '../fence.ts';
import { withDiscriminators } from './discriminators.ts';
import { deref } from './refs.ts';
import { settleNames } from '../names.ts';
import { rememberAbsence } from '../zod/remember-absence.ts';
import { hasMoreValuesThan, maxExplainedValues } from '../fields/size.ts';
import { maxViolations } from '../violation.ts';
import { createAjvTranslator } from './violations.ts';

const ajvOptions: Options = {
  strict: false,
  // Without it, `constructor` and the like would count as present in every event.
  ownProperties: true,
  discriminator: true,
  // Gives each error the schema that it comes from.
  verbose: true,
  logger: false,
  validateSchema: true,
};

const drafts: Readonly<Record<string, (options: Options) => Ajv>> = {
  'draft-06': (options) => new Ajv(options),
  'draft-07': (options) => new Ajv(options),
  '2019-09': (options) => new Ajv2020(options),
  '2020-12': (options) => new Ajv2020(options),
};

/**
 * Compiles a contract that is written as a JSON Schema, draft 7 or 2020-12 by its `$schema` (2020-12 when it names
 * none), with `"x-contract": {"name", "version", "table"?, "key"?, "aliases"?, "topic"?, "description"?}`. Values
 * are taken as they come, without coercion. Throws `contract_invalid`; the message names `file`, the field and the
 * remedy.
 */
export function contractFromJsonSchema(schema: JsonObject, file?: string): Contract {
  try {
    return compile(schema);
  } catch (error) {
    const where = file === undefined ? '' : `${file}: `;
    throw new SentinelError('contract_invalid', `${where}${messageOf(error)}`, { cause: error });
  }
}

function compile(schema: JsonObject): Contract {
  const header = readHeader(schema);
  const columns = columnsOf(schema);
  const names = settleNames(header, new Set(columns.map((column) => column.name)));
  const prepared = withDiscriminators(schema);
  const errorsOf = compileCheck(prepared);
  const violationsFromAjv = createAjvTranslator(prepared);

  return {
    ...names,
    description:
      header.description ?? (typeof schema['description'] === 'string' ? schema['description'] : ''),
    aliases: header.aliases,
    jsonSchema: schema,
    columns,
    envelopeDefaults: envelopeDefaultsOf(schema),
    open: isOpen(schema),
    ...fenced(names, {
      fields: columns.map((column) => column.name),
      validate(event): Validation {
        const errors = errorsOf(event);
        return errors === undefined
          ? { ok: true, value: event }
          : { ok: false, violations: violationsFromAjv(errors, event) };
      },
      checkFields: (fields) => fieldCheckOf(schema, fields),
      tryField: createFieldTrial(schema),
    }),
  };
}

/** The errors of an event, or undefined when it is valid; only the first errors of an event that is huge. */
function compileCheck(schema: JsonObject): (event: JsonObject) => ErrorObject[] | undefined {
  const check = compileSchema(schema, { ...ajvOptions, allErrors: false });
  // Made when needed: many contracts never see an invalid event. What has compiled once compiles again.
  let checkAll: ValidateFunction | undefined;
  return (event) => {
    if (check(event)) return undefined;
    const first = check.errors ?? [];
    if (hasMoreValuesThan(event, maxExplainedValues)) return first;
    checkAll ??= compileSchema(schema, { ...ajvOptions, allErrors: true });
    return checkAll(event) ? first : (checkAll.errors ?? first);
  };
}

/** Keywords of a schema's top by which each field is judged by itself, or nothing is. */
const fieldwise = new Set(
  '$schema $id $comment $defs definitions x-contract title description examples default type properties required additionalProperties'.split(
    ' ',
  ),
);

function fieldCheckOf(schema: JsonObject, fields: readonly string[]): FieldCheck | undefined {
  const { properties, required, additionalProperties } = schema;
  const byField =
    Object.keys(schema).every((keyword) => fieldwise.has(keyword)) &&
    isObject(properties) &&
    (required === undefined || Array.isArray(required)) &&
    (additionalProperties === undefined || typeof additionalProperties === 'boolean') &&
    refersToDefinitionsOnly(schema);
  if (!byField) return undefined;
  // The names stay, so that what is declared stays declared.
  const part = withDiscriminators({
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, declaration]) => [
        name,
        fields.includes(name) ? declaration : true,
      ]),
    ),
    required: (required ?? []).filter((name) => fields.includes(name as string)),
  });
  const check = compileSchema(part, { ...ajvOptions, allErrors: true });
  const violationsFromAjv = createAjvTranslator(part);
  const relevant =
    additionalProperties === false ? fields : fields.filter((field) => Object.hasOwn(properties, field));
  return rememberAbsence(relevant, (event) => {
    if (check(event)) return [];
    const violations = violationsFromAjv(check.errors ?? [], event);
    return violations.length < maxViolations ? violations : undefined;
  });
}

/** One field's own declaration, compiled when something has gone wrong. */
function createFieldTrial(
  schema: JsonObject,
): (field: string) => ((event: JsonObject) => unknown) | undefined {
  const checks = new Map<string, ValidateFunction>();
  return (field) => {
    const { properties } = deref(schema, schema);
    if (!isObject(properties) || !Object.hasOwn(properties, field)) return undefined;
    const kept = ['$schema', '$id', '$defs', 'definitions'].filter((keyword) =>
      Object.hasOwn(schema, keyword),
    );
    const check =
      checks.get(field) ??
      part(() =>
        compileSchema(
          {
            ...Object.fromEntries(kept.map((keyword) => [keyword, schema[keyword]!])),
            properties: { [field]: properties[field]! },
          },
          ajvOptions,
        ),
      );
    checks.set(field, check);
    return check;
  };
}

/** A reference into a field's own declaration would miss it in a schema without that field. */
function refersToDefinitionsOnly(part: Json): boolean {
  if (Array.isArray(part)) return part.every(refersToDefinitionsOnly);
  if (!isObject(part)) return true;
  return Object.entries(part).every(([key, value]) => {
    if (key === '$dynamicRef' || key === '$recursiveRef' || key === '$anchor' || key === '$dynamicAnchor')
      return false;
    if (key === '$ref') return typeof value === 'string' && /^#\/(\$defs|definitions)\//.test(value);
    return refersToDefinitionsOnly(value);
  });
}

function compileSchema(schema: JsonObject, options: Options): ValidateFunction {
  const dialect = schema['$schema'] ?? 'https://json-schema.org/draft/2020-12/schema';
  const draft = Object.keys(drafts).find((draft) => typeof dialect === 'string' && dialect.includes(draft));
  const create = draft === undefined ? undefined : drafts[draft];
  if (create === undefined) throw new Error('`$schema` must be that of draft-07 or of 2020-12');
  const ajv = create(options);
  formats.default(ajv);
  // The dialect is settled, and ajv knows draft 6 and 2019-09 under the names of their successors only.
  const { $schema: _, ...body } = schema;
  return ajv.compile(body as AnySchemaObject);
}

interface Header {
  name: string;
  version: string;
  description: string | undefined;
  table: string | undefined;
  key: string | string[] | undefined;
  topic: string | undefined;
  aliases: Record<string, string[]>;
}

function readHeader(schema: JsonObject): Header {
  const header = schema['x-contract'];
  if (!isObject(header)) {
    throw new Error(
      '`x-contract` is missing: add "x-contract": {"name": "…", "version": "1.0.0"} to the schema',
    );
  }
  const text = (field: string): string | undefined => {
    const value = header[field];
    if (value === undefined || typeof value === 'string') return value;
    throw new Error(`\`x-contract.${field}\` must be text`);
  };
  const required = (field: string, example: string): string => {
    const value = text(field);
    if (value === undefined)
      throw new Error(`\`x-contract.${field}\` is missing: add one, like "${example}"`);
    return value;
  };
  const known = ['name', 'version', 'description', 'table', 'key', 'topic', 'aliases'];
  const unknown = Object.keys(header).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new Error(`\`x-contract.${unknown}\` is not one of ${known.join(', ')}: remove it`);
  return {
    name: required('name', 'order'),
    version: required('version', '1.0.0'),
    description: text('description'),
    table: text('table'),
    topic: text('topic'),
    key: readKey(header['key']),
    aliases: readAliases(header['aliases']),
  };
}

function readKey(key: Json | undefined): string | string[] | undefined {
  if (key === undefined || typeof key === 'string') return key;
  if (isTexts(key)) return key;
  throw new Error('`x-contract.key` must be a field name or JSON Pointer, or a list of them');
}

function readAliases(aliases: Json | undefined): Record<string, string[]> {
  if (aliases === undefined) return {};
  const entries = isObject(aliases) ? Object.entries(aliases) : undefined;
  const sound = entries?.every(
    (entry): entry is [string, string[]] => entry[0].startsWith('/') && isTexts(entry[1]),
  );
  if (entries === undefined || sound !== true) {
    throw new Error('`x-contract.aliases` must be an object like {"/amount": ["price", "total"]}');
  }
  return Object.fromEntries(entries);
}

const isTexts = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((element) => typeof element === 'string');

/** An id is filled in only where the schema has a place for a UUID; elsewhere the loader keeps it beside the event. */
function envelopeDefaultsOf(schema: JsonObject): EnvelopeDefault[] {
  const { properties } = deref(schema, schema);
  const declaration = isObject(properties) ? properties['event_id'] : undefined;
  const type = isObject(declaration) ? deref(declaration, schema)['type'] : undefined;
  return type === 'string' ? [{ field: 'event_id', from: 'request_id' }] : [];
}

function isOpen(schema: JsonObject): boolean {
  const { additionalProperties, unevaluatedProperties } = deref(schema, schema);
  return additionalProperties !== false && unevaluatedProperties !== false;
}
