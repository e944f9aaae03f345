import type { JsonObject } from '../../../src/model/json.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Mutation, Scene } from '../drift.ts';
import type { Field } from '../fields.ts';
import { caseStyleNames, caseStyles, commonStyles, wordsOf } from '../names.ts';
import { pointer } from '../paths.ts';
import type { Random } from '../random.ts';
import { abbreviations } from '../vocabulary/abbreviations.ts';
import { affixes, entityPrefixes } from '../vocabulary/affixes.ts';
import { synonyms, wordSynonyms } from '../vocabulary/synonyms.ts';
import { chooseField, relocated } from './relocate.ts';

interface NewName {
  name: string;
  style: string;
}

/** `names`: undefined for a field that can't be renamed so. */
function renaming(names: (field: Field, scene: Scene) => NewName | undefined): Draw {
  return (scene, focus) => {
    const field = chooseField(scene, focus);
    const renamed = field === undefined ? undefined : names(field, scene);
    if (field === undefined || renamed === undefined || renamed.name === '') return undefined;
    return relocated(scene, field, [renamed.name], renamed.style);
  };
}

function inCase(words: readonly string[], random: Random): string {
  return caseStyles[random.pick(commonStyles)](words);
}

const caseChange = renaming(({ name }, { random }) => {
  const style = random.pick(caseStyleNames);
  return { name: caseStyles[style](wordsOf(name)), style };
});

const synonym = renaming(({ name }, { random }) => {
  const words = wordsOf(name);
  const whole = synonyms[words.join('_')];
  if (whole !== undefined) return { name: inCase(wordsOf(random.pick(whole)), random), style: 'whole name' };
  const known = words.flatMap((word, at) => (Object.hasOwn(wordSynonyms, word) ? [at] : []));
  if (known.length === 0) return undefined;
  const at = random.pick(known);
  const replaced = words.with(at, random.pick(wordSynonyms[words[at]!]!));
  return { name: inCase(wordsOf(replaced.join('_')), random), style: 'one word' };
});

const abbreviation = renaming(({ name }, { random }) => {
  const words = wordsOf(name);
  const short = words.map((word) =>
    Object.hasOwn(abbreviations, word) ? random.pick(abbreviations[word]!) : word,
  );
  if (short.join() !== words.join() && random.chance(0.85))
    return { name: inCase(short, random), style: 'customary' };
  // The old way of databases: vowels go, the first letter stays.
  const bare = words.map((word) => word.slice(0, 1) + word.slice(1).replace(/[aeiou]/g, ''));
  return bare.join() === words.join() ? undefined : { name: inCase(bare, random), style: 'without vowels' };
});

const affix = renaming((field, { random }) => {
  const words = wordsOf(field.name);
  const parent = field.path.at(-2);
  if (parent !== undefined && parent !== '*' && random.chance(0.3))
    return { name: inCase([...wordsOf(parent), ...words], random), style: 'name of its object' };
  const { style, pattern, case: written = 'snake' } = random.pick(affixes);
  const styled = pattern.replace('%', caseStyles[written](words));
  return { name: written === 'camel' ? caseStyles.camel(wordsOf(styled)) : styled, style };
});

/** `order_amount` of an order: likely its amount, and as likely that of another; the name supports and never proves. */
const entity = renaming((field, { subject, random }) => {
  const { name } = subject.contract;
  const prefix = random.pick(entityPrefixes[name] ?? [name.replace(/^github_/, ''), 'github', 'event']);
  return { name: inCase([...wordsOf(prefix), ...wordsOf(field.name)], random), style: 'name of the entity' };
});

/** Every field of an object in another case, as when a serializer is set otherwise. */
const convention: Draw = ({ event, subject, random }, focus) => {
  if (focus !== undefined) return undefined;
  const style = random.pick(commonStyles);
  const root = subject.contract.jsonSchema;
  const spelled = (name: string) => (isDeclared(root, [name]) ? caseStyles[style](wordsOf(name)) : name);
  const names = Object.keys(event);
  const renamed = names.filter((name) => spelled(name) !== name);
  if (renamed.length < 2 || renamed.some((name) => isDeclared(root, [spelled(name)]))) return undefined;
  return {
    style: `all in ${style}`,
    touches: [''],
    apply(event) {
      const fields = Object.entries(structuredClone(event)).map(([name, value]) => [spelled(name), value]);
      const made = Object.fromEntries(fields) as JsonObject;
      return Object.keys(made).length === fields.length ? made : undefined;
    },
    inverse: renamed.map((name) => ({ op: 'move', from: pointer([spelled(name)]), to: pointer([name]) })),
  };
};

const typo = renaming(({ name }, { random }) => {
  const letters = name.split('').flatMap((letter, at) => (/[a-z]/i.test(letter) ? [at] : []));
  // A slip in a short name makes another name of it.
  if (letters.length < 5) return undefined;
  const at = random.pick(letters.slice(1, -1));
  const slips = {
    transposed: name.slice(0, at) + name.slice(at + 1, at + 2) + name[at] + name.slice(at + 2),
    doubled: name.slice(0, at) + name[at] + name.slice(at),
    'left out': name.slice(0, at) + name.slice(at + 1),
    'another letter': name.slice(0, at) + random.pick('aeinorst'.split('')) + name.slice(at + 1),
  };
  const style = random.pick(Object.keys(slips) as (keyof typeof slips)[]);
  return slips[style] === name ? undefined : { name: slips[style], style };
});

const plural = renaming(({ name }) => {
  if (name.endsWith('s')) return { name: name.replace(/s$/, ''), style: 'singular' };
  return { name: name.endsWith('y') ? name.replace(/y$/, 'ies') : `${name}s`, style: 'plural' };
});

export const renames: Mutation[] = [
  { kind: 'rename.case', expected: 'repair', weight: 6, draw: caseChange },
  // Another word is no evidence of a name (`price` for `amount`), but a model that knows the language may see it.
  { kind: 'rename.synonym', expected: 'either', weight: 4, draw: synonym },
  { kind: 'rename.abbreviation', expected: 'repair', weight: 3, draw: abbreviation },
  { kind: 'rename.affix', expected: 'repair', weight: 4, draw: affix },
  { kind: 'rename.entity', expected: 'either', weight: 1, draw: entity },
  { kind: 'rename.convention', expected: 'repair', weight: 2, draw: convention },
  { kind: 'rename.typo', expected: 'repair', weight: 2, draw: typo },
  { kind: 'rename.plural', expected: 'either', weight: 1, draw: plural },
];
