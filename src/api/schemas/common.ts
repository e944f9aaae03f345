import * as z from 'zod';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import type { Violation } from '../../model/violation.ts';

/** Schemas with a name in the OpenAPI document. */
export const named = new Map<string, z.ZodType>();
export function name<S extends z.ZodType>(id: string, schema: S): S {
  named.set(id, schema);
  return schema;
}

/** What the service itself has made and checked elsewhere; the document says what it is in words. */
const known = <T>(schema: z.ZodType): z.ZodType<T, T> => schema as unknown as z.ZodType<T, T>;

export const json = known<Json>(z.unknown().describe('any JSON'));
export const jsonObject = known<JsonObject>(z.looseObject({}));
export const time = z.string().meta({ format: 'date-time' });
export const healer = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'the name of a healer')
  .describe('rule, heuristics, llm, person, or the name of a healer of your own');

export const plan = name(
  'Plan',
  known<Plan>(
    z.object({
      operations: z.array(
        z.looseObject({
          op: z.enum([
            'move',
            'copy',
            'remove',
            'cast',
            'split',
            'split_unit',
            'join',
            'map',
            'parse',
            'list',
            'unlist',
            'wrap',
            'unwrap',
            'trim',
            'upper',
            'lower',
          ]),
        }),
      ),
    }),
  ),
);

export const violation = name(
  'Violation',
  known<Violation>(
    z.object({
      path: z.string().describe("JSON Pointer; '' is the event itself"),
      code: z.string(),
      message: z.string().describe('one sentence that names the field and what to do'),
      expected: z.string(),
      found: z.string().describe('a JSON type, or missing'),
    }),
  ),
);

/** A list by pages. */
export const page = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), next: nextCursor });
export const nextCursor = z.string().nullable().describe('the cursor of the following page');
/** A list that is always whole. */
export const list = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item) });

export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
export const cursor = z.string().max(1000).optional().describe('`next` of the page before');
export const text = z.string().min(1).max(200).optional();
export const noParameters = z.strictObject({});

export const timeParameter = z.iso.datetime({
  offset: true,
  message: 'write an ISO 8601 time with a zone, as 2026-01-31T08:00:00Z',
});
