import { type Place, bundled } from './bundle.ts';
import { danglingReference } from './references.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { columnsOf } from '../columns.ts';
import type { Contract, FieldCheck, Validation } from '../contract.ts';
import { envelopeDefaultsOf } from '../envelope-defaults.ts';
import { brokenPattern, slowPatternsOf } from '../patterns/slow-patterns.ts';
import { fenced, part } from '../fence.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import { withStaticReferences } from './dynamic-references.ts';
import { hasManyPaths } from './many-paths.ts';
import { normalized } from './normalize.ts';
import { type Check, compileFor, createCheck, faultOf } from './validators.ts';
import { withDiscriminators } from './discriminators.ts';
import { isOpen } from './open.ts';
import { deref } from './refs.ts';
import { settleNames } from '../names.ts';
import { settlePolicies } from '../policies.ts';
import { topFields } from '../mapping.ts';
import { readUpgrade } from '../upgrade.ts';
import { refusingUndeclared } from '../undeclared.ts';
import { readHeader } from './header.ts';
import { rememberAbsence } from '../zod/remember-absence.ts';
import { maxViolations } from '../violation.ts';
import { createAjvTranslator } from './violations.ts';

/**
 * Compiles a contract that is written as a JSON Schema, draft 7 or 2020-12 by its `$schema` (2020-12 when it names
 * none), with `"x-contract": {"name", "version", "table"?, "key"?, "aliases"?, "topic"?, "description"?}`. Values
 * are taken as they come, without coercion. Throws `contract_invalid`; the message names `file`, the field and the
 * remedy.
 */
export function contractFromJsonSchema(schema: JsonObject, given: SchemaOptions | string = {}): Contract {
  const options = typeof given === 'string' ? { file: given } : given;
  const { file } = options;
  try {
    return compile(schema, options);
  } catch (error) {
    const where = options.place !== undefined || file === undefined ? '' : `${file}: `;
    throw new SentinelError('contract_invalid', `${where}${messageOf(error)}`, { cause: error });
  }
}

export interface SchemaOptions {
  /** For messages. */
  file?: string;
  /** Where the schema lies: from there `$ref`s to files are followed. */
  place?: Place;
  /** Gets the files that were taken in. */
  parts?: Set<string>;
  onWarning?: (message: string) => void;
}

function compile(read: JsonObject, { place, parts, onWarning }: SchemaOptions): Contract {
  const header = readHeader(read);
  const { dialect, warning } = dialectOf(read);
  if (warning !== undefined) onWarning?.(warning);
  const given = place === undefined ? read : bundled(read, place, parts);
  const fault = faultOf(given, dialect);
  if (fault !== undefined) throw new Error(`not a schema of ${dialect}: ${fault}`);
  const schema = normalized(withStaticReferences(given), dialect);
  const columns = columnsOf(schema);
  const names = settleNames(header, new Set(columns.map((column) => column.name)));
  const policies = settlePolicies(header.policies, schema, names.name);
  const prepared = withDiscriminators(schema);
  const errorsOf = createCheck(prepared, dialect);
  const dangling = danglingReference(schema);
  if (dangling === 'unclear') compileFor(prepared, dialect, { allErrors: false });
  else if (dangling !== undefined)
    throw new Error(`\`$ref\` ${dangling.ref} leads nowhere: correct it, or add what it names`);
  const violationsFromAjv = createAjvTranslator(prepared);
  const slowPatterns = slowPatternsOf(schema);
  const broken = brokenPattern(slowPatterns);
  if (broken !== undefined) throw new Error(broken);
  const mayHang = slowPatterns.length > 0 || hasManyPaths(schema);

  return {
    ...names,
    description:
      header.description ?? (typeof schema['description'] === 'string' ? schema['description'] : ''),
    aliases: header.aliases,
    jsonSchema: schema,
    ...policies,
    upgrade: readUpgrade(header.upgrade, { ...names, jsonSchema: schema }),
    envelopeDefaults: envelopeDefaultsOf(deref(schema, schema)),
    ownCode: mayHang ? { functions: false, slowPatterns } : undefined,
    open: policies.undeclared !== 'reject' && isOpen(schema),
    ...fenced(
      names,
      refusingUndeclared(policies.undeclared, topFields(policies.columns), {
        fields: columns.map((column) => column.name),
        mayHang,
        validate(event): Validation {
          const errors = errorsOf(event);
          return errors === undefined
            ? { ok: true, value: event }
            : { ok: false, violations: violationsFromAjv(errors, event) };
        },
        checkFields: (fields) => fieldCheckOf(schema, fields, dialect),
        tryField: createFieldTrial(schema, dialect),
      }),
    ),
  };
}

/** Keywords of a schema's top by which each field is judged by itself, or nothing is. */
const fieldwise = new Set(
  '$schema $id $comment $defs definitions x-contract title description examples default type properties required additionalProperties'.split(
    ' ',
  ),
);

function fieldCheckOf(
  schema: JsonObject,
  fields: readonly string[],
  dialect: Dialect,
): FieldCheck | undefined {
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
  const check = compileFor(part, dialect, { allErrors: true });
  const violationsFromAjv = createAjvTranslator(part);
  const relevant =
    additionalProperties === false ? fields : fields.filter((field) => Object.hasOwn(properties, field));
  return rememberAbsence(relevant, (event) => {
    const errors = check(event);
    if (errors === undefined) return [];
    const violations = violationsFromAjv(errors, event);
    return violations.length < maxViolations ? violations : undefined;
  });
}

/** One field's own declaration, compiled when something has gone wrong. */
function createFieldTrial(
  schema: JsonObject,
  dialect: Dialect,
): (field: string) => ((event: JsonObject) => unknown) | undefined {
  const checks = new Map<string, Check>();
  return (field) => {
    const { properties } = deref(schema, schema);
    if (!isObject(properties) || !Object.hasOwn(properties, field)) return undefined;
    const kept = ['$schema', '$id', '$defs', 'definitions'].filter((keyword) =>
      Object.hasOwn(schema, keyword),
    );
    const check =
      checks.get(field) ??
      part(() =>
        compileFor(
          {
            ...Object.fromEntries(kept.map((keyword) => [keyword, schema[keyword]!])),
            properties: { [field]: properties[field]! },
          },
          dialect,
          {},
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
