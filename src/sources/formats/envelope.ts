import type { Problem } from '../../api/problem.ts';
import { type Result, ok } from '../../model/result.ts';
import type { FormatLimits, Lines } from '../../support/lines.ts';
import { readLines } from './content-type.ts';
import { rawAt } from './raw-json.ts';

/**
 * The events within an envelope (`/batch/*`, `/after`), each as it was written; one that is spelled as JSON text within a string
 * is read. A body that is not such an envelope stays as it is: it becomes a dead letter for a person to see, where a
 * refusal would only make the sender try for ever.
 */
export function unpackEnvelopes(
  lines: Lines,
  segments: readonly string[],
  limits: FormatLimits,
): Result<Lines, Problem> {
  const events = lines.bytes
    .toString()
    .split('\n')
    .flatMap((text) => objectsAt(text, segments) ?? [text]);
  const many = lines.many || segments.includes('*');
  if (events.length === 0) return ok({ ...lines, bytes: Buffer.alloc(0), count: 0, many });
  const read = readLines(Buffer.from(events.join('\n')), 'ndjson', limits);
  return read.ok ? ok({ ...read.value, many }) : read;
}

function objectsAt(text: string, segments: readonly string[]): string[] | undefined {
  const objects = rawAt(text, segments)?.map((raw) => objectIn(raw));
  return objects?.every((object) => object !== undefined) === true ? objects : undefined;
}

function objectIn(raw: string): string | undefined {
  if (raw.startsWith('{')) return raw;
  if (!raw.startsWith('"')) return undefined;
  const text = (JSON.parse(raw) as string).trim();
  try {
    if (text.startsWith('{')) JSON.parse(text);
  } catch {
    return undefined; // text that only begins like an object
  }
  return text.startsWith('{') ? text.replaceAll(/[\r\n]/g, ' ') : undefined;
}
