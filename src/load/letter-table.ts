import type { DeadLetter } from '../model/dead-letter.ts';
import { parseJson } from '../model/exact-json.ts';
import type { Json } from '../model/json.ts';

/**
 * `_sentinel_dead_letters`: the dead letters as a table of the destination, for reports. It follows the letters within seconds
 * and decides nothing.
 */
export interface LetterTable {
  /** Least time between two writes; default half a second. */
  readonly everyMs?: number;
  /** Writes letters as they are, by id, and deletes those that are gone; in one transaction. Twice is as good as once. */
  write(letters: readonly LetterRow[], gone: readonly string[]): Promise<void>;
  /** What the table holds, in the order of the ids, behind `after`. */
  known(page: { after: string; limit: number }): Promise<KnownLetter[]>;
}

/** `version` tells two states of a letter apart. */
export interface KnownLetter {
  id: string;
  version: string;
}

/**
 * One row, of text that every destination can hold. Times are ISO 8601; `codes` and `event` are JSON text.
 */
export type LetterRow = Record<LetterColumn, string | null>;

/** Name and type, `time` and `json` as the destination calls them. */
export const letterColumns = {
  id: 'text',
  request_id: 'text',
  status: 'text',
  contract: 'text',
  contract_version: 'text',
  source: 'text',
  signature: 'text',
  code: 'text',
  codes: 'json',
  reason: 'text',
  step: 'text',
  destination: 'text',
  discard_reason: 'text',
  received_at: 'time',
  created_at: 'time',
  settled_at: 'time',
  event: 'json',
  letter_version: 'text',
} as const;
export type LetterColumn = keyof typeof letterColumns;
export const letterTable = '_sentinel_dead_letters';
export const letterColumnNames = Object.keys(letterColumns) as LetterColumn[];

type Versioned = Pick<DeadLetter, 'status' | 'replays' | 'copy_round'>;
export const letterVersion = ({ status, replays, copy_round: copied = 0 }: Versioned): string =>
  `${status}/${replays}/${copied}`;

/** `mask` hides what the letter's contract calls private. */
export function letterRow(letter: DeadLetter, mask: (event: Json) => Json): LetterRow {
  const { status, violations, raw, received_at: received } = letter;
  const isSettled = status === 'replayed' || status === 'discarded';
  const row: LetterRow = {
    id: letter.id,
    request_id: letter.request_id,
    status,
    contract: letter.contract,
    contract_version: letter.version,
    source: letter.source,
    signature: letter.signature,
    code: letter.code,
    codes: JSON.stringify([...new Set(violations.map(({ code }) => code))]),
    reason: letter.reason,
    step: letter.step ?? null,
    destination: letter.destination ?? null,
    discard_reason: letter.discard_reason ?? null,
    received_at: new Date(received).toISOString(),
    created_at: letter.created_at,
    settled_at: isSettled ? letter.updated_at : null,
    event: maskedText(raw, mask),
    letter_version: letterVersion(letter),
  };
  for (const name of letterColumnNames) {
    row[name] &&= row[name].toWellFormed().replaceAll('\0', '\uFFFD');
    if (letterColumns[name] === 'json') row[name] &&= readable(row[name]);
  }
  return row;
}

/** The text itself where nothing is hidden: its numbers keep their digits. What is no JSON becomes a JSON text. */
function maskedText(raw: string, mask: (event: Json) => Json): string {
  let event: Json;
  try {
    event = parseJson(raw);
  } catch {
    return JSON.stringify(raw);
  }
  const shown = mask(event);
  return shown === event ? raw : JSON.stringify(shown);
}

/** Pairs of surrogates, halves of one, NUL, and other escapes, of which a backslash must not be taken for the next one's. */
const escapes = /\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u[dD][89a-fA-F]\w\w|\\u0000|\\./g;
const unreadable = /^\\u(?:[dD]\w{3}|0000)$/;

/** JSON text as every destination can read it: what is no character there becomes the replacement character. */
const readable = (json: string): string =>
  json.includes('\\u')
    ? json.replaceAll(escapes, (escape) => (unreadable.test(escape) ? '\\ufffd' : escape))
    : json;
