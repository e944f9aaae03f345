import type { Json } from '../../../src/model/json.ts';
import type { Draw, Mutation, Scene } from '../drift.ts';
import type { Field } from '../fields.ts';
import { another, chooseImitable, instead } from '../mutations/twins.ts';
import { caseStyles, commonStyles, wordsOf } from '../names.ts';
import type { Random } from '../random.ts';
import { opposites, otherNouns, ownLimits, parties } from './vocabulary.ts';
import { type Relation, relatedTo, relations } from './wordnet.ts';

/** A name that is another thing's, with a value that would do; undefined for a field that has none. */
type Naming = (words: readonly string[], scene: Scene, field: Field) => string[] | undefined;

function misnamed(naming: Naming, value: (original: Json) => Json | undefined = another): Draw {
  return (scene, focus) => {
    const field = chooseImitable(scene, focus);
    const words = field && naming(wordsOf(field.name), scene, field);
    if (field === undefined || words === undefined || repeatsItsObject(words, field)) return undefined;
    const name = caseStyles[scene.random.pick(commonStyles)](words);
    return name === field.name ? undefined : instead(scene, field, name, { [name]: value });
  };
}

/** In an object `user`, `userName` is its name: no decoy. */
function repeatsItsObject(words: readonly string[], { path, name }: Field): boolean {
  const own = wordsOf(name);
  const added = words.filter((word) => !own.includes(word));
  const objects = path.slice(0, -1).flatMap(wordsOf);
  return words.length > own.length && added.every((word) => objects.includes(word));
}

function replacedWord(words: readonly string[], random: Random, others: (word: string) => readonly string[]) {
  const known = words.flatMap((word, at) => (others(word).length > 0 ? [at] : []));
  if (known.length === 0) return undefined;
  const at = random.pick(known);
  return words.with(at, random.pick(others(words[at]!)));
}

const related =
  (relation: Relation): Naming =>
  (words, { random }) =>
    replacedWord(words, random, (word) => relatedTo(word, relation));

const noun: Naming = (words, { random, subject }, { path }) => {
  const own = [subject.contract.name, ...path].flatMap(wordsOf);
  return [random.pick(otherNouns.filter((word) => !own.includes(word))), ...words];
};

const limit: Naming = (words, { random }) => [...words, random.pick(ownLimits)];

/**
 * A word of the contract's name before a field's supports and does not prove: the `loan_amount` of a `loan_payment`, the
 * `sale_price` of a `sale`. The whole name, of several words, before a field of the event itself does prove
 * (`tax_rate_display_name` of a `tax_rate`) and is no decoy; before a field of an object within it says whose it is.
 */
const entity: Naming = (words, { subject, random }, { path }) => {
  const own = wordsOf(subject.contract.name);
  if (words.some((word) => own.includes(word))) return undefined;
  const proves = own.length > 1 && path.length === 1;
  return proves ? [random.pick(own), ...words] : [...own, ...words];
};

/** The other side of the deal; or a side, where the contract speaks of none. */
const party: Naming = (words, { random }) =>
  replacedWord(words, random, (word) => parties[word] ?? []) ??
  (random.chance(0.4) ? [random.pick(Object.keys(parties)), ...words] : undefined);

const negation: Naming = (words, { random }, { values }) => {
  if (!values.every((value) => typeof value === 'boolean')) return undefined;
  const known = replacedWord(words, random, (word) => opposites[word] ?? []);
  return (
    known ??
    random.pick([
      ['not', ...words],
      ['no', ...words],
      [`un${words[0]}`, ...words.slice(1)],
    ])
  );
};

/** `hour` for `hours`: one counts, the other tells which. */
const count: Naming = (words, _, { values }) => {
  if (!values.every((value) => Number.isInteger(value))) return undefined;
  const last = words.at(-1)!;
  const other = last.endsWith('s') ? last.slice(0, -1) : `${last}s`;
  return [...words.slice(0, -1), other];
};

const scales = [
  ['cents', 100],
  ['in_cents', 100],
  ['micros', 1_000_000],
  ['thousands', 0.001],
  ['percent', 100],
  ['bps', 10_000],
  ['millis', 1000],
] as const;

/** The same quantity in another unit: right in kind and wrong by a factor. */
const scale: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined || !field.values.every((value) => typeof value === 'number' && value !== 0))
    return undefined;
  const [unit, factor] = scene.random.pick(scales);
  const words = [...wordsOf(field.name), ...wordsOf(unit)];
  const name = caseStyles[scene.random.pick(commonStyles)](words);
  const isWhole = field.values.every((value) => Number.isInteger(value));
  return instead(scene, field, name, {
    [name]: (value) =>
      typeof value === 'number' ? Number((value * factor).toFixed(isWhole ? 0 : 4)) : undefined,
  });
};

const of = (kind: string, weight: number, draw: Draw): Mutation => ({
  kind,
  expected: 'refuse',
  weight,
  draw,
});

export const nameDecoys: Mutation[] = [
  ...relations.map((relation) => of(`word.${relation}`, 3, misnamed(related(relation)))),
  of('word.noun_before', 4, misnamed(noun)),
  of('word.limit_after', 2, misnamed(limit)),
  of('word.entity_before', 2, misnamed(entity)),
  of('word.party', 4, misnamed(party)),
  of(
    'word.negation',
    1,
    misnamed(negation, (value) => value),
  ),
  of('word.plural', 2, misnamed(count)),
  of('word.scale', 3, scale),
];
