import type { AST } from '@eslint-community/regexpp';

/** Characters as ranges of code points, first and last; they may overlap. */
export type CharacterSet = readonly (readonly [number, number])[];

const last = 0x10ffff;
const any: CharacterSet = [[0, last]];
const digits: CharacterSet = [[48, 57]];
const wordCharacters: CharacterSet = [...digits, [65, 90], [95, 95], [97, 122]];
const spaces: CharacterSet = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

export const overlap = (one: CharacterSet, other: CharacterSet): boolean =>
  one.some(([from, to]) => other.some(([start, end]) => from <= end && start <= to));

/** What one element may match; rather too much than too little. */
export function charactersOf(
  node: AST.Character | AST.CharacterSet | AST.CharacterClass | AST.ExpressionCharacterClass,
  ignoreCase: boolean,
): CharacterSet {
  const set = exactly(node);
  return ignoreCase ? withOtherCase(set) : set;
}

function exactly(node: AST.Node): CharacterSet {
  switch (node.type) {
    case 'Character':
      return [[node.value, node.value]];
    case 'CharacterClassRange':
      return [[node.min.value, node.max.value]];
    case 'CharacterSet':
      if (node.kind === 'any' || node.kind === 'property') return any;
      return negatedIf(node.negate, { digit: digits, space: spaces, word: wordCharacters }[node.kind]);
    case 'CharacterClass': {
      // What is left out of too much would be too little.
      const rough = node.elements.some(
        (element) =>
          element.type === 'ClassStringDisjunction' ||
          element.type === 'ExpressionCharacterClass' ||
          element.type === 'CharacterClass' ||
          (element.type === 'CharacterSet' && element.kind === 'property'),
      );
      return rough ? any : negatedIf(node.negate, node.elements.flatMap(exactly));
    }
    default:
      return any;
  }
}

function negatedIf(negate: boolean, set: CharacterSet): CharacterSet {
  if (!negate) return set;
  const others: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set.toSorted(([a], [b]) => a - b)) {
    if (from > next) others.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= last) others.push([next, last]);
  return others;
}

/** Two letters beyond ASCII are the same as `s` and `k` when case is ignored; the others beyond it are taken for any. */
function withOtherCase(set: CharacterSet): CharacterSet {
  if (set.some(([, to]) => to > 127)) return any;
  const moved = (from: number, to: number, by: number): CharacterSet =>
    set
      .map(([start, end]) => [Math.max(start, from) + by, Math.min(end, to) + by] as const)
      .filter(([start, end]) => start <= end);
  const both = [...set, ...moved(65, 90, 32), ...moved(97, 122, -32)];
  const long = overlap(both, [[115, 115]]) ? [[0x17f, 0x17f] as const] : [];
  const kelvin = overlap(both, [[107, 107]]) ? [[0x212a, 0x212a] as const] : [];
  return [...both, ...long, ...kelvin];
}
