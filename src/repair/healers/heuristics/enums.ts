import type { Json } from '../../../model/json.ts';

type Spelling = (member: string) => string;

const cases: Spelling[] = [
  (text) => text,
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
  (text) => text.toLowerCase().replace(/(^|[\s_-])[a-z]/g, (start) => start.toUpperCase()),
];
const separators: Spelling[] = [
  (text) => text,
  ...['_', '-', ' ', ''].map(
    (separator): Spelling =>
      (text) =>
        text.replace(/[\s_-]+/g, separator),
  ),
];
/** `on_the_way` as `onTheWay` and `OnTheWay`. */
const camelCases: Spelling[] = [
  (text) => text.toLowerCase().replace(/[\s_-]+([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  (text) => text.toLowerCase().replace(/(?:^|[\s_-]+)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
];
const spellings: Spelling[] = [
  ...cases.flatMap((inCase) =>
    separators.map(
      (separated): Spelling =>
        (text) =>
          separated(inCase(text)),
    ),
  ),
  ...camelCases,
];

const maxMembers = 256;

/**
 * When a value is one of the listed ones in another case or with other separators: the map from that spelling, of all of
 * them, to theirs, so that the rule fits the sender's other values too. Undefined when two members would read the same.
 */
export function spellingMap(value: string, listed: readonly Json[]): Record<string, string> | undefined {
  const members = [...new Set(listed)].filter((member) => typeof member === 'string');
  if (members.length > maxMembers) return undefined;
  for (const spell of spellings) {
    const spelled = members.map(spell);
    if (!spelled.includes(value) || new Set(spelled).size < members.length) continue;
    // What reads as a member already is that member.
    if (spelled.some((text, at) => members.includes(text) && members[at] !== text)) continue;
    const entries = spelled.flatMap((text, at) => (text === members[at] ? [] : [[text, members[at]!]]));
    return Object.fromEntries(entries) as Record<string, string>;
  }
  return undefined;
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
