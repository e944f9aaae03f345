import type { Json } from '../../../model/json.ts';
import { recased } from '../../plans/letter-case.ts';
import { areUnits, customarySymbol, differInUnitCase } from '../../plans/meaning/unit-symbols.ts';
import { separatorsOfWords } from '../../plans/separators.ts';

type Spelling = (member: string) => string;

const cases: Spelling[] = [
  (text) => text,
  lower,
  upper,
  (text) => upper(text.charAt(0)) + lower(text.slice(1)),
  (text) => lower(text).replace(/(^|[\s_-])[a-z]/g, upper),
];
const separators: Spelling[] = [
  (text) => text,
  ...['_', '-', ' ', ''].map(
    (separator): Spelling =>
      (text) =>
        text.replace(separatorsOfWords, separator),
  ),
];
/** `on_the_way` as `onTheWay` and `OnTheWay`. */
const camelCases: Spelling[] = [camelCase, (text) => camelCase(text).replace(/^[a-z]/, upper)];
const spellings: Spelling[] = [
  ...cases.flatMap((inCase) =>
    separators.map(
      (separated): Spelling =>
        (text) =>
          separated(inCase(text)),
    ),
  ),
  ...camelCases,
  customarySymbol,
];

function lower(text: string): string {
  return recased(text, 'lower') ?? text;
}

function upper(text: string): string {
  return recased(text, 'upper') ?? text;
}

function camelCase(text: string): string {
  return lower(text)
    .replace(separatorsOfWords, ' ')
    .replace(/ [a-z]/g, upper)
    .replaceAll(' ', '');
}

const maxMembers = 256;

/**
 * When a value is one of the listed ones in another case or with other separators: the map from that spelling, of all of
 * them, to theirs, so that the rule fits the sender's other values too. Undefined when two members would read the same.
 */
export function spellingMap(
  value: string,
  listed: readonly Json[],
  field: readonly string[] = [],
): Record<string, string> | undefined {
  const members = [...new Set(listed)].filter((member) => typeof member === 'string');
  if (members.length > maxMembers) return undefined;
  const isOther = areUnits(members, field) ? differInUnitCase : () => false;
  for (const spell of [...spellings, ...spellingsAfter(value, field)]) {
    const spelled = members.map(spell);
    if (!spelled.includes(value) || new Set(spelled).size < members.length) continue;
    // What reads as a member already is that member.
    if (spelled.some((text, at) => members.includes(text) && members[at] !== text)) continue;
    const entries = spelled.flatMap((text, at) =>
      text === members[at] || isOther(text, members[at]!) ? [] : [[text, members[at]!]],
    );
    const map = Object.fromEntries(entries) as Record<string, string>;
    return Object.hasOwn(map, value) ? map : undefined;
  }
  return undefined;
}

/** As enums of protocols have it, after the name of the field: `STATE_ACTIVE`, `JOB_STATE_ACTIVE` of a `state`. */
function spellingsAfter(value: string, field: readonly string[]): Spelling[] {
  const name = field.join('_').toUpperCase();
  const at = name === '' ? -1 : value.indexOf(`${name}_`);
  if (at === -1 || !/^(?:[A-Z]+_)*$/.test(value.slice(0, at))) return [];
  const prefix = value.slice(0, at + name.length + 1);
  return [(member) => prefix + upper(member).replace(separatorsOfWords, '_')];
}

const truths = [
  ['yes', 'no'],
  ['y', 'n'],
  ['on', 'off'],
  ['t', 'f'],
  ['1', '0'],
] as const;

/** The map from how a sender writes true and false, when the value is one of the two in one case. */
export function booleanMap(value: Json): Record<string, boolean> | undefined {
  const isBit = value === 0 || value === 1;
  if (typeof value !== 'string' && !isBit) return undefined;
  for (const pair of truths)
    for (const spell of cases) {
      const [yes, no] = pair.map(spell);
      if (String(value) === yes || String(value) === no) return { [yes!]: true, [no!]: false };
    }
  return undefined;
}
