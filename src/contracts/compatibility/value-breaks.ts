import { type AnyNumber, compareNumbers, isAnyNumber, isMultipleOf } from '../../model/exact-number.ts';
import { type Json, type JsonObject, jsonType, sameJson } from '../../model/json.ts';

/** Why a single value that `from` accepts may be refused by `to`, fields and items aside. */
export function valueBreaks(from: JsonObject, to: JsonObject): string[] {
  return [
    ...typeBreaks(from, to),
    ...choiceBreaks(from, to),
    ...bounds.flatMap((bound) => boundBreaks(bound, from, to)),
    ...stepBreaks(from, to),
    ...alike.flatMap((keyword) => differs(keyword, from, to)),
  ];
}

/** The JSON types that values may have; all when nothing is said. */
function typesOf({ type, enum: values, const: value }: JsonObject): string[] | undefined {
  if (type !== undefined) return [type].flat().filter((name) => typeof name === 'string');
  const listed = value === undefined ? values : [value];
  return Array.isArray(listed) ? [...new Set(listed.map((one) => jsonType(one)))] : undefined;
}

function typeBreaks(from: JsonObject, to: JsonObject): string[] {
  const [given, wanted] = [typesOf(from), typesOf(to)];
  if (wanted === undefined) return [];
  if (given === undefined) return [`it may be anything, and ${wanted.join(' or ')} is asked for`];
  const missing = given.filter(
    (type) => !wanted.includes(type) && !(type === 'integer' && wanted.includes('number')),
  );
  return missing.length === 0
    ? []
    : [`it may be ${missing.join(' or ')}, and ${wanted.join(' or ')} is asked for`];
}

function choicesOf({ const: value, enum: values }: JsonObject): Json[] | undefined {
  if (value !== undefined) return [value];
  return Array.isArray(values) ? values : undefined;
}

function choiceBreaks(from: JsonObject, to: JsonObject): string[] {
  const wanted = choicesOf(to);
  if (wanted === undefined) return [];
  const given = choicesOf(from);
  if (given === undefined) return ['any value was allowed, and only some are now'];
  const types = typesOf(from);
  const lost = given.filter(
    (value) =>
      (types === undefined || types.includes(jsonType(value))) && !wanted.some((one) => sameJson(one, value)),
  );
  return lost.length === 0 ? [] : [`${lost.map((value) => JSON.stringify(value)).join(', ')} is no choice`];
}

interface Bound {
  keyword: string;
  /** The keyword for the same bound, itself excluded. */
  strict?: string;
  /** 1: the value has to be larger; -1: smaller. */
  direction: 1 | -1;
}

const bounds: Bound[] = [
  { keyword: 'minimum', strict: 'exclusiveMinimum', direction: 1 },
  { keyword: 'maximum', strict: 'exclusiveMaximum', direction: -1 },
  { keyword: 'minLength', direction: 1 },
  { keyword: 'maxLength', direction: -1 },
  { keyword: 'minItems', direction: 1 },
  { keyword: 'maxItems', direction: -1 },
  { keyword: 'minProperties', direction: 1 },
  { keyword: 'maxProperties', direction: -1 },
];

/** The tightest limit of a schema in one direction. In draft 4 the strict keyword is true or false. */
function limitOf(schema: JsonObject, { keyword, strict, direction }: Bound) {
  const [loose, tight] = [schema[keyword], strict === undefined ? undefined : schema[strict]];
  const limits: { value: AnyNumber; strict: boolean }[] = [];
  if (isAnyNumber(loose)) limits.push({ value: loose, strict: tight === true });
  if (isAnyNumber(tight)) limits.push({ value: tight, strict: true });
  return limits.toSorted(
    (a, b) => direction * compareNumbers(b.value, a.value) || Number(b.strict) - Number(a.strict),
  )[0];
}

function boundBreaks(bound: Bound, from: JsonObject, to: JsonObject): string[] {
  const wanted = limitOf(to, bound);
  if (wanted === undefined || (bound.keyword === 'minLength' && wanted.value === 0)) return [];
  const words = `${bound.keyword} is ${wanted.strict ? 'beyond ' : ''}${String(wanted.value)}`;
  if (choicesOf(from)?.every((value) => holds(value, bound, wanted)) === true) return [];
  const given = limitOf(from, bound);
  if (given === undefined) return [`${words}, and there was no such limit`];
  const order = bound.direction * compareNumbers(given.value, wanted.value);
  if (order > 0 || (order === 0 && (given.strict || !wanted.strict))) return [];
  return [`${words}, and it was ${String(given.value)}`];
}

function holds(
  value: Json,
  { keyword, direction }: Bound,
  wanted: { value: AnyNumber; strict: boolean },
): boolean {
  const size = isAnyNumber(value) && !/Length|Items|Properties/.test(keyword) ? value : undefined;
  const measured = typeof value === 'string' && keyword.endsWith('Length') ? Array.from(value).length : size;
  if (measured === undefined) return true;
  const order = direction * compareNumbers(measured, wanted.value);
  return order > 0 || (order === 0 && !wanted.strict);
}

function stepBreaks(from: JsonObject, to: JsonObject): string[] {
  const [given, wanted] = [from['multipleOf'], to['multipleOf']];
  if (!isAnyNumber(wanted)) return [];
  if (from['type'] === 'integer' && isMultipleOf(1, wanted)) return [];
  if (isAnyNumber(given) && isMultipleOf(given, wanted)) return [];
  return [`it has to be a multiple of ${String(wanted)}`];
}

/** What can only be told to be the same, or not. */
const alike = [
  'pattern',
  'format',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'unevaluatedItems',
  'propertyNames',
  'patternProperties',
  'prefixItems',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'not',
  'if',
  'then',
  'else',
];

function differs(keyword: string, from: JsonObject, to: JsonObject): string[] {
  const wanted = to[keyword];
  if (wanted === undefined || sameJson(wanted, from[keyword]) || saysNothing(keyword, wanted)) return [];
  const isText = keyword === 'pattern' || keyword === 'format';
  if (isText && typesOf(from)?.includes('string') === false) return [];
  const said = typeof wanted === 'string' ? ` ${wanted}` : '';
  return [
    `${keyword}${said} ${from[keyword] === undefined ? 'is new' : 'is another'}, and what it lets through can't be compared`,
  ];
}

const saysNothing = (keyword: string, wanted: Json): boolean =>
  keyword === 'uniqueItems' || keyword === 'not'
    ? wanted === false
    : keyword === 'unevaluatedItems' && wanted === true;
