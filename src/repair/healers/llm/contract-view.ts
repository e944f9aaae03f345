import { deref } from '../../../contracts/json-schema/refs.ts';
import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { valueAt } from '../../../model/pointer.ts';
import type { Focus } from './focus.ts';

/** A contract's JSON Schema as a prompt has room for it. */
export interface ContractView {
  schema: Json;
  /** True when parts were left out. */
  excerpt: boolean;
}

interface Detail {
  /** Levels that are told below a place that fails, and beside the way to it. */
  below: number;
  beside: number;
  properties: number;
  alternatives: number;
  descriptions: boolean;
}

/** From the most to the least; the first that fits is taken. */
const details: readonly Detail[] = [
  { below: 4, beside: 2, properties: 100, alternatives: 8, descriptions: true },
  { below: 3, beside: 1, properties: 80, alternatives: 4, descriptions: false },
  { below: 2, beside: 0, properties: 60, alternatives: 2, descriptions: false },
  { below: 1, beside: 0, properties: 30, alternatives: 1, descriptions: false },
];
const maxSchemaLength = 20_000;
/** Schemas in one excerpt: alternatives that hold themselves would otherwise have no end. */
const maxNodes = 2000;

/**
 * The whole schema when it is small, else an excerpt: references resolved, the way to each violation and undeclared field
 * in detail, the rest by name and type. A webhook's schema may have half a megabyte, and most of it is no news.
 */
export function contractView(jsonSchema: JsonObject, event: JsonObject, focus: Focus): ContractView {
  if (JSON.stringify(jsonSchema).length <= maxSchemaLength) return { schema: jsonSchema, excerpt: false };
  for (const detail of details) {
    const schema = excerpt(jsonSchema, event, focus, detail);
    if (JSON.stringify(schema).length <= maxSchemaLength) return { schema, excerpt: true };
  }
  return { schema: { type: 'object' }, excerpt: true };
}

function excerpt(root: JsonObject, event: JsonObject, focus: Focus, detail: Detail): Json {
  let nodes = maxNodes;
  return view(root, [], detail.beside, 0);

  function view(schema: JsonObject, path: string[], depthLeft: number, nesting: number): Json {
    const resolved = deref(schema, root);
    const told = ownWords(resolved, detail);
    if (depthLeft < 0 || nesting > maxNesting || nodes-- <= 0) return told;

    const below = (part: Json, segment: string): Json => {
      const place = [...path, segment];
      if (!isObject(part)) return part;
      if (focus.leadsThere(place) && !focus.isBroken(place)) return view(part, place, detail.beside, 0);
      const starts = focus.isBroken(place) && !focus.isBroken(path);
      return view(part, place, starts ? detail.below - 1 : depthLeft - 1, 0);
    };
    const { properties, items, additionalProperties } = resolved;
    if (isObject(properties)) {
      const names = Object.keys(properties);
      const first = names.filter((name) => focus.leadsThere([...path, name]));
      const shown = new Set([...first, ...names].slice(0, Math.max(detail.properties, first.length)));
      told['properties'] = Object.fromEntries(
        names.filter((name) => shown.has(name)).map((name) => [name, below(properties[name]!, name)]),
      );
      if (shown.size < names.length) told['x-more-properties'] = names.length - shown.size;
    }
    if (isObject(items)) told['items'] = below(items, '*');
    if (typeof additionalProperties === 'boolean') told['additionalProperties'] = additionalProperties;
    else if (isObject(additionalProperties))
      told['additionalProperties'] = below(additionalProperties, '<any>');
    for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
      const parts = resolved[keyword];
      if (!Array.isArray(parts)) continue;
      const objects = parts.filter(isObject);
      const chosen = keyword === 'allOf' ? objects : likeliest(objects, path);
      told[keyword] = chosen.map((part) => view(part, path, depthLeft, nesting + 1));
      if (chosen.length < objects.length) told['x-more-alternatives'] = objects.length - chosen.length;
    }
    return told;
  }

  /** Those that the event comes nearest to, in the contract's order. */
  function likeliest(parts: JsonObject[], path: string[]): JsonObject[] {
    const value = path.includes('*') ? undefined : valueAt(event, path);
    const scored = parts.map((part) => ({ part, score: resemblance(deref(part, root), value, root) }));
    const best = scored.toSorted((a, b) => b.score - a.score).slice(0, detail.alternatives);
    return parts.filter((part) => best.some((one) => one.part === part));
  }
}

const maxNesting = 16;

/** How many of the value's fields an alternative names, and whether its constants are the value's. */
function resemblance({ properties }: JsonObject, value: Json | undefined, root: JsonObject): number {
  if (!isObject(properties) || !isObject(value)) return 0;
  let score = 0;
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property) || !Object.hasOwn(value, name)) continue;
    score++;
    const { const: constant, enum: members } = deref(property, root);
    const listed = Array.isArray(members) ? members : constant === undefined ? undefined : [constant];
    if (listed !== undefined) score += listed.includes(value[name]!) ? 10 : -10;
  }
  return score;
}

const plainKeywords = [
  'type',
  'format',
  'const',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;
const maxMembers = 40;
const maxWordsLength = 160;

/** What a schema says of its own place, without what lies below. */
function ownWords(schema: JsonObject, { descriptions }: Detail): JsonObject {
  const told: JsonObject = {};
  for (const keyword of plainKeywords) {
    const value = schema[keyword];
    if (value !== undefined && JSON.stringify(value).length <= maxWordsLength) told[keyword] = value;
  }
  for (const keyword of ['required', 'enum'] as const) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    told[keyword] = list.slice(0, maxMembers);
    if (list.length > maxMembers) told[`x-more-${keyword}`] = list.length - maxMembers;
  }
  const { description } = schema;
  if (descriptions && typeof description === 'string')
    told['description'] = description.slice(0, maxWordsLength);
  return told;
}
