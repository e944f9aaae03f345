import type { Candidate } from './candidates.ts';
import { type Change, changeAt } from './changes.ts';
import { foldedName, wordsOf } from './names.ts';
import { genericPointer, pointerOf, valueAt } from '../../../model/pointer.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import type { Found, Search } from './search.ts';

/** What a whole is called, what its two parts may be called, in their order, and what stands between them. */
interface Composition {
  wholes: readonly string[];
  first: readonly string[];
  second: readonly string[];
  separator: string;
}

const compositions: readonly Composition[] = [
  {
    wholes: ['full name', 'name'],
    first: ['first name', 'given name', 'forename'],
    second: ['last name', 'family name', 'surname'],
    separator: ' ',
  },
  {
    wholes: ['full name'],
    first: ['owner', 'repository owner', 'full name owner'],
    second: ['repository', 'repository name', 'full name repository', 'full name name'],
    separator: '/',
  },
  {
    wholes: ['email'],
    first: ['email local', 'email local part', 'email user', 'email username', 'email name'],
    second: ['email domain'],
    separator: '@',
  },
];

const isCalled = (names: readonly string[], words: readonly string[]): boolean =>
  names.some((name) => name.replaceAll(' ', '') === foldedName(words));

/** Signs that are seldom part of a value. */
const delimiters = [' | ', ' - ', ' / ', ' : ', '; ', '|', ';', '\t'];
/** Signs that often are: they tell only when there is no other, and once. */
const signs = [', ', ' ', ',', '/', '-', ':', '_', '@', '#'];

/** The fields beside a path of the contract that it does not declare itself. */
function candidatesBeside({ candidates }: Search, path: readonly string[]): Candidate[] {
  return candidates.filter(
    (candidate) =>
      candidate.preparation.length === 0 &&
      candidate.path.length === path.length &&
      path.slice(0, -1).every((segment, at) => candidate.path[at] === segment),
  );
}

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
    const named = candidatesBeside(search, one).flatMap((candidate) => {
      const whole = wholeOf(candidate.words.leaf, names);
      return whole === undefined ? [] : [{ candidate, whole }];
    });
    const [only, ...others] = named;
    if (only === undefined || others.length > 0 || typeof only.candidate.value !== 'string') continue;
    const { candidate, whole } = only;
    const [way] = waysToSplit(search, only.candidate.value, paths, whole.separator);
    if (way === undefined) continue;
    const from = candidate.pointer;
    const isOnAll = peers.every((peer) => {
      const value = valueAt(peer, candidate.path);
      return typeof value !== 'string' || value.split(way.separator).length === 2;
    });
    if (!isOnAll) continue;
    const to = paths.map((path) => genericPointer(pointerOf(path), event));
    const found: Found = {
      ok: true,
      from: [from],
      to,
      operations: [
        { op: 'split', from, separator: way.separator, to },
        ...way.changes.flatMap((changes, at) => changes.map((change) => changeAt(to[at]!, change))),
      ],
      evidence: `${from} is ${to.join(' and ')}: it is called after both and splits into values that fit`,
    };
    return { found, paths: missing };
  }
  return undefined;
}

interface Way {
  separator: string;
  changes: Change[][];
}

/** `known` is what stands between the parts of a whole of this name: `Lima, Ana` is no first and last name. */
function waysToSplit(
  { fitter }: Search,
  text: string,
  paths: readonly string[][],
  known: string | undefined,
): Way[] {
  const isOnlySign = (separator: string) =>
    text.split(separator).every((part) => !/[^\p{L}\p{N}.]/u.test(part.replace(/^-(?=\d)/, '')));
  const usual = known === undefined ? [...delimiters, ...signs] : [known];
  for (const separator of usual.filter((one) => delimiters.includes(one) || isOnlySign(one))) {
    const parts = text.split(separator);
    if (parts.length !== paths.length || parts.some((part) => part.trim() !== part || part === '')) continue;
    if (parts.some(hasLooseSign) || mayBeDecimal(separator, parts)) continue;
    const fits = paths.map((path, at) => fitter.fit({ path, value: parts[at]! }));
    const changes = fits.flatMap((fit) => (fit.kind === 'fits' ? [fit.changes] : []));
    if (changes.length === paths.length) return [{ separator, changes }];
  }
  return [];
}

/** A sign that is left over at an end belongs to another way to write it: `Lima, Ana`. */
const hasLooseSign = (part: string): boolean => /^[,;:.]|[,;:.]$/.test(part);

/** `48,85` is one number in half of the world. */
const mayBeDecimal = (separator: string, parts: readonly string[]): boolean =>
  separator === ',' && parts.every((part) => /^[-+]?\d+$/.test(part));

/** Whether a name is that of two fields together, in this order, and what then stands between them, if that is known. */
function wholeOf(
  words: readonly string[],
  parts: readonly (readonly string[])[],
): { separator: string | undefined } | undefined {
  const folded = foldedName(words.filter((word) => word !== 'and'));
  if (folded === foldedName(parts.flat())) return { separator: undefined };
  const [one, other] = parts;
  return compositions.find(
    ({ wholes, first, second }) =>
      isCalled(wholes, words) && isCalled(first, one ?? []) && isCalled(second, other ?? []),
  );
}

/** Two fields that together are a missing one: a date and its time of day, the parts of a name. */
export function findJoined(search: Search, path: readonly string[]): Found | undefined {
  const beside = candidatesBeside(search, path).filter(({ value }) => typeof value === 'string');
  const ways = [
    ...momentParts(search, path, beside),
    ...addressParts(search, path, beside),
    ...namedParts(path, beside),
  ].flatMap((way) => {
    const { parts, separator } = way;
    const texts = parts.map(({ value }) => value as string);
    if (texts.some((text) => text.trim() === '' || text.includes(separator) || hasLooseSign(text))) return [];
    const fit = search.fitter.fit({ path, value: texts.join(separator) });
    return fit.kind === 'fits' ? [{ ...way, changes: fit.changes }] : [];
  });
  const [way, ...others] = ways;
  if (way === undefined || others.length > 0) return undefined;
  const to = genericPointer(pointerOf(path), search.failure.event);
  const from = way.parts.map(({ pointer }) => pointer);
  return {
    ok: true,
    from,
    to: [to],
    operations: [
      { op: 'join', from, separator: way.separator, to },
      ...way.changes.map((change) => changeAt(to, change)),
    ],
    evidence: `${from.join(' and ')} together are ${to}`,
  };
}

interface Parts {
  parts: Candidate[];
  separator: string;
}

const moments = new Set(['at', 'on', 'date', 'time', 'datetime', 'timestamp']);
const clock = /^\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/;

/** What a moment is of: `created` for `created_at` and `created_time`. */
const stem = (words: readonly string[]) => foldedName(words.filter((word) => !moments.has(word)));

/** Whether a field beside this one holds its time of day: then it is no moment by itself. */
export function hasTimeBeside({ candidates }: Search, { path, words }: Candidate): boolean {
  if (words.leaf.includes('time') || !words.leaf.includes('date')) return false;
  const around = path.slice(0, -1).join('/');
  return candidates.some(
    (other) =>
      other.words.leaf.includes('time') &&
      stem(other.words.leaf) === stem(words.leaf) &&
      other.path.slice(0, -1).join('/') === around,
  );
}

/** `created_date` and `created_time` of `created_at`: an ISO date and a time of day. */
function momentParts({ failure }: Search, path: readonly string[], beside: readonly Candidate[]): Parts[] {
  const isMoment = schemasAt(failure.contract.jsonSchema, path).some(
    (schema) => schema['format'] === 'date-time',
  );
  if (!isMoment) return [];
  const name = stem(wordsOf(path.at(-1)!));
  const called = (word: string) =>
    beside.filter(({ words }) => words.leaf.includes(word) && stem(words.leaf) === name);
  const dates = called('date').filter(({ value }) => /^\d{4}-\d{2}-\d{2}$/.test(value as string));
  const times = called('time').filter(({ value }) => clock.test(value as string));
  return dates.flatMap((date) => times.map((time) => ({ parts: [date, time], separator: 'T' })));
}

const schemes = new Set(['scheme', 'protocol']);
const hosts = new Set(['host', 'path', 'address', 'location', 'domain', 'rest']);

/** `logo_url_scheme`, which is `https`, and `logo_url_path`. */
function addressParts({ failure }: Search, path: readonly string[], beside: readonly Candidate[]): Parts[] {
  const isAddress = schemasAt(failure.contract.jsonSchema, path).some(({ format }) => format === 'uri');
  if (!isAddress) return [];
  const name = foldedName(wordsOf(path.at(-1)!));
  const called = (lasts: ReadonlySet<string>) =>
    beside.filter(({ words: { leaf } }) => lasts.has(leaf.at(-1)!) && foldedName(leaf.slice(0, -1)) === name);
  const isScheme = ({ value }: Candidate) => /^(https?|ftps?|wss?|s3|gs|git|ssh)$/i.test(value as string);
  const [scheme, ...otherSchemes] = called(schemes).filter(isScheme);
  const [rest, ...others] = called(hosts);
  if (scheme === undefined || rest === undefined || otherSchemes.length + others.length > 0) return [];
  return [{ parts: [scheme, rest], separator: '://' }];
}

function namedParts(path: readonly string[], beside: readonly Candidate[]): Parts[] {
  const name = wordsOf(path.at(-1)!);
  return compositions
    .filter(({ wholes }) => isCalled(wholes, name))
    .flatMap(({ first, second, separator }) => {
      const [start, ...otherStarts] = beside.filter(({ words }) => isCalled(first, words.leaf));
      const [end, ...otherEnds] = beside.filter(({ words }) => isCalled(second, words.leaf));
      if (start === undefined || end === undefined || otherStarts.length + otherEnds.length > 0) return [];
      return [{ parts: [start, end], separator }];
    });
}
