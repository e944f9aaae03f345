import { messageOf } from '../../model/errors.ts';
import { type Json, isObject } from '../../model/json.ts';
import { escapeSegment } from '../violation.ts';
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
export function slowPatternsOf(schema: Json, at = ''): SlowPattern[] {
  if (Array.isArray(schema)) return schema.flatMap((part, index) => slowPatternsOf(part, `${at}/${index}`));
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const place = `${at}/${escapeSegment(keyword)}`;
    if (keyword === 'pattern' && typeof value === 'string')
      return isHarmless(value) ? [] : [{ at, pattern: value }];
    if (keyword === 'format' && typeof value === 'string' && slowFormats.has(value))
      return [{ at, pattern: `format ${value}` }];
    if (keyword === 'patternProperties' && isObject(value))
      return [
        ...Object.keys(value)
          .filter((pattern) => !isHarmless(pattern))
          .map((pattern) => ({ at: place, pattern })),
        ...slowPatternsOf(value, place),
      ];
    return slowPatternsOf(value, place);
  });
}

function isHarmless(pattern: string): boolean {
  try {
    return isLinear(pattern, regularExpression(pattern).flags);
  } catch {
    return false;
  }
}

/** Where only an example or a value stands, what is called `pattern` is none. */
const values = /\/(?:const|enum|default|examples?|x-[^/]*)(?:\/|$)/;

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
