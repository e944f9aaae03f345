import { type Change, changeAt } from './changes.ts';
import type { Json } from '../../../model/json.ts';
import type { Candidate } from './candidates.ts';
import { behind, compositions, hasLooseSign, isCalled } from './compositions.ts';
import { isNeutral } from './containers.ts';
import { isDistinctive } from './target.ts';
import { foldedName, wordsOf } from './names.ts';
import { genericPointer, pointerOf, valueAt } from '../../../model/pointer.ts';
import { partsBy } from '../../plans/operations/split-join.ts';
import type { Found, Search } from './search.ts';

/** Signs that are seldom part of a value. */
const delimiters = [' | ', ' - ', ' / ', ' : ', '; ', '|', ';', '\t'];
/** Signs that often are: they tell only when there is no other, and once. */
const signs = [', ', ' ', ',', '/', '-', ':', '_', '@', '#'];

/**
 * One text that holds two missing fields: it is called after both, in this order, and one separator alone splits it into
 * two values that fit.
 */
export function findSplit(
  search: Search,
  missing: readonly string[][],
): { found: Found; paths: readonly string[][] } | undefined {
  if (missing.length !== 2) return undefined;
  const [one, other] = missing as [string[], string[]];
  if (pointerOf(one.slice(0, -1)) !== pointerOf(other.slice(0, -1))) return undefined;
  const { event, peers = [] } = search.failure;
  for (const paths of [
    [one, other],
    [other, one],
  ]) {
    const names = paths.map((path) => wordsOf(path.at(-1)!));
    const named = candidatesFor(search, one).flatMap((candidate) => {
      const whole = wholeOf(candidate.words.leaf, names);
      return whole === undefined ? [] : [{ candidate, whole }];
    });
    const [only, ...others] = named;
    const text = only === undefined || others.length > 0 ? undefined : oneOf(only.candidate.value);
    if (only === undefined || typeof text !== 'string') continue;
    const { candidate, whole } = only;
    const [way] = waysToSplit(search, text, paths, whole.separator);
    if (way === undefined || partsBy(way.separator, paths.map(pointerOf))(text) === undefined) continue;
    const from = candidate.pointer;
    const isOnAll = peers.every((peer) => {
      const value = oneOf(valueAt(peer, candidate.path));
      return typeof value !== 'string' || value.split(way.separator).length === 2;
    });
    if (!isOnAll) continue;
    const to = paths.map((path) => genericPointer(pointerOf(path), event));
    const found: Found = {
      ok: true,
      from: [from],
      to,
      operations: [
        ...candidate.preparation,
        ...(text === candidate.value ? [] : [{ op: 'unwrap', path: from } as const]),
        { op: 'split', from, separator: way.separator, to },
        ...way.changes.flatMap((changes, at) => changes.map((change) => changeAt(to[at]!, change))),
      ],
      evidence: `${from} is ${to.join(' and ')}: it is called after both and splits into values that fit`,
    };
    return { found, paths: missing };
  }
  return undefined;
}

/** What stands alone in a list. */
const oneOf = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) && value.length === 1 ? value[0] : value;

/** The fields beside a missing one, and in the containers there that mean nothing. */
const candidatesFor = ({ candidates, own }: Search, path: readonly string[]): Candidate[] =>
  candidates.filter(
    ({ path: at, container }) =>
      at.length >= path.length &&
      path.slice(0, -1).every((segment, depth) => segment === at[depth]) &&
      (container === undefined
        ? at.length === path.length
        : container.doubts.length === 0 &&
          at.slice(path.length - 1, -1).every((segment) => isNeutral(segment, own))),
  );

interface Way {
  separator: string;
  changes: Change[][];
}

/** `known` is what stands between the parts of a whole of this name: `Lima, Ana` is no first and last name. */
function waysToSplit(
  { fitter, failure }: Search,
  text: string,
  paths: readonly string[][],
  known: string | undefined,
): Way[] {
  const isOnlySign = (separator: string) =>
    text.split(separator).every((part) => !/[^\p{L}\p{N}.]/u.test(withoutOwnSigns(part, known)));
  const isTold = (separator: string) => delimiters.includes(separator) || isOnlySign(separator);
  const usual = known === undefined ? [...delimiters, ...signs] : [known];
  const ways = usual.flatMap((separator): Way[] => {
    const parts = text.split(separator);
    if (parts.length !== paths.length || parts.some((part) => part.trim() !== part || part === '')) return [];
    if (parts.some(hasLooseSign) || mayBeDecimal(separator, parts)) return [];
    const fits = paths.map((path, at) => fitter.fit({ path, value: parts[at]! }));
    const changes = fits.flatMap((fit) => (fit.kind === 'fits' ? [fit.changes] : []));
    return changes.length === paths.length ? [{ separator, changes }] : [];
  });
  const told = ways.find(({ separator }) => isTold(separator));
  if (told !== undefined) return [told];
  // An e-mail address or a URL has signs of its own: then only one of all signs leaves two values that fit.
  const isTelling = paths.some((path) => isDistinctive(failure.contract.jsonSchema, path));
  return isTelling && ways.length === 1 ? ways : [];
}

/** A minus, and what stands within a name: `Meyer-Ott`, `O'Neil`. */
const withoutOwnSigns = (part: string, known: string | undefined): string =>
  known === ' ' ? part.replaceAll(/(?<=\p{L})['’-](?=\p{Lu})/gu, '') : part.replace(/^-(?=\d)/, '');

/** `48,85` is one number in half of the world, and two in the other: whole, and as a part. */
const mayBeDecimal = (separator: string, parts: readonly string[]): boolean =>
  separator === ','
    ? parts.every((part) => /^[-+]?\d+$/.test(part))
    : parts.some((part) => /^[-+]?\d+,\d+$/.test(part));

/** Whether a name is that of two fields together, in this order, and what then stands between them, if that is known. */
export function wholeOf(
  words: readonly string[],
  parts: readonly (readonly string[])[],
): { separator: string | undefined } | undefined {
  const folded = foldedName(words.filter((word) => word !== 'and'));
  const [one = [], other = []] = parts;
  const shared = one.findIndex((word, at) => word !== other[at]);
  const prefix = one.slice(0, Math.max(shared, 0));
  // `home_city_zip`: what both begin with may be said once.
  if (
    [
      [...one, ...other],
      [...one, ...behind(prefix, other)],
    ].some((whole) => foldedName(whole) === folded)
  )
    return { separator: undefined };
  return compositions.find(
    ({ wholes, first, second }) =>
      isCalled(wholes, behind(prefix, words)) &&
      isCalled(first, behind(prefix, one)) &&
      isCalled(second, behind(prefix, other)),
  );
}
