import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';
import type { Violation } from '../../model/violation.ts';
import { describeFormat } from './describe-schema.ts';
import { Breach, breachParam } from '../fields/field.ts';
import { wholeNumbers } from './numbers.ts';
import { fieldsInWords, maxViolations, oneOf, violationAt } from '../violation.ts';

/** As Zod's parser leaves it, before it is made into an error: most have no message and no path yet. */
type Issue = z.core.$ZodRawIssue;

/** Says in our words what Zod found wrong with an event; the first 50 violations. Of a value of another type, the type is the news. */
export function violationsFromZod(issues: readonly Issue[], event: JsonObject): Violation[] {
  const violations: Violation[] = [];
  const ofAnotherType = new Set<string>();
  for (const issue of issues) {
    for (const violation of translate(issue, event, issue.path ?? [])) {
      if (ofAnotherType.has(violation.path)) continue;
      if (issue.code === 'invalid_type') ofAnotherType.add(violation.path);
      if (violations.push(violation) === maxViolations) return violations;
    }
  }
  return violations;
}

function translate(issue: Issue, event: JsonObject, path: readonly PropertyKey[]): Violation[] {
  const at = (code: Violation['code'], expected: string): Violation[] => [
    violationAt(event, path, code, expected),
  ];
  switch (issue.code) {
    case 'invalid_type':
      return at(
        'type',
        wholeNumbers.has(issue.inst ?? issue) ? 'integer' : (typeWords[issue.expected] ?? issue.expected),
      );
    case 'invalid_value':
      return at('enum', oneOf(issue.values));
    case 'too_small':
      return at('too_small', bound(issue.origin, issue.inclusive === false ? '>' : '≥', issue.minimum));
    case 'too_big':
      return at('too_big', bound(issue.origin, issue.inclusive === false ? '<' : '≤', issue.maximum));
    case 'invalid_format':
      if (issue.format === 'regex') return at('pattern', `text matching ${issue.pattern ?? 'a pattern'}`);
      return at('format', formatOf(issue));
    case 'not_multiple_of':
      return at('not_multiple', `multiple of ${issue.divisor}`);
    case 'unrecognized_keys':
      return issue.keys.map((key) => violationAt(event, [...path, key], 'undeclared', 'nothing'));
    case 'invalid_union':
      return fromUnion(issue, event, path);
    case 'invalid_key':
      return at('pattern', 'a field name that the contract allows');
    case 'invalid_element':
      return at('type', 'an element that the contract allows');
    default: {
      const breach: unknown = issue.params?.[breachParam];
      return breach instanceof Breach ? at(breach.code, breach.expected) : at('custom', messageOf(issue));
    }
  }
}

function formatOf(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  const { format, pattern, prefix, suffix, includes } = issue as Issue & Record<string, unknown>;
  if (typeof prefix === 'string') return `text that starts with ${prefix}`;
  if (typeof suffix === 'string') return `text that ends with ${suffix}`;
  if (typeof includes === 'string') return `text with ${includes} in it`;
  if (format === 'template_literal') return `text matching ${String(pattern)}`;
  return describeFormat(String(format));
}

/** Zod asks the check's author, the locale and so on for it; only needed where the contract says nothing else. */
function messageOf(issue: Issue): string {
  const { message } = z.core.util.finalizeIssue(issue, { async: false }, z.config());
  return message === 'Invalid input' ? 'a check of the contract fails' : message;
}

/**
 * Of the alternatives, those whose JSON type fits are what the sender meant: a single one is reported in detail.
 * When none fits by type, the types are the news.
 */
function fromUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  event: JsonObject,
  path: readonly PropertyKey[],
): Violation[] {
  if (issue.errors.length === 0) {
    const { options } = issue as { options?: readonly unknown[] };
    return options === undefined
      ? [violationAt(event, path, 'no_match', 'one alternative only')]
      : [violationAt(event, path, 'enum', oneOf(options))];
  }
  const alternatives = issue.errors.map((issues) =>
    issues.flatMap((inner) => translate(inner as Issue, event, [...path, ...inner.path])),
  );
  const here = violationAt(event, path, 'type', '').path;
  const isMismatch = (violation: Violation) =>
    violation.path === here && ['type', 'enum', 'required'].includes(violation.code);
  const ofItsKind = alternatives.filter((violations) => !violations.some(isMismatch));
  // `{"kind":"b"}` is no alternative whose `kind` is `a`.
  const isOtherTag = ({ code, path: at }: Violation) =>
    code === 'enum' && at.slice(0, at.lastIndexOf('/')) === here && at !== here;
  const ofItsTag = ofItsKind.filter((violations) => !violations.some(isOtherTag));
  const fitting = ofItsTag.length === 0 ? ofItsKind : ofItsTag;
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  if (fitting.length > 1)
    return [
      violationAt(
        event,
        path,
        'no_match',
        `one of ${fitting.length} alternatives${fieldsInWords(fitting.map(missingIn))}`,
      ),
    ];
  const mismatches = alternatives.flatMap((violations) => violations.filter(isMismatch));
  const wanted = [...new Set(mismatches.map((violation) => violation.expected))].join(' or ');
  const code = mismatches.every((violation) => violation.code === 'enum') ? 'enum' : 'type';
  return [violationAt(event, path, code, wanted)];
}

/** The names of the fields that are missing, when nothing else is wrong with an alternative. */
const missingIn = (violations: readonly Violation[]): string[] | undefined =>
  violations.every(({ code }) => code === 'required')
    ? violations.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
    : undefined;

const typeWords: Readonly<Record<string, string>> = {
  int: 'integer',
  bigint: 'integer',
  nan: 'nothing',
  date: 'date-time',
  map: 'object',
  set: 'array',
  symbol: 'nothing',
  void: 'nothing',
  never: 'nothing',
  nonoptional: 'any value',
  undefined: 'nothing',
  record: 'object',
};

function bound(origin: string, sign: string, limit: number | bigint | Date): string {
  if (origin === 'string') return `text of ${sign} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `array of ${sign} ${limit} items`;
  if (origin === 'int' || origin === 'bigint') return `integer ${sign} ${limit}`;
  if (origin === 'date') return `date-time ${sign} ${new Date(Number(limit)).toISOString()}`;
  return `${origin} ${sign} ${limit}`;
}
