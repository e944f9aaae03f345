import { escapeSegment } from '../../model/pointer.ts';
import { type AnyNumber, compareNumbers, isAnyNumber } from '../../model/exact-number.ts';
import { type JsonObject, isObject, jsonType } from '../../model/json.ts';
import { nearest } from '../../support/nearest-word.ts';
import { ofSameValue } from './endless.ts';
import { mapKeywords, partsOf, schemaKeywords } from './walk.ts';

const keywords = new Set([
  ...schemaKeywords,
  ...mapKeywords,
  ...'$anchor $comment $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $ref $schema $vocabulary const contentEncoding contentMediaType default dependentRequired deprecated description discriminator enum example examples exclusiveMaximum exclusiveMinimum externalDocs format id maxContains maxItems maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf nullable pattern readOnly required title type uniqueItems writeOnly xml'.split(
    ' ',
  ),
]);
/** A shorter word is like too many others. */
const guessed = [...keywords].filter((keyword) => keyword.length >= 5);
const mostWarnings = 20;

/** What a schema says that its author can't have meant: misspelt keywords, and required fields that are not declared. */
export function slipsOf(root: JsonObject): string[] {
  const slips: string[] = [];
  // `isPart`: it stands beside other schemas of the same value, which may declare what it requires.
  const look = (schema: JsonObject, at: string, isPart: boolean): void => {
    if (slips.length >= mostWarnings) return;
    for (const name of isPart ? [] : undeclaredOf(schema))
      slips.push(
        `${at}/required names ${JSON.stringify(name)}, which is not among the properties there: correct the name, or declare it`,
      );
    for (const why of isPart ? [] : impossibleIn(schema))
      slips.push(`${at === '' ? 'the schema' : at} ${why}`);
    for (const keyword of Object.keys(schema)) {
      const meant = meantBy(keyword);
      if (meant !== undefined)
        slips.push(
          `${at}/${escapeSegment(keyword)} is no keyword, and checks nothing: write ${meant}, if that is meant`,
        );
    }
    for (const [keyword, place, part] of partsOf(schema))
      if (schemaKeywords.has(keyword) || mapKeywords.has(keyword))
        look(part, at + place, ofSameValue.has(keyword));
  };
  look(root, '', false);
  return slips.slice(0, mostWarnings);
}

/** Why no value can be what the schema asks for. */
function impossibleIn(schema: JsonObject): string[] {
  const { type, enum: values, properties, required } = schema;
  const reasons: string[] = [];
  const types = [type ?? []].flat().map((name) => (name === 'integer' ? 'number' : name));
  const kinds = Array.isArray(values) ? values.map((value) => jsonType(value)) : [];
  if (
    types.length > 0 &&
    kinds.length > 0 &&
    kinds.every((kind) => !types.includes(kind === 'integer' ? 'number' : kind))
  )
    reasons.push('takes no value: none of its `enum` has its `type`');
  for (const [least, most] of limits)
    if (
      isAnyNumber(schema[least!]) &&
      isAnyNumber(schema[most!]) &&
      compareNumbers(schema[least!] as AnyNumber, schema[most!] as AnyNumber) > 0
    )
      reasons.push(`takes no value: ${least} is more than ${most}`);
  for (const name of Array.isArray(required) && isObject(properties) ? required : [])
    if (typeof name === 'string' && (properties as JsonObject)[name] === false)
      reasons.push(`takes no object: ${JSON.stringify(name)} is required, and nothing is allowed there`);
  return reasons;
}

const limits = ['', 'Length', 'Items', 'Properties', 'Contains'].map((of) =>
  of === '' ? ['minimum', 'maximum'] : [`min${of}`, `max${of}`],
);

const meantBy = (keyword: string): string | undefined =>
  keywords.has(keyword) || keyword.startsWith('x-') ? undefined : nearest(keyword, guessed);

function undeclaredOf(schema: JsonObject): string[] {
  const { properties, required, additionalProperties } = schema;
  if (!isObject(properties) || Object.keys(properties).length === 0 || !Array.isArray(required)) return [];
  const declaredElsewhere = [
    '$ref',
    '$dynamicRef',
    'allOf',
    'anyOf',
    'oneOf',
    'if',
    'patternProperties',
    'dependentSchemas',
  ];
  if (isObject(additionalProperties) || declaredElsewhere.some((keyword) => keyword in schema)) return [];
  return required.filter(
    (name): name is string => typeof name === 'string' && !Object.hasOwn(properties, name),
  );
}
