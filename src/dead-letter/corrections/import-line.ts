import { masked } from '../../contracts/pii.ts';
import { inspect } from '../../ingest/inspect.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type Json, isObject, sameJson } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { TextLine } from '../../support/text-lines.ts';

/** A line of a corrected file: which letter it is for, in which state the letter was exported, and the event as it shall be. */
export interface ImportLine {
  line: number;
  id: string;
  updated_at: string;
  replays: number;
  /** JSON text. */
  edited: string;
}

/** Reads a line as `GET /api/v1/dead-letters/export` writes it; only the event may be edited. Says what is wrong with it. */
export function readImportLine({ number, text }: TextLine, maxDepth: number): Result<ImportLine> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail('it is not JSON'); // the parser's message quotes the line
  }
  // The event stands within the line.
  const inspected = inspect(text, value, maxDepth + 1);
  if (!inspected.ok) return fail(inspected.error.detail);
  const exact = inspected.value.exact ? parseExact(text) : value;
  if (!isObject(exact)) return fail('it is no object: a line is a dead letter as the export wrote it');
  const { id, updated_at, replays, event, event_bytes: cut } = exact;
  if (typeof id !== 'string') return fail('"id" is missing: a line is a dead letter as the export wrote it');
  if (typeof updated_at !== 'string' || Number.isNaN(Date.parse(updated_at)))
    return fail('"updated_at" is missing: by it a letter that has changed since the export is known');
  if (typeof replays !== 'number')
    return fail('"replays" is missing: by it a letter that was sent back is known');
  if (cut !== undefined)
    return fail('its event is cut short, as in a list: export it with `sentinel dead-letters export`');
  if (!isObject(event)) return fail('"event" is no object');
  return ok({ line: number, id, updated_at, replays, edited: JSON.stringify(event) });
}

/** What becomes of a line, by the letter as it is now. */
export type LineFate =
  { kind: 'apply' } | { kind: 'unchanged' } | { kind: 'left_alone' | 'fault'; reason: string };

export function fateOf(letter: DeadLetter | undefined, line: ImportLine): LineFate {
  if (letter === undefined)
    return { kind: 'fault', reason: `there is no dead letter ${line.id.slice(0, 100)}` };
  if (sameJson(parseExact(line.edited), parseExact(letter.raw))) return { kind: 'unchanged' };
  if (line.edited.includes(masked) && !letter.raw.includes(masked))
    return {
      kind: 'fault',
      reason: 'a value in it is masked: export it with `sentinel dead-letters export`',
    };
  if (letter.status !== 'open') return { kind: 'left_alone', reason: `it is ${letter.status}` };
  if (letter.updated_at !== line.updated_at || letter.replays !== line.replays)
    return { kind: 'left_alone', reason: 'it has changed since it was exported' };
  return { kind: 'apply' };
}
