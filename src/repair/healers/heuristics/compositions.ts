import type { Candidate } from './candidates.ts';
import { foldedName } from './names.ts';
import type { Search } from './search.ts';

/** What a whole is called, what its two parts may be called, in their order, and what stands between them. */
export interface Composition {
  wholes: readonly string[];
  first: readonly string[];
  second: readonly string[];
  separator: string;
}

export const compositions: readonly Composition[] = [
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
];

/** In this order or the other: `first_name`, `name_first`. */
export const isCalled = (names: readonly string[], words: readonly string[]): boolean =>
  names.some((name) => {
    const parts = name.split(' ');
    return parts.join('') === foldedName(words) || parts.toReversed().join('') === foldedName(words);
  });

/** The words of both, in any order: `first_contact_name` of a `contact_name`. */
export const isBothNames = (
  words: readonly string[],
  prefix: readonly string[],
  part: readonly string[],
): boolean =>
  prefix.length > 0 && foldedName(words.toSorted()) === foldedName([...prefix, ...part].toSorted());

/** Words without those before them that all of the names have: `contact_name` has `contact_first_name`. */
export const behind = (prefix: readonly string[], words: readonly string[]): readonly string[] =>
  foldedName(words.slice(0, prefix.length)) === foldedName(prefix) ? words.slice(prefix.length) : [];

/** The fields beside a path of the contract that it does not declare itself. */
export function candidatesBeside({ candidates }: Search, path: readonly string[]): Candidate[] {
  return candidates.filter(
    (candidate) =>
      candidate.preparation.length === 0 &&
      candidate.path.length === path.length &&
      path.slice(0, -1).every((segment, at) => candidate.path[at] === segment),
  );
}

/** A sign that is left over at an end belongs to another way to write it: `Lima, Ana`. */
export const hasLooseSign = (part: string): boolean => /^[,;:.]|[,;:.]$/.test(part);
