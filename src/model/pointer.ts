import { type Json, type JsonObject, isObject } from './json.ts';

/** The segments of a JSON Pointer; none for `''`, the whole document. */
export function segmentsOf(pointer: string): string[] {
  const segments = pointer.split('/').slice(1);
  if (!pointer.includes('~')) return segments;
  return segments.map(unescapeSegment);
}

export const unescapeSegment = (segment: string): string =>
  segment.replaceAll('~1', '/').replaceAll('~0', '~');

export function pointerOf(segments: readonly string[]): string {
  let pointer = '';
  for (const segment of segments) pointer += `/${escapeSegment(segment)}`;
  return pointer;
}

/** One segment of a JSON Pointer (RFC 6901). Few names have one of the signs, and looking for them is cheaper than replacing none. */
export const escapeSegment = (segment: string): string =>
  segment.includes('~') || segment.includes('/')
    ? segment.replaceAll('~', '~0').replaceAll('/', '~1')
    : segment;

/** The pointer with array indexes as `*`. Only what `value` really holds as an array counts. */
export function genericPointer(pointer: string, value: Json): string {
  let at: Json | undefined = value;
  const generic = segmentsOf(pointer).map((segment) => {
    const isElement = Array.isArray(at);
    at = at === undefined ? undefined : child(at, segment);
    return isElement ? '*' : segment;
  });
  return pointerOf(generic);
}

/** One step down; undefined where there is nothing. Never looks at prototypes. */
export function child(value: Json, segment: string): Json | undefined {
  if (Array.isArray(value)) return arrayIndex.test(segment) ? value[Number(segment)] : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

const arrayIndex = /^(0|[1-9]\d*)$/;

export function valueAt(value: Json, segments: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const segment of segments) {
    if (at === undefined) return undefined;
    at = child(at, segment);
  }
  return at;
}

/**
 * The concrete paths that a path with `*` means in this event, each with the indexes that its stars stand for.
 * What follows the last star need not exist, and an element may lack a deeper array. Undefined when something else that should
 * be an array is not.
 */
export function bindings(event: JsonObject, segments: readonly string[]): string[][] | undefined {
  const last = segments.lastIndexOf('*');
  if (last === -1) return [[]];
  const found: string[][] = [];
  let broken = false;
  const walk = (value: Json | undefined, at: number, indexes: string[]): void => {
    if (at > last) {
      found.push(indexes);
      return;
    }
    const segment = segments[at]!;
    if (segment !== '*') {
      const next = value === undefined ? undefined : child(value, segment);
      if (next !== undefined && next !== null) walk(next, at + 1, indexes);
      else if (indexes.length === 0) broken = true;
      return;
    }
    if (!Array.isArray(value)) {
      broken = true;
      return;
    }
    for (const [index, item] of value.entries()) walk(item, at + 1, [...indexes, String(index)]);
  };
  walk(event, 0, []);
  return broken ? undefined : found;
}

/** The path with its stars replaced by the indexes, in order. */
export function bind(segments: readonly string[], indexes: readonly string[]): string[] {
  let star = 0;
  return segments.map((segment) => (segment === '*' ? indexes[star++]! : segment));
}

/**
 * When `path` is what `pattern` (which may hold stars) means, or lies below it: the indexes of the stars and the rest of
 * the path.
 */
export function matchPrefix(
  pattern: readonly string[],
  path: readonly string[],
): { indexes: string[]; rest: string[] } | undefined {
  if (path.length < pattern.length) return undefined;
  const indexes: string[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const segment = pattern[at]!;
    if (segment === '*' && arrayIndex.test(path[at]!)) indexes.push(path[at]!);
    else if (segment !== path[at]) return undefined;
  }
  return { indexes, rest: path.slice(pattern.length) };
}

export function isBelow(path: readonly string[], ancestor: readonly string[]): boolean {
  return path.length > ancestor.length && ancestor.every((segment, at) => path[at] === segment);
}

/**
 * Whether one pointer may mean the same place as the other, or one below it. The star of one stands for the indexes of
 * the other.
 */
export function covers(outer: string, inner: string): boolean {
  if (outer === inner || inner.startsWith(`${outer}/`)) return true;
  if (!outer.includes('*') && !inner.includes('*')) return false;
  const wide = outer.split('/');
  const narrow = inner.split('/');
  return (
    wide.length <= narrow.length &&
    wide.every((segment, at) => segment === narrow[at] || isIndexOf(segment, narrow[at]!))
  );
}

function isIndexOf(a: string, b: string): boolean {
  return (a === '*' && arrayIndex.test(b)) || (b === '*' && arrayIndex.test(a));
}
