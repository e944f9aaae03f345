import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../api/problem.ts';
import { type Result, ok } from '../../model/result.ts';
import type { FormatLimits, Lines } from '../../support/lines.ts';
import { readLines } from './content-type.ts';
import { rawAt } from './raw-json.ts';

/** Events in a row that were found in envelopes, or that are not such envelopes. */
export interface Unpacked {
  lines: Lines;
  isEnvelope: boolean;
}

/**
 * The events within envelopes (`/batch/*`, `/after`), each as it was written; one that is spelled as JSON text within a string,
 * or as base64 of such text, is read. A body that is not such an envelope stays as it is: it becomes a dead letter for a
 * person to see, where a refusal would only make the sender try for ever.
 */
export function unpackEnvelopes(
  lines: Lines,
  segments: readonly string[],
  limits: FormatLimits,
): Result<Unpacked[], Problem> {
  const many = lines.many || segments.includes('*');
  const runs: { texts: string[]; isEnvelope: boolean }[] = [];
  for (const text of lines.bytes.toString().split('\n')) {
    const found = objectsAt(text, segments);
    const isEnvelope = found !== undefined;
    const last = runs.at(-1);
    if (last?.isEnvelope === isEnvelope) for (const object of found ?? [text]) last.texts.push(object);
    else runs.push({ texts: found ?? [text], isEnvelope });
  }
  const unpacked: Unpacked[] = [];
  for (const { texts, isEnvelope } of runs) {
    if (texts.length === 0) {
      unpacked.push({ lines: { ...lines, bytes: Buffer.alloc(0), count: 0, many }, isEnvelope });
      continue;
    }
    const read = readLines(Buffer.from(texts.join('\n')), 'ndjson', limits);
    if (!read.ok) return read;
    unpacked.push({ lines: { ...read.value, many }, isEnvelope });
  }
  return ok(unpacked);
}

function objectsAt(text: string, segments: readonly string[]): string[] | undefined {
  const objects = rawAt(text, segments)?.map((raw) => objectIn(raw));
  return objects?.every((object) => object !== undefined) === true ? objects : undefined;
}

function objectIn(raw: string): string | undefined {
  if (raw.startsWith('{')) return raw;
  if (!raw.startsWith('"')) return undefined;
  const text = (JSON.parse(raw) as string).trim();
  return objectText(text) ?? objectText(fromBase64(text));
}

/** The text on one line when it is a JSON object; JSON has line breaks only between its tokens. */
function objectText(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined; // text that only begins like an object
  }
  return text.replaceAll(/[\r\n]/g, ' ');
}

/** As Pub/Sub and Kinesis send what a message holds. No text is both JSON of an object and base64. */
function fromBase64(text: string): string {
  if (!base64.test(text)) return '';
  const bytes = Buffer.from(text, 'base64');
  return isUtf8(bytes) ? bytes.toString().trim() : '';
}

const base64 = /^[\w+/-]+={0,2}$/;
