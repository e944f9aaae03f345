import { parseJson } from '../../../model/exact-json.ts';
import { type AnyNumber, compareNumbers, isAnyNumber, isWholeNumber } from '../../../model/exact-number.ts';
import { type Json, type JsonObject, isObject, isContainer } from '../../../model/json.ts';
import { type Focus, focusOf } from './focus.ts';
import { type KeyMask, keyMaskOf } from './key-mask.ts';
import { textClass } from './text-class.ts';

/** How much of an event a prompt may describe. */
export interface ShapeLimits {
  depth: number;
  keysPerObject: number;
  itemsPerArray: number;
  /** Of the whole event. */
  nodes: number;
  /** True: what is declared and not part of the failure is named only. */
  failureOnly?: boolean;
}

const defaultShapeLimits: ShapeLimits = { depth: 8, keysPerObject: 60, itemsPerArray: 3, nodes: 400 };
/** From all of it to the least; the first that is complete and fits is taken. */
const stages: readonly ShapeLimits[] = [
  defaultShapeLimits,
  { ...defaultShapeLimits, failureOnly: true },
  { depth: 6, keysPerObject: 40, itemsPerArray: 2, nodes: 150, failureOnly: true },
  { depth: 4, keysPerObject: 30, itemsPerArray: 1, nodes: 80, failureOnly: true },
];
const maxShapeLength = 12_000;

/**
 * The event without its values: keys stay (bounded, and masked where a key is itself a value), each scalar becomes
 * a word for its type and format, an array becomes its length class followed by its distinct item shapes, and a
 * string that spells JSON becomes `["<JSON text of>", shape]`. A text at a place that fails, or that the contract does
 * not declare, and that is one of the contract's own words but for case and separators, is told by that word.
 */
export function shapeOf(
  event: JsonObject,
  focus: Focus = focusOf(event, {}, []),
  mask: KeyMask = keyMaskOf(event, focus.jsonSchema),
): Json {
  for (const limits of stages) {
    const walk: Walk = { limits, focus, mask, nodes: limits.nodes };
    const shape = describe(event, [], walk);
    const complete = walk.nodes >= 0 && JSON.stringify(shape).length <= maxShapeLength;
    if (complete || limits === stages.at(-1)) return shape;
  }
  return null;
}

interface Walk {
  limits: ShapeLimits;
  focus: Focus;
  mask: KeyMask;
  /** Nodes that may still be described; negative when some were left out. */
  nodes: number;
}

/** `path` is undefined below a text that holds JSON, of which no contract speaks. */
type Path = readonly string[] | undefined;

function describe(value: Json, path: Path, walk: Walk, level = 0): Json {
  if (walk.nodes-- <= 0) return '<more>';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (isAnyNumber(value)) return numberClass(value);
  if (typeof value === 'string') return describeText(value, path, walk, level);
  if (level >= walk.limits.depth) return Array.isArray(value) ? '<array, deeper>' : '<object, deeper>';
  if (walk.limits.failureOnly === true && path !== undefined && walk.focus.isUnrelated(path))
    return Array.isArray(value) ? '<array, as declared>' : '<object, as declared>';
  return Array.isArray(value)
    ? describeArray(value, path, walk, level)
    : describeObject(value, path, walk, level);
}

function describeObject(object: JsonObject, path: Path, walk: Walk, level: number): Json {
  const keys = Object.keys(object);
  const described: [string, Json][] = [];
  for (const key of keys.slice(0, walk.limits.keysPerObject)) {
    const below = path === undefined ? undefined : [...path, key];
    described.push([
      walk.mask.shown(key, object, path),
      describe(object[key] as Json, below, walk, level + 1),
    ]);
  }
  const hidden = keys.length - described.length;
  if (hidden > 0) described.push([`<${hidden} more keys>`, '<more>']);
  return Object.fromEntries(described);
}

function describeArray(array: Json[], path: Path, walk: Walk, level: number): Json {
  const distinct = new Map<string, Json>();
  const below = path === undefined ? undefined : [...path, '*'];
  // A few items tell the structure; the rest of a long array would only cost time and tokens.
  for (const item of array.slice(0, 20)) {
    const shape = describe(item, below, walk, level + 1);
    distinct.set(JSON.stringify(shape), shape);
    if (distinct.size === walk.limits.itemsPerArray) break;
  }
  return [`<array of ${countClass(array.length)}>`, ...distinct.values()];
}

function describeText(text: string, path: Path, walk: Walk, level: number): Json {
  const parsed = level < walk.limits.depth ? parseContainer(text) : undefined;
  if (parsed !== undefined) return ['<JSON text of>', describe(parsed, undefined, walk, level + 1)];
  const word = path === undefined ? undefined : walk.focus.contractWord(text, path);
  return word === undefined ? textClass(text) : `${textClass(text)}, the contract's ${JSON.stringify(word)}`;
}

/** The object or array that a text spells, because `parse` can unpack it; anything else is just text. */
function parseContainer(text: string): Json | undefined {
  const first = text.trimStart()[0];
  if (text.length > 65_536 || (first !== '{' && first !== '[')) return undefined;
  try {
    const value = parseJson(text);
    return isObject(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function numberClass(value: AnyNumber): string {
  const isNegative = compareNumbers(value, 0) < 0;
  if (!isWholeNumber(value)) return isNegative ? 'number, negative' : 'number';
  if (isNegative) return 'integer, negative';
  const digits = String(value).length;
  // As Unix times have; which of them is meant, the number of digits tells.
  return digits === 10 || digits === 13 ? `integer(${digits} digits)` : 'integer';
}

function countClass(count: number): string {
  if (count <= 2) return String(count);
  return count <= 10 ? '3 to 10' : count <= 100 ? '11 to 100' : 'over 100';
}

/** The event with its values, for `share_values: true`: cut to the same limits, long strings shortened. */
export function boundedEvent(event: JsonObject, limits: ShapeLimits = defaultShapeLimits): Json {
  const walk = { limits, nodes: limits.nodes };
  const cut = (value: Json, depthLeft: number): Json => {
    if (walk.nodes-- <= 0) return '<more>';
    if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
    if (!isContainer(value)) return value;
    if (depthLeft === 0) return '<deeper>';
    if (Array.isArray(value)) return value.slice(0, 20).map((item) => cut(item, depthLeft - 1));
    const entries = Object.entries(value).slice(0, limits.keysPerObject);
    return Object.fromEntries(entries.map(([key, item]) => [key.slice(0, 200), cut(item, depthLeft - 1)]));
  };
  return cut(event, limits.depth);
}
