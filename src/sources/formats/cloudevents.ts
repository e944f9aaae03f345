import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../../api/problem.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { members, endOfValue } from './raw-json.ts';

/** A CloudEvent taken apart: its data is the event, its attributes go with it as `ce-…`. */
export interface CloudEvent {
  /** JSON text. */
  data: string;
  attributes: Record<string, string>;
}

/** What tells two deliveries of CloudEvents apart: no two events of one source have the same id. */
export function cloudEventId(attributes: Readonly<Record<string, string>>): string {
  return JSON.stringify([attributes['ce-source'], attributes['ce-id']]);
}

/** Binary mode: the attributes are headers, and the body is the data. */
export function isBinary(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined;
}

export function binaryAttributes(headers: IncomingHttpHeaders): Result<Record<string, string>, Problem> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') attributes[name] = unescaped(value);
  return complete(attributes);
}

/** Structured mode: one JSON object holds the attributes and the data. `text` is valid JSON, an object. */
export function readStructured(text: string): Result<CloudEvent, Problem> {
  const attributes: Record<string, string> = {};
  let data: string | undefined;
  for (const { key, value } of members(text, 0)) {
    const raw = text.slice(value, endOfValue(text, value));
    if (key === 'data') data = raw;
    else if (key === 'data_base64') data = fromBase64(raw);
    else if (raw !== 'null') attributes[`ce-${key.toLowerCase()}`] = textOf(raw);
  }
  const checked = complete(attributes);
  if (!checked.ok) return checked;
  // Without data, or with data that is no object, the whole is the event: a person shall see what it is.
  return ok({ data: data?.startsWith('{') === true ? data : text, attributes });
}

function complete(attributes: Record<string, string>): Result<Record<string, string>, Problem> {
  const missing = ['specversion', 'id', 'source', 'type'].filter((name) => !attributes[`ce-${name}`]);
  if (missing.length > 0) return fail(invalid(`It lacks ${missing.join(', ')}.`));
  return attributes['ce-specversion']!.startsWith('1.')
    ? ok(attributes)
    : fail(invalid('Only specversion 1.0 is known.'));
}

const textOf = (raw: string): string => (raw.startsWith('"') ? (JSON.parse(raw) as string) : raw);

/** The text that base64 spells, when it is JSON; else as it was. */
function fromBase64(raw: string): string {
  const text = Buffer.from(textOf(raw), 'base64').toString().trim();
  try {
    JSON.parse(text);
    return text.replaceAll(/[\r\n]/g, ' ');
  } catch {
    return raw; // data of another kind
  }
}

/** Attributes beyond ASCII come percent-encoded. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a percent sign that encodes nothing
  }
}

const invalid = (detail: string): Problem => ({
  status: 400,
  code: 'invalid_cloudevent',
  title: 'Not a CloudEvent',
  detail,
});
