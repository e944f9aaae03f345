import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { escapeSegment } from '../violation.ts';
import { mapKeywords, schemaKeywords } from './normalize.ts';
import { derefOnce } from './refs.ts';

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
export function slipsOf(schema: JsonObject): string[] {
  const slips: string[] = [];
  look(schema, '', false, slips);
  return slips.slice(0, mostWarnings);
}

/** `isPart`: it stands beside other schemas of the same value, which may declare what it requires. */
function look(schema: JsonObject, at: string, isPart: boolean, slips: string[]): void {
  if (slips.length >= mostWarnings) return;
  if (!isPart)
    for (const name of undeclaredOf(schema))
      slips.push(
        `${at}/required names ${JSON.stringify(name)}, which is not among the properties there: correct the name, or declare it`,
      );
  for (const [keyword, value] of Object.entries(schema)) {
    const place = `${at}/${escapeSegment(keyword)}`;
    const meant =
      keywords.has(keyword) || keyword.length > 24
        ? undefined
        : guessed.find((known) => isLike(keyword, known));
    if (meant !== undefined)
      slips.push(`${place} is no keyword, and checks nothing: write ${meant}, if that is meant`);
    const ofSameValue = /^(?:allOf|anyOf|oneOf|if|then|else|not|dependentSchemas|dependencies)$/.test(
      keyword,
    );
    const parts =
      mapKeywords.has(keyword) && isObject(value)
        ? Object.entries(value)
        : !schemaKeywords.has(keyword)
          ? []
          : Array.isArray(value)
            ? value.map((part, index): [string, Json] => [String(index), part])
            : [['', value] as [string, Json]];
    for (const [name, part] of parts)
      if (isObject(part))
        look(part, name === '' ? place : `${place}/${escapeSegment(name)}`, ofSameValue, slips);
  }
}

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

/** The first reference that leads back to itself by references alone: no event could ever be judged by it. */
export function endlessReference(root: JsonObject): string | undefined {
  const sound = new Set<JsonObject>();
  const search = (node: Json): string | undefined => {
    if (Array.isArray(node)) return first(node);
    if (!isObject(node)) return undefined;
    const chain = new Set<JsonObject>();
    for (
      let next: JsonObject | undefined = node;
      next !== undefined && !sound.has(next);
      next = derefOnce(next, root)
    ) {
      if (chain.has(next)) return next['$ref'] as string;
      chain.add(next);
    }
    for (const each of chain) sound.add(each);
    return first(
      Object.entries(node).flatMap(([keyword, value]) => (dataKeywords.has(keyword) ? [] : [value])),
    );
  };
  const first = (nodes: readonly Json[]): string | undefined => {
    for (const node of nodes) {
      const found = search(node);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root);
}

const dataKeywords = new Set(['const', 'default', 'enum', 'example', 'examples', 'x-contract']);
