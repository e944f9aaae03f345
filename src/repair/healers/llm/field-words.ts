import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { wordsOf } from '../heuristics/names.ts';
import { neutral } from '../heuristics/containers.ts';
import { commonplace, people, personal, qualifiers, redundantBeside } from '../heuristics/words.ts';

/** Schemas of webhooks have tens of thousands of places. */
const maxNodes = 50_000;
const bySchema = new WeakMap<JsonObject, ReadonlySet<string>>();

/** The words of all fields that a contract names, wherever. */
export function contractWords(jsonSchema: JsonObject): ReadonlySet<string> {
  const known = bySchema.get(jsonSchema);
  if (known !== undefined) return known;
  const words = new Set<string>();
  const pending: Json[] = [jsonSchema];
  for (let seen = 0; seen < maxNodes; seen++) {
    const value = pending.pop();
    if (value === undefined) break;
    if (Array.isArray(value)) pending.push(...value);
    else if (isObject(value)) {
      const { properties } = value;
      if (isObject(properties))
        for (const name of Object.keys(properties)) for (const word of wordsOf(name)) words.add(word);
      pending.push(...Object.values(value));
    }
  }
  bySchema.set(jsonSchema, words);
  return words;
}

/** Words that names of fields are made of everywhere, and people's names are not. */
export const fieldWords: ReadonlySet<string> = new Set([
  ...commonplace,
  ...people,
  ...personal,
  ...qualifiers,
  ...neutral,
  'additional',
  'attribute',
  'context',
  'custom',
  'extra',
  'field',
  'meta',
  'metadata',
  'param',
  'parameter',
  'property',
  'trait',
  ...redundantBeside.keys(),
  ...[...redundantBeside.values()].flat(),
  'account',
  'address',
  'amount',
  'city',
  'company',
  'country',
  'delivery',
  'invoice',
  'item',
  'language',
  'payment',
  'product',
  'quantity',
  'region',
  'street',
]);
