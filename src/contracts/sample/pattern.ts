import { RegExpParser, type AST } from '@eslint-community/regexpp';

/** What a quantifier without an upper bound, such as `a{3,}`, is cut to: a sample, not a stress test. */
const longestRepeat = 256;

/**
 * A short text that the pattern is likely to match; undefined when the pattern uses what has no obvious sample, such as a
 * look-around. The caller checks it against the pattern: back-references and anchors in odd places are not followed.
 */
export function textFor(pattern: string): string | undefined {
  try {
    return alternatives(
      new RegExpParser({ ecmaVersion: 2024 }).parsePattern(pattern, 0, pattern.length, { unicode: true })
        .alternatives,
    );
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NoSample) return undefined;
    throw error;
  }
}

class NoSample extends Error {}

function alternatives([first]: readonly AST.Alternative[]): string {
  return first === undefined ? '' : first.elements.map(element).join('');
}

function element(node: AST.Element): string {
  switch (node.type) {
    case 'Assertion':
      if (node.kind === 'lookahead' || node.kind === 'lookbehind') throw new NoSample();
      return '';
    case 'Quantifier':
      return element(node.element).repeat(Math.min(node.min, longestRepeat));
    case 'CapturingGroup':
    case 'Group':
      return alternatives(node.alternatives);
    case 'Character':
      return String.fromCodePoint(node.value);
    case 'CharacterSet':
    case 'CharacterClass':
      return oneOf(node);
    default:
      throw new NoSample();
  }
}

const candidates = ['A', 'a', '1', '0', '_', '-', '.', ' ', '/', '+', ':', '@', '#', '\t', '\n', 'é', '中'];

/** A character of the set: tried, since sets of sets are many and texts are few. */
function oneOf(node: AST.CharacterSet | AST.CharacterClass): string {
  const matches = new RegExp(`^${node.raw}$`, 'us');
  const found = candidates.find((candidate) => matches.test(candidate)) ?? firstOf(node);
  if (found === undefined || !matches.test(found)) throw new NoSample();
  return found;
}

function firstOf(node: AST.CharacterSet | AST.CharacterClass): string | undefined {
  if (node.type !== 'CharacterClass') return undefined;
  for (const part of node.elements) {
    if (part.type === 'Character') return String.fromCodePoint(part.value);
    if (part.type === 'CharacterClassRange') return String.fromCodePoint(part.min.value);
  }
  return undefined;
}
