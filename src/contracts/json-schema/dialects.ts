import type { JsonObject } from '../../model/json.ts';

/** The versions of JSON Schema that contracts can be written in. OpenAPI 3.0's is draft 4 with names of its own. */
export type Dialect = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12';

const known: readonly [word: RegExp, dialect: Dialect][] = [
  [/draft-0?4/, 'draft-04'],
  [/draft-0?6/, 'draft-06'],
  [/draft-0?7/, 'draft-07'],
  [/2019-09/, '2019-09'],
  [/2020-12/, '2020-12'],
  [/openapis\.org\/oas\/3\.0/, 'draft-04'],
  [/openapis\.org\/oas\/3\.[1-9]/, '2020-12'],
];

/** By its `$schema`; 2020-12 when it names none, and with a word to the author when it names another. */
export function dialectOf(schema: JsonObject): { dialect: Dialect; warning?: string } {
  const named = schema['$schema'];
  if (named === undefined) return { dialect: '2020-12' };
  const text = typeof named === 'string' ? named : '';
  const found = known.find(([word]) => word.test(text));
  if (found !== undefined) return { dialect: found[1] };
  return {
    dialect: '2020-12',
    warning:
      '`$schema` names no dialect that is known here (draft-04, -06, -07, 2019-09, 2020-12, OpenAPI 3): it is read as 2020-12',
  };
}

/** In these, `$ref` stands alone: keywords beside it count for nothing. */
export const refStandsAlone = (dialect: Dialect): boolean =>
  dialect === 'draft-04' || dialect === 'draft-06' || dialect === 'draft-07';
