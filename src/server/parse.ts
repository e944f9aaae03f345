import type * as z from 'zod';
import { type Result, fail, ok } from '../model/result.ts';
import type { Problem } from '../api/problem.ts';

/** Checks what a client sent; the problem names each wrong field. */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown): Result<z.output<S>, Problem> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const details = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${inWords(message)}`,
  );
  return fail({
    status: 422,
    code: 'invalid_request',
    title: 'The request cannot be carried out',
    detail: details.join('; '),
  });
}

/** Zod says of a field that was not sent what it "received", and of a limit how it would check it. */
function inWords(message: string): string {
  if (message.endsWith('received undefined')) return 'it is needed, and missing';
  const [, sign, limit, unit = ''] =
    /^Too (?:small|big): expected .+ (>=?|<=?)(\S+)( \w+)?$/.exec(message) ?? [];
  if (sign === undefined) return message;
  return `${limits[sign]} ${limit}${limit === '1' ? unit.replace(/s$/, '') : unit}`;
}

const limits: Record<string, string> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};
