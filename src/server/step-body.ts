import { isUtf8 } from 'node:buffer';
import type { Problem } from '../api/problem.ts';
import type { HttpConfig } from '../config/types.ts';
import { inspect } from '../ingest/inspect.ts';
import { parseExact } from '../model/exact-json.ts';
import type { Json } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { readForm } from '../sources/formats/form.ts';

/**
 * The body of a request that a step takes: JSON without rounding, a form as an object, text as a string; undefined when it is
 * empty or of another media type.
 */
export function readStepBody(
  bytes: Buffer,
  contentType: string | undefined,
  { maxDepth, maxEventsPerRequest }: Pick<HttpConfig, 'maxDepth' | 'maxEventsPerRequest'>,
): Result<Json | undefined, Problem> {
  if (bytes.length === 0) return ok(undefined);
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
  const isJson = mediaType === 'application/json' || mediaType.endsWith('+json');
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = readForm(bytes, contentType, maxEventsPerRequest);
    return form.ok ? readJson(form.value, maxDepth) : form;
  }
  if (!isJson && !mediaType.startsWith('text/')) return ok(undefined);
  if (!isUtf8(bytes)) return fail(badBody('It is not UTF-8.'));
  const text = new TextDecoder().decode(bytes); // without a byte order mark
  return isJson ? readJson(text, maxDepth) : ok(text);
}

function readJson(text: string, maxDepth: number): Result<Json, Problem> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail(badBody('It is not JSON.')); // the parser's message quotes the body
  }
  const inspected = inspect(text, value, maxDepth);
  if (!inspected.ok) return fail({ ...badBody(inspected.error.detail), code: inspected.error.code });
  return ok(inspected.value.exact ? parseExact(text) : value);
}

const badBody = (detail: string): Problem => ({
  status: 400,
  code: 'invalid_body',
  title: 'The body can not be read',
  detail,
});
