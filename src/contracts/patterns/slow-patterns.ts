import { messageOf } from '../../model/errors.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import { schemasOf } from '../json-schema/walk.ts';
import { isLinear } from './linear.ts';
import { regularExpression } from './regular-expression.ts';

/** A regular expression of a contract that can't be shown to take time in proportion to the text. */
export interface SlowPattern {
  /** JSON Pointer: where it stands in a JSON Schema, or the field of a Zod schema. */
  at: string;
  pattern: string;
}

/** A format of ajv-formats that goes back over a text again and again. */
const slowFormats = new Set(['url']);

/** The slow patterns of a JSON Schema. */
export function slowPatternsOf(root: JsonObject): SlowPattern[] {
  const slow: SlowPattern[] = [];
  for (const [at, { pattern, format, patternProperties }] of schemasOf(root)) {
    if (typeof pattern === 'string' && !isHarmless(pattern)) slow.push({ at, pattern });
    if (typeof format === 'string' && slowFormats.has(format)) slow.push({ at, pattern: `format ${format}` });
    if (!isObject(patternProperties)) continue;
    for (const name of Object.keys(patternProperties))
      if (!isHarmless(name)) slow.push({ at: `${at}/patternProperties`, pattern: name });
  }
  return slow;
}

function isHarmless(pattern: string): boolean {
  try {
    const { source, flags } = regularExpression(pattern);
    return isLinear(source, flags);
  } catch {
    return false;
  }
}

/** In what a vendor adds, what is called `pattern` may be none. */
const values = /(?<!\/properties)\/x-/;

/** The first pattern of a JSON Schema that is no regular expression, in words. */
export function brokenPattern(slowPatterns: readonly SlowPattern[]): string | undefined {
  for (const { at, pattern } of slowPatterns) {
    if (values.test(at)) continue;
    try {
      regularExpression(pattern);
    } catch (error) {
      return `the pattern at ${at === '' ? 'the top' : at} is no regular expression (${messageOf(error)}): ${remedyOf(pattern)}`;
    }
  }
  return undefined;
}

const remedyOf = (pattern: string): string =>
  /\(\?[a-z]+\)/.test(pattern)
    ? 'JavaScript has no (?i) and the like: write both cases, as in [Aa]'
    : /\(\?P</.test(pattern)
      ? 'JavaScript names a group by (?<name>…)'
      : 'correct it, or escape what it means literally';

/** For people: which patterns of a contract may take very long, and what to do. */
export const slowPatternWarnings = ({ name, version, ownCode }: Warned): string[] =>
  (ownCode?.slowPatterns ?? []).map((slow) => `contract ${name} ${version}: ${describe(slow)}`);

interface Warned {
  name: string;
  version: string;
  ownCode: { slowPatterns: readonly SlowPattern[] } | undefined;
}

const describe = ({ at, pattern }: SlowPattern): string =>
  `the pattern ${short(pattern)} at ${at === '' ? 'the top' : at} can go back over a text again and again, so that one hostile text takes very long: ` +
  `write it so that each character can be matched in one way only. Until then it is checked in a thread of its own, with a time limit`;

const short = (pattern: string): string => (pattern.length > 100 ? `${pattern.slice(0, 99)}…` : pattern);
