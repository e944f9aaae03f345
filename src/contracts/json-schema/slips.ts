import { type JsonObject, isObject } from '../../model/json.ts';
import { escapeSegment } from '../violation.ts';
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

const meantBy = (keyword: string): string | undefined =>
  keywords.has(keyword) || keyword.length > 24 ? undefined : guessed.find((known) => isLike(keyword, known));

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

/** Equal but for case, or for one letter that is missing, too many, another, or in the wrong place. */
function isLike(word: string, known: string): boolean {
  const [one, other] = [word.toLowerCase(), known.toLowerCase()];
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [rest, otherRest] = [one.slice(at), other.slice(at)];
  return (
    rest === otherRest ||
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
