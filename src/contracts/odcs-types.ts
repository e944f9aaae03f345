import { type Json, type JsonObject, isObject } from '../model/json.ts';

/*
 * What the Open Data Contract Standard and JSON Schema say of a value in other words, once for both ways: `export/odcs.ts` and
 * `import/odcs.ts` add what each of them has of its own.
 */

/** Logical types that JSON Schema says by a format. `column`: as `x-column` has it. */
const formatted: readonly { logicalType: string; format: string; column?: string }[] = [
  { logicalType: 'timestamp', format: 'date-time', column: 'datetime' },
  { logicalType: 'date', format: 'date', column: 'date' },
  { logicalType: 'time', format: 'time' },
];
/** Those that are called the same. */
const plain = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);

/** `logicalTypeOptions` that are keywords of JSON Schema. */
const sharedOptions =
  'pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minProperties maxProperties'.split(
    ' ',
  );

/** The logical type of a schema without references; undefined when it has none, or several. */
export function logicalTypeOf(schema: JsonObject): string | undefined {
  const { format, 'x-column': column } = schema;
  const [type, other] = [schema['type'] ?? []].flat().filter((one) => one !== 'null');
  const known = formatted.find(
    (one) => one.format === format || (column !== undefined && one.column === column),
  );
  if (known !== undefined) return known.logicalType;
  if (format === 'decimal' || type === 'number' || other === 'number') return 'number';
  if (column === 'integer' || type === 'integer' || other === 'integer') return 'integer';
  return typeof type === 'string' && other === undefined && plain.has(type) ? type : undefined;
}

/** What of the type is the schema's; undefined when the standard knows no such type. */
export function typeSchema(logicalType: Json | undefined): JsonObject | undefined {
  const known = formatted.find((one) => one.logicalType === logicalType);
  if (known !== undefined) return { type: 'string', format: known.format };
  return typeof logicalType === 'string' && plain.has(logicalType) ? { type: logicalType } : undefined;
}

/** `logicalTypeOptions` of a schema, or the keywords of options: what both have under the same name. */
export function sharedOf(given: JsonObject, logicalType: Json | undefined): JsonObject {
  const shared: JsonObject = {};
  for (const name of sharedOptions) if (given[name] !== undefined) shared[name] = given[name];
  for (const bound of ['inimum', 'aximum']) {
    const [loose, strict] = [`m${bound}`, `exclusiveM${bound}`];
    if (typeof shared[strict] !== 'boolean') continue;
    // As draft 4 and OpenAPI 3.0 have it: beside the limit.
    const { [strict]: isStrict, [loose]: limit } = shared;
    delete shared[strict];
    if (isStrict === true && limit !== undefined) {
      delete shared[loose];
      shared[strict] = limit;
    }
  }
  const { format } = given;
  // Of a date it is a pattern of another language.
  if (logicalType === 'string' && typeof format === 'string') shared['format'] = format;
  return shared;
}

/** A list of choices is a quality rule there. */
export const choicesRule = (choices: readonly Json[]): JsonObject => ({
  metric: 'invalidValues',
  arguments: { validValues: choices.filter((choice) => choice !== null) },
  mustBe: 0,
});

export function choicesOf(rule: JsonObject): Json[] | undefined {
  const { metric, arguments: given, mustBe } = rule;
  const choices =
    metric === 'invalidValues' && mustBe === 0 && isObject(given) ? given['validValues'] : undefined;
  return Array.isArray(choices) ? choices : undefined;
}

/** What the standard has no word for, under a name of ours. */
export const customProperty = (property: string, value: Json | undefined): JsonObject[] | undefined =>
  value === undefined ? undefined : [{ property, value }];

export function customValue({ customProperties }: JsonObject, property: string): Json | undefined {
  const all = Array.isArray(customProperties) ? customProperties.filter(isObject) : [];
  return all.find((one) => one['property'] === property)?.['value'];
}
