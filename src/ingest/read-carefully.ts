import { messageOf } from '../model/errors.ts';
import { isObject, type Json } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Problem } from '../api/problem.ts';
import { parseExact } from '../model/exact-json.ts';
import { findExcess } from './find-excess.ts';
import { inspect } from './inspect.ts';
import type { BodyFormat, FormatLimits, Lines } from '../support/lines.ts';
import { splitArray } from './split-array.ts';

/** With `JSON.parse`, to say of what could not be taken at first sight what is wrong with it, if anything is. */
export function readCarefully(
  body: Buffer,
  ascii: boolean,
  format: BodyFormat,
  limits: FormatLimits,
): Result<Lines, Problem> {
  const excess = findExcess(body, format, limits);
  if (excess !== undefined) return fail(excess);
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  const text = body.toString(ascii ? 'latin1' : 'utf8', start);
  return format === 'ndjson' ? readNdjson(text, limits) : readJson(text, limits);
}

function readJson(text: string, limits: FormatLimits): Result<Lines, Problem> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail(malformed(text));
  }
  if (isObject(value)) {
    const inspected = inspect(text, value, limits.maxDepth);
    if (!inspected.ok) return fail(unprocessable(inspected.error.code, inspected.error.detail));
    return ok({
      bytes: Buffer.from(oneLine(text)),
      count: 1,
      exact: inspected.value.exact,
      plain: false,
      many: false,
    });
  }
  if (Array.isArray(value)) return readArray(text, value, limits);
  return fail(
    unprocessable(
      'not_an_object',
      'an event is a JSON object; send an object, an array of objects, or NDJSON',
    ),
  );
}

function readArray(text: string, values: Json[], limits: FormatLimits): Result<Lines, Problem> {
  if (values.length === 0) return fail(unprocessable('no_events', 'the array holds no event'));
  if (values.length > limits.maxEvents) return fail(tooMany(values.length, limits));
  const parts = splitArray(text);
  const errors: { index: number; detail: string }[] = [];
  let exact = false;
  for (const [index, value] of values.entries()) {
    const checked = checkEvent(parts[index]!, value, limits);
    if (!checked.ok) errors.push({ index, detail: checked.error });
    else exact ||= checked.value.exact;
  }
  if (errors.length > 0) return fail(refused(errors, values.length, 'elements'));
  return ok({
    bytes: Buffer.from(parts.map(oneLine).join('\n')),
    count: values.length,
    exact,
    plain: false,
    many: true,
  });
}

function readNdjson(text: string, limits: FormatLimits): Result<Lines, Problem> {
  const lines: string[] = [];
  const errors: { line: number; detail: string }[] = [];
  let malformedLines = 0;
  let exact = false;
  let line = 0;
  for (let start = 0, end = 0; start <= text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    line++;
    // Before a line is cut out of the text: the body may be nothing but line feeds.
    if (end === start) continue;
    const event = text.slice(start, end).trim();
    if (event === '') continue;
    if (lines.length === limits.maxEvents) return fail(tooMany(lines.length + 1, limits));
    lines.push(event);
    let value: Json;
    try {
      value = JSON.parse(event) as Json;
    } catch {
      malformedLines++;
      errors.push({ line, detail: 'not valid JSON' });
      continue;
    }
    const checked = checkEvent(event, value, limits);
    if (!checked.ok) errors.push({ line, detail: checked.error });
    else exact ||= checked.value.exact;
  }
  if (lines.length === 0) return fail(bad('no_events', 'No event', 'The body holds no line of JSON.'));
  if (errors.length > 0) {
    const problem = refused(errors, lines.length, 'lines');
    return fail(
      malformedLines > 0
        ? { ...problem, status: 400, code: 'malformed_json', title: 'Malformed NDJSON' }
        : problem,
    );
  }
  return ok({ bytes: Buffer.from(lines.join('\n')), count: lines.length, exact, plain: false, many: true });
}

function checkEvent(text: string, value: Json, limits: FormatLimits): Result<{ exact: boolean }> {
  if (!isObject(value)) return fail('not a JSON object');
  const inspected = inspect(text, value, limits.maxDepth);
  return inspected.ok ? inspected : fail(inspected.error.detail);
}

/** A raw line feed can only be white space between tokens: inside strings JSON demands `\n`. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ').trim() : text;
}

function bad(code: string, title: string, detail: string): Problem {
  return { status: 400, code, title, detail };
}

function unprocessable(code: string, detail: string): Problem {
  return { status: 422, code, title: 'Not an event', detail };
}

function tooMany(count: number, limits: FormatLimits): Problem {
  return {
    status: 413,
    code: 'too_many_events',
    title: 'Too many events in one request',
    detail: `${count} or more events; at most ${limits.maxEvents} are taken at once. Split the request.`,
  };
}

function refused(errors: Problem['errors'] & {}, count: number, what: 'lines' | 'elements'): Problem {
  return {
    status: 422,
    code: 'events_refused',
    title: 'Some events were refused',
    detail: `${errors.length} of ${count} ${what} can't be taken; none was. Mend or leave them out and send again.`,
    errors: errors.slice(0, maxErrorsListed),
  };
}

const maxErrorsListed = 100;

/** V8's message quotes the text, which may hold customer data: only the position is passed on. */
function malformed(text: string): Problem {
  if (text.trim() === '')
    return bad('empty_body', 'Empty body', 'Send a JSON object, a JSON array, or NDJSON.');
  const at = firstFault(text);
  const where = at === undefined ? '' : ` (see character ${at})`;
  return bad('malformed_json', 'Malformed JSON', `The body is not valid JSON${where}.`);
}

/** Index of the character at which the text stops being JSON. */
function firstFault(text: string): string | undefined {
  try {
    parseExact(text);
  } catch (error) {
    return /position (\d+)/.exec(messageOf(error))?.[1];
  }
  return undefined;
}
