import { type Json, sameJson, isContainer } from '../../../model/json.ts';
import { type InPlaceOperation, transformOf } from '../../plans/in-place.ts';
import type { CastType, Operation, Pointer } from '../../../model/plan.ts';
import { formatsOf } from './formats.ts';

/** Operations on one field, as yet without the field; `below`: on what is in it. */
export type Link = InPlaceOperation extends infer T
  ? T extends unknown
    ? Omit<T, 'path'> & { below?: '/*' }
    : never
  : never;

export type Respelling =
  | { kind: 'found'; links: Link[] }
  /** Several formats read the values in the way the person wrote them. */
  | { kind: 'unclear'; formats: string[] }
  | { kind: 'none' };

export type Pairs = readonly (readonly [from: Json, to: Json])[];

/** How many operations in a row one value is followed through. */
const maxLinks = 3;
/** Operations after which others may make sense. */
const first: readonly Link[] = [
  { op: 'trim' },
  { op: 'unwrap' },
  { op: 'lower' },
  { op: 'upper' },
  { op: 'parse' },
];

/**
 * The shortest row of operations that makes each first value the second: casts, trimming, case, wrapping, parsing. A
 * format is among them only when it is the one that fits. `types`: which casts to think of, the likeliest first.
 */
export function respell(pairs: Pairs, types: readonly CastType[]): Respelling {
  if (pairs.every(([from, to]) => sameJson(from, to))) return { kind: 'found', links: [] };
  if (!pairs.every(([from, to]) => mayBecome(from, to))) return none;
  for (let length = 1; length <= maxLinks; length++) {
    const found = inLinks(pairs, types, length);
    if (found.kind !== 'none') return found;
  }
  return none;
}

/** A quick look, since most values have nothing to do with each other: text keeps its letters and digits, but for dates. */
function mayBecome(from: Json, to: Json): boolean {
  if (Array.isArray(from) || Array.isArray(to)) return true;
  if (isContainer(to)) return typeof from === 'string' && from.includes('{');
  if (to === null || from === null || isContainer(from)) return false;
  const text = String(to);
  return folded(String(from)) === folded(text) || /^-?\d/.test(text);
}

const folded = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

export function onField(path: Pointer, links: readonly Link[]): Operation[] {
  return links.map(({ below = '', ...link }) => ({ ...link, path: path + below }));
}

const none: Respelling = { kind: 'none' };

function inLinks(pairs: Pairs, types: readonly CastType[], length: number): Respelling {
  if (length === 1) return inOne(pairs, types);
  for (const link of first) {
    const changed = through(link, pairs);
    if (changed === undefined) continue;
    const rest = inLinks(changed, types, length - 1);
    if (rest.kind === 'found') return { kind: 'found', links: [link, ...rest.links] };
    if (rest.kind === 'unclear') return rest;
  }
  if (!pairs.every(([, to]) => Array.isArray(to) && to.length === 1)) return none;
  const inner = inLinks(
    pairs.map(([from, to]) => [from, (to as Json[])[0]!] as const),
    types,
    length - 1,
  );
  return inner.kind === 'found' ? { kind: 'found', links: [...inner.links, { op: 'wrap' }] } : inner;
}

function inOne(pairs: Pairs, types: readonly CastType[]): Respelling {
  const casts = types.map((to): Link => ({ op: 'cast', to }));
  const plain = [...first, { op: 'wrap' } as const, ...casts].find((link) => fits(link, pairs));
  if (plain !== undefined) return { kind: 'found', links: [plain] };

  const lists = listLinks(pairs).filter((link) => fits(link, pairs));
  if (lists.length > 0) return { kind: 'found', links: [lists[0]!] };
  const typed = typedList(pairs);
  if (typed !== undefined) return { kind: 'found', links: typed };
  const formatted = new Map<string, Link>();
  const [example] = pairs.find(([from, to]) => !sameJson(from, to))!;
  for (const format of formatsOf(example))
    for (const to of types) {
      const link: Link = { op: 'cast', to, format };
      if (!formatted.has(format) && fits(link, pairs)) formatted.set(format, link);
    }
  if (formatted.size > 1) return { kind: 'unclear', formats: [...formatted.keys()] };
  const [link] = formatted.values();
  return link === undefined ? none : { kind: 'found', links: [link] };
}

const listSeparators = [', ', '; ', ' | ', ',', ';', '|', ' ', '/', '\n'];

function listLinks(pairs: Pairs): Link[] {
  const op = pairs.every(([, to]) => Array.isArray(to)) ? 'list' : 'unlist';
  if (op === 'unlist' && !pairs.every(([from]) => Array.isArray(from))) return [];
  return listSeparators.map((separator): Link => ({ op, separator }));
}

/** `"1;2;3"` to `[1, 2, 3]`: a list of texts, each of which becomes a value of one type. */
function typedList(pairs: Pairs): Link[] | undefined {
  const elements = pairs.flatMap(([, to]) => (Array.isArray(to) ? to : [to]));
  if (!pairs.every(([from, to]) => typeof from === 'string' && Array.isArray(to))) return undefined;
  for (const type of ['integer', 'number', 'boolean'] as const) {
    const each: Link = { op: 'cast', to: type, below: '/*' };
    const isOfType = elements.every((element) => typeof element === (type === 'boolean' ? type : 'number'));
    const list = isOfType ? listLinks(pairs).find((link) => fitsEach(link, each, pairs)) : undefined;
    if (list !== undefined) return [list, each];
  }
  return undefined;
}

function fitsEach(list: Link, each: Link, pairs: Pairs): boolean {
  const [cut, change] = [transformOf({ ...list, path: '' }), transformOf({ ...each, path: '' })];
  return pairs.every(([from, to]) => {
    const parts = cut(from);
    if (!parts.ok || !Array.isArray(parts.value)) return false;
    const made = parts.value.map((part) => change(part));
    return (
      made.every(({ ok }) => ok) &&
      sameJson(
        made.map((one) => (one.ok ? one.value : null)),
        to,
      )
    );
  });
}

function fits(link: Link, pairs: Pairs): boolean {
  const transform = transformOf({ ...link, path: '' });
  return pairs.every(([from, to]) => {
    const made = transform(from);
    return made.ok && sameJson(made.value, to);
  });
}

/** The pairs after the operation; undefined when it fails or changes nothing. */
function through(link: Link, pairs: Pairs): Pairs | undefined {
  const transform = transformOf({ ...link, path: '' });
  let isChanged = false;
  const changed: [Json, Json][] = [];
  for (const [from, to] of pairs) {
    const made = transform(from);
    if (!made.ok) return undefined;
    if (!sameJson(made.value, from)) isChanged = true;
    changed.push([made.value, to]);
  }
  return isChanged ? changed : undefined;
}
