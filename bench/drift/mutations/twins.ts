import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import { differ } from '../differ.ts';
import type { Draw, Drift, Mutation, Scene } from '../drift.ts';
import type { Field } from '../fields.ts';
import { caseStyleNames, caseStyles, commonStyles, wordsOf } from '../names.ts';
import { edited, pointer, replaced, take } from '../paths.ts';
import { affixes, entityPrefixes } from '../vocabulary/affixes.ts';
import { semanticNames, semanticPatterns, twinPatterns } from '../vocabulary/decoys.ts';
import { chooseField } from './relocate.ts';

/** The field goes, and these come in its place: undefined when one of the names is somebody's already. */
export function instead(
  { subject }: Scene,
  field: Field,
  style: string,
  others: Readonly<Record<string, (value: Json) => Json | undefined>>,
  inverse: Drift['inverse'] = [],
): Drift | undefined {
  const holder = field.path.slice(0, -1);
  const names = Object.keys(others);
  if (names.some((name) => isDeclared(subject.contract.jsonSchema, [...holder, name]))) return undefined;
  return {
    style,
    touches: [field.path, ...names.map((name) => [...holder, name])].map(pointer),
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = take(parent, name);
        return (
          value !== undefined &&
          value !== null &&
          names.every((other) => put(parent, other, others[other]!(value)))
        );
      }),
    inverse,
  };
}

function put(parent: JsonObject, name: string, value: Json | undefined): boolean {
  if (value === undefined || Object.hasOwn(parent, name)) return false;
  parent[name] = value;
  return true;
}

const same = (value: Json): Json => structuredClone(value);
/** A decoy is only one if it is told apart from the true value. */
const another = (value: Json): Json | undefined => {
  const other = differ(value);
  return JSON.stringify(other) === JSON.stringify(value) ? undefined : other;
};

export const spelled = (pattern: string, field: Field, style: keyof typeof caseStyles): string =>
  caseStyles[style](wordsOf(pattern.replace('%', wordsOf(field.name).join('_'))));

/**
 * A field whose decoy the contract would take as well: what does not fit is evidence against itself, and the field
 * that does fit is then the only candidate.
 */
export function chooseImitable(scene: Scene, focus: Field | undefined): Field | undefined {
  const field = chooseField(scene, focus);
  const imitated = field === undefined ? undefined : replaced(scene.event, field.path, another);
  return imitated !== undefined && scene.subject.contract.validate(imitated).ok ? field : undefined;
}

/** Two names that say equally little; which of them holds the true value is chance. */
const ambiguous: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const style = scene.random.pick(commonStyles);
  const pair = scene.random.pick(twinPatterns);
  const [a, b] = scene.random.shuffled(pair).map((pattern) => spelled(pattern, field, style)) as [
    string,
    string,
  ];
  return instead(scene, field, `${a} and ${b}`, { [a]: same, [b]: another });
};

/** Affixes that leave the field's own words alone make it the exact one. */
const worded = affixes.filter(({ pattern }) => wordsOf(pattern.replace('%', '')).length > 0);

/** Two affixes of no meaning, and two values. */
const twoAffixes: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const [a, b] = scene.random
    .shuffled(worded)
    .slice(0, 2)
    .map(({ pattern }) => pattern.replace('%', wordsOf(field.name).join('_'))) as [string, string];
  // Two affixes may differ in case alone, which is not kept here: one name is no twin.
  if (a === b) return undefined;
  return instead(scene, field, `${a} and ${b}`, { [a]: same, [b]: another });
};

/** The field's very words in another case, beside one with a qualifier: the exact one is meant. */
const exact: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  const { random } = scene;
  const style = random.pick(caseStyleNames);
  const name = caseStyles[style](wordsOf(field.name));
  const decoy = decoyFor(field, scene);
  const target = pointer([...field.path.slice(0, -1), name]);
  return instead(scene, field, `${name} beside ${decoy}`, { [name]: same, [decoy]: another }, [
    { op: 'move', from: target, to: pointer(field.path) },
  ]);
};

/** Two names for the same value: whichever is taken, the result is right. */
const sameValue: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  const style = scene.random.pick(commonStyles);
  const [a, b] = scene.random.pick(twinPatterns).map((pattern) => spelled(pattern, field, style)) as [
    string,
    string,
  ];
  return instead(scene, field, `${a} and ${b}, one value`, { [a]: same, [b]: same });
};

/**
 * A name that only sounds like the field's. Never the field's own with words of what it belongs to: in an object called
 * `previous_purchase`, `price_previous` is its price.
 */
export function decoyFor(field: Field, { random, subject }: Scene): string {
  const own = wordsOf(field.name);
  const entity = entityPrefixes[subject.contract.name] ?? [];
  const owners = new Set([...field.path.slice(0, -1), ...entity].flatMap(wordsOf));
  const isOwn = (name: string) => {
    const added = wordsOf(name).filter((word) => !own.includes(word));
    return added.every((word) => owners.has(word));
  };
  const named = (semanticNames[own.join('_')] ?? []).filter((name) => !isOwn(name));
  const patterns = named.length > 0 && random.chance(0.7) ? named : semanticPatterns;
  const fitting = patterns.filter((pattern) => !isOwn(spelled(pattern, field, 'snake')));
  return spelled(random.pick(fitting), field, random.pick(commonStyles));
}

export { another };

export const twins: Mutation[] = [
  { kind: 'twin.exact', expected: 'repair', weight: 2, draw: exact },
  { kind: 'twin.same_value', expected: 'either', weight: 1, draw: sameValue },
  { kind: 'twin.ambiguous', expected: 'refuse', weight: 4, draw: ambiguous },
  { kind: 'twin.affixes', expected: 'refuse', weight: 2, draw: twoAffixes },
];
