import type { JsonType } from './json.ts';

/**
 * One way in which an event breaks its contract. Holds no value of the event, so that it can be logged,
 * counted and sent to an LLM.
 */
export interface Violation {
  /** JSON Pointer (RFC 6901) of the offending or absent field; `''` is the event itself. */
  path: string;
  code: ViolationCode;
  /** One sentence that names the field and what to do. */
  message: string;
  /** What the contract wants there, e.g. `decimal > 0`, `one of EUR, USD`. */
  expected: string;
  /** What was there, without its value: `missing`, or a JSON type. */
  found: JsonType | 'missing';
}

export type ViolationCode =
  | 'required' // absent
  | 'type' // another JSON type
  | 'format' // right JSON type, but not a UUID, date-time, e-mail, decimal …
  | 'pattern' // does not match the contract's regular expression
  | 'enum' // not one of the listed values, or not the constant
  | 'too_small' // number or length below the minimum
  | 'too_big' // number or length above the maximum
  | 'not_multiple' // not a multiple of the step, or too many decimals
  | 'undeclared' // a field that a closed contract does not declare
  | 'misnamed' // absent, while an undeclared field has its name but for case, separators or place
  | 'no_match' // fits none (or several) of the alternatives
  | 'custom' // a check that the contract's author wrote
  | 'contract_failed' // the contract's own code threw, or returned what is no JSON
  | 'contract_hung' // the contract's own code did not end
  | 'not_an_envelope' // no event stands where the source's settings look for events
  | 'unknown_contract' // the envelope names no contract that exists here
  | 'unknown_contract_version'
  | 'rejected_by_destination'; // valid, but the destination's own types refused the row

/** The first of several in words, without a full stop, for a sentence that goes on; undefined when there is none. */
export function firstInWords([first, ...others]: readonly Pick<Violation, 'message'>[]): string | undefined {
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return first.message.replace(/\.$/, '') + more;
}

/** The sorted pairs of path and code, array indexes as `*`: which rule may help. */
export function violationsKey(violations: readonly Pick<Violation, 'path' | 'code'>[]): string {
  const pairs = violations.map(({ path, code }) => `${withStars(path)} ${code}`);
  return pairs.length === 1 ? pairs[0]! : [...new Set(pairs)].sort().join('\n');
}

/** A segment of digits is an index here: a violation's path does not say what the event held. */
export function withStars(path: string): string {
  return /\/\d/.test(path) ? path.replace(/\/\d+(?=\/|$)/g, '/*') : path;
}
