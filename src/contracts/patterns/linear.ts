import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { type CharacterSet, charactersOf, overlap } from './character-set.ts';
import { comesAfterLoop, isNullable, isOneCharacter, lengthOf, startsAtStart, stepsOf } from './elements.ts';

/** Ways, and characters, that a pattern may try at one place of a text before it gives up. */
const fewWays = 64;
const fewSteps = 16_384;

/** What comes after an element. */
interface After {
  /** The characters that may come next. */
  first: CharacterSet;
  /** It matches whatever the text: nothing before it is tried in another way. */
  free: boolean;
  /** The most characters that it takes. */
  length: number;
  /** It comes many times. */
  inLoop: boolean;
}

const nothing: After = { first: [], free: true, length: 0, inLoop: false };

/**
 * Whether a regular expression surely takes time in proportion to the text, in an engine that tries one way after another,
 * such as V8's. False for those that may take longer, and for some of which it can't tell.
 */
export function isLinear(pattern: string, flags = 'u'): boolean {
  const name = `${flags}/${pattern}`;
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = judge(pattern, flags);
  if (verdicts.size < mostVerdicts) verdicts.set(name, verdict);
  return verdict;
}

/** Contracts have their patterns in common, such as that of a postcode. */
const verdicts = new Map<string, boolean>();
const mostVerdicts = 1000;

function judge(pattern: string, flags: string): boolean {
  let tree: AST.Pattern;
  try {
    const modes = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') };
    tree = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(pattern, 0, pattern.length, modes);
  } catch {
    return false;
  }
  const pass = new Pass(flags.includes('i'));
  const ways = pass.ofAll(tree.alternatives, nothing);
  if (!flags.includes('m') && tree.alternatives.every(startsAtStart))
    return ways <= (pass.goesFar ? fewWays : fewSteps);
  // Begins anew at each character of the text, so none of these tries may go far.
  return !pass.goesFar && ways * stepsOf(tree.alternatives) <= fewSteps;
}

/** Counts the ways in which a pattern can match the same text; endless ones are infinite. */
class Pass {
  /** An endless repetition may have to be given up again. */
  goesFar = false;
  readonly #ignoreCase: boolean;

  constructor(ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
  }

  ofAll(alternatives: readonly AST.Alternative[], after: After): number {
    const ways = alternatives.map((each) => this.#sequence(each, after));
    // Of those that differ at once, one is tried.
    const differ = alternatives.every((one, at) =>
      alternatives.slice(at + 1).every((other) => this.#differ(one.elements, other.elements, after)),
    );
    return differ || after.free ? Math.max(...ways) : ways.reduce((sum, each) => sum + each, 0);
  }

  #differ(one: readonly AST.Element[], other: readonly AST.Element[], after: After): boolean {
    if (!overlap(this.#then(one, after).first, this.#then(other, after).first)) return true;
    const [[mine, ...mineLater], [others, ...othersLater]] = [one, other];
    return isOneCharacter(mine) && isOneCharacter(others) && this.#differ(mineLater, othersLater, after);
  }

  #sequence({ elements }: AST.Alternative, after: After): number {
    let ways = 1;
    for (const [at, element] of elements.entries())
      ways *= this.#element(element, this.#then(elements.slice(at + 1), after));
    return ways;
  }

  #element(element: AST.Element, after: After): number {
    switch (element.type) {
      case 'Group':
        return element.modifiers === null ? this.ofAll(element.alternatives, after) : Infinity;
      case 'CapturingGroup':
        return this.ofAll(element.alternatives, after);
      case 'Quantifier':
        return this.#quantifier(element, after);
      case 'Assertion':
        return this.#assertion(element, after);
      case 'Backreference':
        return Infinity;
      default:
        return 1;
    }
  }

  #assertion(assertion: AST.Assertion, { inLoop }: After): number {
    if (assertion.kind !== 'lookahead' && assertion.kind !== 'lookbehind') return 1;
    const ways = this.ofAll(assertion.alternatives, nothing);
    const length = Math.max(...assertion.alternatives.map(({ elements }) => lengthOf(elements)));
    if (length < Infinity) return ways * Math.max(1, length);
    // One that reads to the end may be looked at once only.
    this.goesFar = true;
    return inLoop || comesAfterLoop(assertion) ? Infinity : ways;
  }

  #quantifier({ element, min, max }: AST.Quantifier, after: After): number {
    const first = this.#then([element], nothing).first;
    const again: After = {
      first: [...first, ...after.first],
      free: after.free && min === 0,
      length: Infinity,
      inLoop: true,
    };
    const body = this.#element(element, max === 1 ? after : again);
    if (min === max) return body ** min;
    const sure = after.free || !overlap(first, after.first);
    if (max < Infinity) {
      if (sure && body === 1 && !isNullable(element)) return 1;
      return (max - min + 1) * body ** max;
    }
    if (!after.free) this.goesFar = true;
    if (body > 1 || isNullable(element)) return Infinity;
    if (sure) return 1;
    // Each place where it may end is tried, which is linear if what follows is short.
    return after.inLoop || after.length === Infinity ? Infinity : Math.max(1, after.length);
  }

  /** What comes first of these elements and what is after them. */
  #then(elements: readonly AST.Element[], after: After): After {
    let result = after;
    for (const element of elements.toReversed()) {
      const nullable = isNullable(element);
      const own = this.#firstOf(element);
      result = {
        first: nullable ? [...own, ...result.first] : own,
        free: result.free && nullable && element.type !== 'Assertion' && element.type !== 'Backreference',
        length: result.length + lengthOf([element]),
        inLoop: after.inLoop,
      };
    }
    return result;
  }

  #firstOf(element: AST.Element): CharacterSet {
    switch (element.type) {
      case 'Group':
      case 'CapturingGroup':
        return element.alternatives.flatMap(({ elements }) => this.#then(elements, nothing).first);
      case 'Quantifier':
        return this.#firstOf(element.element);
      case 'Assertion':
        return [];
      case 'Backreference':
        return [[0, 0x10ffff]];
      default:
        return charactersOf(element, this.#ignoreCase);
    }
  }
}
