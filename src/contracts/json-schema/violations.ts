import { segmentsOf } from '../../model/pointer.ts';
import type { ErrorObject } from 'ajv';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Violation, ViolationCode } from '../../model/violation.ts';
import { createAlternatives } from '../zod/alternatives.ts';
import { describeChoice, describeFormat, describeSchema } from '../zod/describe-schema.ts';
import { deref } from './refs.ts';
import { maxViolations, oneOf, violationAt } from '../violation.ts';

/** What one ajv error means: below which property (if not at the instance itself), which code, what was wanted. */
interface Meaning {
  property?: string | undefined;
  code: ViolationCode;
  expected: string;
}

/** Makes the translator of the errors of one compiled schema; `root` is the very schema object that was compiled. */
export function createAjvTranslator(
  root: JsonObject,
): (errors: readonly ErrorObject[], event: JsonObject) => Violation[] {
  const relevant = createAlternatives(root);

  return (errors, event) => {
    const violations = new Map<string, Violation>();
    for (const error of withoutEchoes(relevant(errors))) {
      const { property, code, expected } = meaningOf(error, root);
      const path = segmentsOf(error.instancePath);
      const violation = violationAt(
        event,
        property === undefined ? path : [...path, property],
        code,
        expected,
      );
      // A schema that is composed of parts can say the same thing twice.
      violations.set(`${violation.path} ${violation.code}`, violation);
      if (violations.size === maxViolations) break;
    }
    return [...violations.values()];
  };
}

/** A name, an item or a condition that fails is told once: by the keyword that asks for it, but of `if` by what then fails. */
function withoutEchoes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  if (errors.length === 1) return errors;
  const inner = /\/(?:propertyNames|contains)\//;
  const told = errors.filter(({ keyword, schemaPath }) => keyword !== 'if' && !inner.test(schemaPath));
  return told.length === 0 ? errors : told;
}

/** What the keywords read below say of their failure, each its own part. */
interface Params {
  missingProperty?: string;
  additionalProperty?: string;
  unevaluatedProperty?: string;
  propertyName?: string;
  type?: string | string[];
  allowedValues?: unknown[];
  allowedValue?: unknown;
  tag?: string;
  format?: string;
  pattern?: string;
  limit?: number;
  comparison?: string;
  multipleOf?: number;
  minContains?: number;
  passingSchemas?: number[] | null;
  maxContains?: number;
}

function meaningOf(error: ErrorObject, root: JsonObject): Meaning {
  const params = error.params as Params;
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return missing(params.missingProperty ?? '', error, root);
    case 'type':
      return { code: 'type', expected: [params.type ?? []].flat().join(' or ') };
    case 'enum':
      return {
        code: 'enum',
        expected: oneOf(params.allowedValues ?? []),
      };
    case 'const':
      return { code: 'enum', expected: oneOf([params.allowedValue]) };
    case 'discriminator':
      return discriminator(params.tag ?? '', error, root);
    case 'format':
      return { code: 'format', expected: describeFormat(params.format ?? '') };
    case 'pattern':
      return { code: 'pattern', expected: `text matching ${params.pattern}` };
    case 'minimum':
    case 'exclusiveMinimum':
      return { code: 'too_small', expected: `number ${sign(params)} ${params.limit}` };
    case 'maximum':
    case 'exclusiveMaximum':
      return { code: 'too_big', expected: `number ${sign(params)} ${params.limit}` };
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return { code: 'too_small', expected: sizeWords(error.keyword, `≥ ${params.limit}`) };
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return { code: 'too_big', expected: sizeWords(error.keyword, `≤ ${params.limit}`) };
    case 'uniqueItems':
      return { code: 'custom', expected: 'no item twice' };
    case 'multipleOf':
      return { code: 'not_multiple', expected: `multiple of ${params.multipleOf}` };
    case 'additionalProperties':
      return { property: params.additionalProperty, code: 'undeclared', expected: 'nothing' };
    case 'unevaluatedProperties':
      return { property: params.unevaluatedProperty, code: 'undeclared', expected: 'nothing' };
    case 'propertyNames':
      return { property: params.propertyName, code: 'pattern', expected: 'another field name' };
    case 'false schema':
      return { code: 'undeclared', expected: 'nothing' };
    case 'not':
      return { code: 'no_match', expected: `anything but ${describeSchema(subschema(error), root)}` };
    case 'contains':
      return {
        code: 'no_match',
        expected: `list with ${containsWords(params)} ${describeSchema(subschema(error), root)}`,
      };
    case 'oneOf':
      if (Array.isArray(params.passingSchemas))
        return { code: 'no_match', expected: 'one alternative only, as several fit' };
      return { code: 'no_match', expected: describeChoice(schemaOf(error), error.keyword, root) };
    case 'anyOf':
    case 'if':
      return { code: 'no_match', expected: describeChoice(schemaOf(error), error.keyword, root) };
    default:
      return { code: 'custom', expected: `what the schema's ${error.keyword} asks for` };
  }
}

function sizeWords(keyword: string, limit: string): string {
  if (keyword.endsWith('Length')) return `text of ${limit} characters`;
  return keyword.endsWith('Properties') ? `object with ${limit} fields` : `array of ${limit} items`;
}

function containsWords({ minContains = 1, maxContains }: Params): string {
  const most = maxContains === undefined ? '' : `, at most ${maxContains},`;
  return `at least ${minContains}${most} of`;
}

/** The value of the keyword that failed. */
const subschema = ({ schema }: ErrorObject): JsonObject => (isObject(schema) ? schema : {});

function sign({ comparison = '' }: Params): string {
  return comparison.replace('>=', '≥').replace('<=', '≤');
}

function missing(property: string, error: ErrorObject, root: JsonObject): Meaning {
  const { properties } = schemaOf(error);
  const declaration = isObject(properties) ? properties[property] : undefined;
  return {
    property,
    code: 'required',
    expected: isObject(declaration) ? describeSchema(declaration, root) : 'a value',
  };
}

function discriminator(property: string, error: ErrorObject, root: JsonObject): Meaning {
  const { oneOf: branches } = schemaOf(error);
  const values = (Array.isArray(branches) ? branches : [])
    .filter((branch) => isObject(branch))
    .flatMap((branch) => {
      const { properties } = deref(branch, root);
      const declaration = isObject(properties) ? properties[property] : undefined;
      if (!isObject(declaration)) return [];
      return Array.isArray(declaration['enum']) ? declaration['enum'] : [declaration['const']];
    });
  return { property, code: 'enum', expected: oneOf(values) };
}

/** The schema that holds the failed keyword; ajv gives it in its verbose mode. */
function schemaOf(error: ErrorObject): JsonObject {
  return isObject(error.parentSchema) ? error.parentSchema : {};
}
