import { type Json, type JsonObject, isObject } from '../../../json.ts';
import { looksLikeValue, textClass } from './text-class.ts';

/** How much of an event a prompt may describe. */
export interface ShapeLimits {
  depth: number;
  keysPerObject: number;
  itemsPerArray: number;
  /** Of the whole event. */
  nodes: number;
}

export const defaultShapeLimits: ShapeLimits = { depth: 8, keysPerObject: 60, itemsPerArray: 3, nodes: 400 };

/**
 * The event without its values: keys stay (bounded, and masked where a key is itself a value), each scalar becomes
 * a word for its type and format, an array becomes its length class followed by its distinct item shapes, and a
 * string that spells JSON becomes `["<JSON text of>", shape]`.
 */
export function shapeOf(event: JsonObject, limits: ShapeLimits = defaultShapeLimits): Json {
  return describe(event, limits.depth, { limits, nodes: limits.nodes });
}

interface Walk {
  limits: ShapeLimits;
  /** Nodes that may still be described. */
  nodes: number;
}

function describe(value: Json, depthLeft: number, walk: Walk): Json {
  if (walk.nodes-- <= 0) return '<more>';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return numberClass(value);
  if (typeof value === 'string') return describeText(value, depthLeft, walk);
  if (depthLeft === 0) return Array.isArray(value) ? '<array, deeper>' : '<object, deeper>';
  return Array.isArray(value)
    ? describeArray(value, depthLeft, walk)
    : describeObject(value, depthLeft, walk);
}

function describeObject(object: JsonObject, depthLeft: number, walk: Walk): Json {
  const keys = Object.keys(object);
  const described: [string, Json][] = [];
  for (const key of keys.slice(0, walk.limits.keysPerObject)) {
    const name = looksLikeValue(key) ? `<key like ${textClass(key).slice('string:'.length)}>` : key;
    described.push([name, describe(object[key] as Json, depthLeft - 1, walk)]);
  }
  const hidden = keys.length - described.length;
  if (hidden > 0) described.push([`<${hidden} more keys>`, '<more>']);
  return Object.fromEntries(described);
}

function describeArray(array: Json[], depthLeft: number, walk: Walk): Json {
  const distinct = new Map<string, Json>();
  // A few items tell the structure; the rest of a long array would only cost time and tokens.
  for (const item of array.slice(0, 20)) {
    const shape = describe(item, depthLeft - 1, walk);
    distinct.set(JSON.stringify(shape), shape);
    if (distinct.size === walk.limits.itemsPerArray) break;
  }
  return [`<array of ${countClass(array.length)}>`, ...distinct.values()];
}

function describeText(text: string, depthLeft: number, walk: Walk): Json {
  const parsed = depthLeft > 0 ? parseContainer(text) : undefined;
  return parsed === undefined ? textClass(text) : ['<JSON text of>', describe(parsed, depthLeft - 1, walk)];
}

/** The object or array that a text spells, because `parse` can unpack it; anything else is just text. */
function parseContainer(text: string): Json | undefined {
  const first = text.trimStart()[0];
  if (text.length > 65_536 || (first !== '{' && first !== '[')) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function numberClass(value: number): string {
  if (Number.isInteger(value)) return value < 0 ? 'integer, negative' : 'integer';
  return value < 0 ? 'number, negative' : 'number';
}

function countClass(count: number): string {
  if (count <= 2) return String(count);
  return count <= 10 ? '3 to 10' : count <= 100 ? '11 to 100' : 'over 100';
}

/** The event with its values, for `share_values: true`: cut to the same limits, long strings shortened. */
export function boundedEvent(event: JsonObject, limits: ShapeLimits = defaultShapeLimits): Json {
  const walk: Walk = { limits, nodes: limits.nodes };
  const cut = (value: Json, depthLeft: number): Json => {
    if (walk.nodes-- <= 0) return '<more>';
    if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depthLeft === 0) return '<deeper>';
    if (Array.isArray(value)) return value.slice(0, 20).map((item) => cut(item, depthLeft - 1));
    const entries = Object.entries(value).slice(0, limits.keysPerObject);
    return Object.fromEntries(entries.map(([key, item]) => [key.slice(0, 200), cut(item, depthLeft - 1)]));
  };
  return cut(event, limits.depth);
}
