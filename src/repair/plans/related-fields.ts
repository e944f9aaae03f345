import { addTo } from '../../support/add-to.ts';
import type { Contract } from '../../contracts/contract.ts';
import { pointerOf, segmentsOf } from '../../model/pointer.ts';
import type { Candidate } from '../healers/heuristics/candidates.ts';
import { compositions, isCalled } from '../healers/heuristics/compositions.ts';
import { type OwnNames, composites, isNeutral, places } from '../healers/heuristics/containers.ts';
import { affixBetween } from '../healers/heuristics/convention.ts';
import { formats } from '../healers/heuristics/join.ts';
import { foldedName, wordsOf } from '../healers/heuristics/names.ts';
import { wholeOf } from '../healers/heuristics/split.ts';
import type { Target } from '../healers/heuristics/target.ts';
import { schemasAt } from './schema-paths.ts';

/** A field of a contract, as the healers look for it. */
export interface DeclaredField extends Target {
  /** The JSON types that it takes; empty for all. */
  types: ReadonlySet<string>;
}

/** The declared fields beside an undeclared one that it may be by a convention, together with another, or in pieces. */
export interface Related {
  loose: DeclaredField[];
  halves: (readonly [DeclaredField, DeclaredField])[];
  wholes: DeclaredField[];
}

const none: readonly DeclaredField[] = [];

/** The fields of one object, by what the names beside them may have in common with theirs. */
export interface Beside {
  byWord: ReadonlyMap<string, readonly DeclaredField[]>;
  /** The fields of the objects there that say only what their fields are together. */
  inComposites: ReadonlyMap<string, readonly DeclaredField[]>;
  /** Those that are called as a whole of which the halves are known, and as one of the halves. */
  wholes: readonly DeclaredField[];
  halves: readonly DeclaredField[];
  /** Two texts make one of them. */
  ofFormat: readonly (readonly [DeclaredField, ReadonlySet<string>])[];
}

export function besideIn(
  fields: readonly DeclaredField[],
  { jsonSchema }: Contract,
  fieldsOf: (object: string) => readonly DeclaredField[],
): Beside {
  const byWord = new Map<string, DeclaredField[]>();
  const inComposites = new Map<string, DeclaredField[]>();
  for (const field of fields) {
    const { leaf } = field.words;
    for (const word of new Set(leaf)) addTo(byWord, word, field);
    if (leaf.every((word) => composites.has(word)))
      for (const inner of fieldsOf(field.pointer)) addTo(inComposites, foldedName(inner.words.leaf), inner);
  }
  return {
    byWord,
    inComposites,
    wholes: fields.filter(({ words }) => isWhole(words.leaf)),
    halves: fields.filter(({ words }) => isHalf(words.leaf)),
    ofFormat: fields.flatMap((field) =>
      schemasAt(jsonSchema, field.path).flatMap(({ format }) => {
        const known = typeof format === 'string' ? formats[format] : undefined;
        return known === undefined ? [] : [[field, known.droppable] as const];
      }),
    ),
  };
}

export const nothingBeside: Beside = {
  byWord: new Map(),
  inComposites: new Map(),
  wholes: [],
  halves: [],
  ofFormat: [],
};
const nothing: Related = { loose: [], halves: [], wholes: [] };

export function relatedTo(
  { path, pointer, words: { leaf }, container }: Candidate,
  own: OwnNames,
  besideOf: (object: string) => Beside,
): Related {
  const depth = container?.outermost ?? path.length;
  const containers = path.slice(depth - 1, -1);
  const beside = besideOf(pointerOf(segmentsOf(pointer).slice(0, depth - 1)));
  const inPlace = containers.length === 1 && wordsOf(containers[0]!).every((word) => places.has(word));
  if (inPlace) {
    const alike = (field: DeclaredField) => foldedName(field.words.leaf) === foldedName(leaf);
    return { ...nothing, loose: (beside.byWord.get(leaf[0]!) ?? none).filter(alike) };
  }
  if (!containers.every((name) => isNeutral(name, own))) return nothing;
  const sharing = [...new Set(leaf.flatMap((word) => beside.byWord.get(word) ?? none))];
  const loose = [
    ...sharing.filter((field) => affixBetween(leaf, field.words.leaf) !== undefined),
    ...(beside.inComposites.get(foldedName(leaf)) ?? none),
  ];
  const mayBeHalf = [
    ...sharing.filter((field) => holds(leaf, field.words.leaf)),
    ...(isWhole(leaf) ? beside.halves : none),
  ];
  const halves = mayBeHalf.flatMap((one) =>
    mayBeHalf
      .filter((other) => other !== one && wholeOf(leaf, [one.words.leaf, other.words.leaf]) !== undefined)
      .map((other): [DeclaredField, DeclaredField] => [one, other]),
  );
  const wholes = [
    ...sharing.filter((field) => holds(field.words.leaf, leaf)),
    ...(isHalf(leaf) ? beside.wholes : none),
    ...beside.ofFormat
      .filter(([{ words }, droppable]) =>
        words.leaf.every((word) => leaf.includes(word) || droppable.has(word)),
      )
      .map(([field]) => field),
  ];
  return { loose, halves, wholes: [...new Set(wholes)] };
}

/** Whether a name has all words of another, and one more. */
const holds = (whole: readonly string[], half: readonly string[]): boolean =>
  half.length < whole.length && half.every((word) => whole.includes(word));

const isWhole = (words: readonly string[]): boolean =>
  compositions.some(({ wholes }) => endsAs(wholes, words));
const isHalf = (words: readonly string[]): boolean =>
  compositions.some(({ first, second }) => endsAs([...first, ...second], words));

/** The words with which names of wholes and halves end, in either order. */
const lastWords = new Set(
  compositions.flatMap(({ wholes, first, second }) => [...wholes, ...first, ...second].join(' ').split(' ')),
);

const endsAs = (names: readonly string[], words: readonly string[]): boolean =>
  lastWords.has(words.at(-1) ?? '') && words.some((_, at) => isCalled(names, words.slice(at)));
