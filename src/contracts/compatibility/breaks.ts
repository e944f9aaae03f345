import { escapeSegment } from '../../model/pointer.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../../model/json.ts';
import { deref } from '../json-schema/refs.ts';
import { areApart } from './apart.ts';
import { valueBreaks } from './value-breaks.ts';
import { wholeOf } from './whole.ts';

/** Why events that one schema accepts may be refused by another: where, and in words. */
export interface Break {
  /** JSON Pointer; `*` stands for the elements of a list or the values of a map. */
  path: string;
  reason: string;
}

/** Two documents, and what is known of pairs of their parts. */
interface Comparison {
  from: JsonObject;
  to: JsonObject;
  /** Breaks of a pair; empty while it is under way, as in schemas that refer to themselves. */
  known: WeakMap<JsonObject, WeakMap<JsonObject, Break[]>>;
}

const maxDepth = 100;
/** More of one place tell a person nothing new. */
const mostBreaks = 100;

/**
 * Where events that `from` accepts may be refused by `to`. Errs on the side of a break where the two can't be compared.
 * Fields that `from` does not declare are taken for absent: they could be anything.
 */
export function breaksBetween(from: JsonObject, to: JsonObject): Break[] {
  return compare(from, to, { from, to, known: new WeakMap() });
}

function compare(given: Json, wanted: Json, whole: Comparison): Break[] {
  if (wanted === true || given === false) return [];
  if (wanted === false) return [{ path: '', reason: 'nothing is allowed there' }];
  const from = isObject(given) ? wholeOf(given, whole.from) : {};
  const to = isObject(wanted) ? wholeOf(wanted, whole.to) : {};
  const known = whole.known.get(from) ?? new WeakMap<JsonObject, Break[]>();
  whole.known.set(from, known);
  const before = known.get(to);
  if (before !== undefined) return before;
  known.set(to, []);
  const found = unique(compareParts(withParts(from, whole.from), to, whole));
  known.set(to, found);
  return found;
}

function compareParts(from: JsonObject, to: JsonObject, whole: Comparison): Break[] {
  const { oneOf } = to;
  if (Array.isArray(oneOf) && !sameJson(oneOf, from['oneOf']) && !areApart(oneOf, whole.to)) {
    const { oneOf: _, ...rest } = to;
    const reason = 'exactly one alternative is asked for, and several may fit';
    return [{ path: '', reason }, ...compareParts(from, { ...rest, anyOf: oneOf }, whole)];
  }
  const alternatives = alternativesOf(from);
  if (alternatives !== undefined) return alternatives.flatMap((one) => compareParts(one, to, whole));
  const choices = unionOf(to);
  if (choices !== undefined) {
    const { anyOf: _, oneOf: __, ...rest } = to;
    return [...fitting(from, choices, whole), ...compareParts(from, rest, whole)];
  }
  const parts = Array.isArray(to['allOf']) ? to['allOf'].flatMap((part) => compare(from, part, whole)) : [];
  return [
    ...parts,
    ...valueBreaks(from, to).map((reason) => ({ path: '', reason })),
    ...fieldBreaks(from, to, whole),
    ...itemBreaks(from, to, whole),
  ];
}

const within = (segment: string, breaks: readonly Break[]): Break[] =>
  breaks.map(({ path, reason }) => ({ path: `/${segment}${path}`, reason }));

function unique(breaks: readonly Break[]): Break[] {
  const found = new Map(breaks.map((one) => [`${one.path} ${one.reason}`, one]));
  return [...found.values()].slice(0, mostBreaks);
}

/** The parts of `allOf` taken in; where two say a thing in two ways, the first counts, so that more is let through. */
function withParts(schema: JsonObject, root: JsonObject, depth = 0): JsonObject {
  const { allOf, ...own } = schema;
  if (!Array.isArray(allOf) || depth > maxDepth) return schema;
  let whole: JsonObject = own;
  for (const part of allOf) {
    if (!isObject(part)) continue;
    const more = withParts(deref(part, root), root, depth + 1);
    const properties = { ...(more['properties'] as JsonObject), ...(whole['properties'] as JsonObject) };
    const required = [more['required'] ?? [], whole['required'] ?? []].flat();
    whole = { ...more, ...whole };
    if (Object.keys(properties).length > 0) whole['properties'] = properties;
    if (required.length > 0) whole['required'] = required;
  }
  return whole;
}

/** What a value may be, one at a time: of a union each part, of a list of types each type. */
function alternativesOf(schema: JsonObject): JsonObject[] | undefined {
  const union = unionOf(schema);
  if (union !== undefined) {
    const { anyOf: _, oneOf: __, ...rest } = schema;
    return union.map((part) => (isObject(part) ? { ...rest, ...part } : rest));
  }
  const { type } = schema;
  return Array.isArray(type) && type.length > 1 ? type.map((one) => ({ ...schema, type: one })) : undefined;
}

const unionOf = ({ anyOf, oneOf }: JsonObject): Json[] | undefined =>
  Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;

/** One of the choices has to take it; of those that do not, the nearest says why. */
function fitting(from: JsonObject, choices: readonly Json[], whole: Comparison): Break[] {
  let nearest: Break[] | undefined;
  for (const choice of choices) {
    const found = compare(from, choice, whole);
    if (found.length === 0) return [];
    if (nearest === undefined || found.length < nearest.length) nearest = found;
  }
  return nearest ?? [];
}

const refused = 'undeclared fields are refused';

function fieldBreaks(from: JsonObject, to: JsonObject, whole: Comparison): Break[] {
  if (!mayBe(from, 'object')) return [];
  const [given, wanted] = [fieldsOf(from), fieldsOf(to)];
  const breaks: Break[] = [];
  const isGiven = new Set(requiredOf(from));
  for (const name of requiredOf(to)) {
    const declared = wanted[name];
    const isSent = isGiven.has(name) && !isFilled(given[name], whole.from);
    if (!isSent && !isFilled(declared, whole.to))
      breaks.push({ path: `/${escapeSegment(name)}`, reason: 'it may be missing' });
  }
  const closed = to['unevaluatedProperties'] === false;
  const evaluated = closed ? fieldsOf(withParts(to, whole.to)) : wanted;
  const { additionalProperties: others = closed ? false : undefined } = to;
  for (const [name, schema] of Object.entries(given)) {
    const declared = Object.hasOwn(evaluated, name) ? evaluated[name]! : others;
    if (declared === false) breaks.push({ path: `/${escapeSegment(name)}`, reason: refused });
    else if (declared !== undefined)
      breaks.push(...within(escapeSegment(name), compare(schema, declared, whole)));
  }
  const { additionalProperties: unlisted = true } = from;
  if (others === false && unlisted !== false && from['unevaluatedProperties'] !== false)
    breaks.push({ path: '', reason: refused });
  else if (isObject(others) && isObject(unlisted))
    breaks.push(...within('*', compare(unlisted, others, whole)));
  return breaks;
}

/** By ingest, when the event does not bring it. */
const isFilled = (declared: Json | undefined, root: JsonObject): boolean =>
  isObject(declared) && deref(declared, root)['x-envelope'] !== undefined;

function itemBreaks(from: JsonObject, to: JsonObject, whole: Comparison): Break[] {
  const { items } = to;
  if (items === undefined || !mayBe(from, 'array')) return [];
  if (Array.isArray(items) || Array.isArray(from['items']))
    return sameJson(items, from['items']) ? [] : [{ path: '', reason: 'its list of items differs' }];
  return within('*', compare(from['items'] ?? {}, items, whole));
}

const mayBe = ({ type }: JsonObject, kind: string): boolean =>
  type === undefined || [type].flat().includes(kind);

const fieldsOf = ({ properties }: JsonObject): JsonObject => (isObject(properties) ? properties : {});

const requiredOf = ({ required }: JsonObject): string[] =>
  Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
