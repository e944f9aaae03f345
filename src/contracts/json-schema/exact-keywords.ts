import type { Ajv, KeywordErrorDefinition, SchemaValidateFunction } from 'ajv';
import { type AnyNumber, compareNumbers, isMultipleOf } from '../../model/exact-number.ts';
import { type Originals, type Place, identityOf, originalAt, within } from './stand-ins.ts';

/** What the numbers of the schema and of the event under way were, before floats took their places. */
export interface ExactContext {
  schema: Originals;
  event: Originals;
}

/** For events without exact numbers: Ajv counts steps in floats, and compares each item of a list with all others. */
export function mendKeywords(ajv: Ajv): void {
  const context = { schema: new WeakMap(), event: new WeakMap() };
  for (const keyword of [multipleOf, uniqueItems]) replace(ajv, keyword, context);
}

/** Makes all keywords that compare numbers do so exactly. */
export function compareExactly(ajv: Ajv, context: ExactContext): void {
  const known = [...bounds, multipleOf, uniqueItems, constant, listed].filter(
    ({ keyword }) => ajv.getKeyword(keyword) !== false,
  );
  for (const keyword of known) replace(ajv, keyword, context);
}

interface Keyword {
  keyword: string;
  /** The type of what it judges; everything else passes. */
  type?: 'number' | 'array';
  schemaType?: ('number' | 'boolean' | 'array')[];
  holds(wanted: Place, data: Place, schema: Record<string, unknown>): boolean;
  params(wanted: unknown, originals: Originals): Record<string, unknown>;
}

const bound = (
  keyword: string,
  comparison: string,
  holds: (order: number) => boolean,
  strict?: string,
): Keyword => ({
  keyword,
  type: 'number',
  schemaType: ['number', 'boolean'],
  holds: ({ value: limit }, { value }, schema) => {
    // In draft 4 `exclusiveMinimum` is true or false, and stands beside `minimum`.
    if (typeof limit === 'boolean') return true;
    const order = compareNumbers(value as AnyNumber, limit as AnyNumber);
    return holds(order) && !(strict !== undefined && schema[strict] === true && order === 0);
  },
  params: (limit) => ({ comparison, limit }),
});

const bounds = [
  bound('minimum', '>=', (order) => order >= 0, 'exclusiveMinimum'),
  bound('maximum', '<=', (order) => order <= 0, 'exclusiveMaximum'),
  bound('exclusiveMinimum', '>', (order) => order > 0),
  bound('exclusiveMaximum', '<', (order) => order < 0),
];

const multipleOf: Keyword = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: ['number'],
  holds: ({ value: step }, { value }) => isMultipleOf(value as AnyNumber, step as AnyNumber),
  params: (step) => ({ multipleOf: step }),
};

const uniqueItems: Keyword = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: ['boolean'],
  holds: ({ value: wanted }, items) => wanted !== true || !repeats(items),
  params: () => ({}),
};

const constant: Keyword = {
  keyword: 'const',
  holds: (wanted, data) => identityOf(wanted) === identityOf(data),
  params: (allowedValue) => ({ allowedValue }),
};

const listed: Keyword = {
  keyword: 'enum',
  schemaType: ['array'],
  holds: (list, data) => {
    const identity = identityOf(data);
    return Object.keys(list.value as unknown[]).some((key) => identityOf(within(list, key)) === identity);
  },
  params: (choices, originals) => ({
    allowedValues: (choices as unknown[]).map((choice, key) =>
      originalAt(originals, choices, String(key), choice),
    ),
  }),
};

function repeats(items: Place): boolean {
  const seen = new Set<string>();
  const keys = Object.keys(items.value as unknown[]);
  return keys.some((key) => seen.size === seen.add(identityOf(within(items, key))).size);
}

function replace(
  ajv: Ajv,
  { keyword, type, schemaType, holds, params }: Keyword,
  context: ExactContext,
): void {
  ajv.removeKeyword(keyword);
  const validate: SchemaValidateFunction = (
    given: unknown,
    data: unknown,
    schema: Record<string, unknown> = {},
    at?: { parentData: unknown; parentDataProperty: number | string },
  ) => {
    const wanted = originalAt(context.schema, schema, keyword, given);
    const value = originalAt(context.event, at?.parentData, String(at?.parentDataProperty), data);
    if (holds({ value: wanted, originals: context.schema }, { value, originals: context.event }, schema))
      return true;
    validate.errors = [{ keyword, params: params(wanted, context.schema), message: keyword }];
    return false;
  };
  const error: KeywordErrorDefinition = { message: keyword };
  ajv.addKeyword({ keyword, type, schemaType, validate, error, errors: true });
}
