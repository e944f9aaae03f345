import { openFile } from './read-file.ts';
import type { Readable } from 'node:stream';
import { UnreadableText, textLines } from '../support/text-lines.ts';
import { splitArray } from '../ingest/split-array.ts';
import { CliError, type Io } from './io.ts';
import { jsonFault } from './json-fault.ts';

/** One event as it stands in its file: JSON text on one line, exact. */
export interface EventLine {
  /** The line of an NDJSON file, or the element of an array or the only one (from 1). */
  number: number;
  text: string;
}

export interface EventSource {
  /** What `number` counts. */
  unit: 'line' | 'event';
  events: AsyncIterable<EventLine>;
}

/** A JSON file is read whole; beyond this, NDJSON is the format. */
const maxJsonBytes = 256 * 2 ** 20;
const maxLineLength = maxJsonBytes;

/**
 * Reads events from a file, or from standard input for `-`: NDJSON as a stream, or one JSON object or array. A text
 * whose first line is not a whole JSON value is taken for JSON, unless the file is called `.ndjson` or `.jsonl`.
 */
export async function openEvents(io: Io, file: string): Promise<EventSource> {
  const stream = file === '-' ? io.stdin : await openFile(io, file);
  const lines = linesOf(stream);
  const first = await firstLine(lines);
  const isNdjson = /\.(?:ndjson|jsonl)$/i.test(file) || (!/^\s*\[/.test(first.text) && isJson(first.text));
  const all = prepend(first, lines);
  return isNdjson
    ? { unit: 'line', events: withoutBlank(all) }
    : { unit: 'event', events: elements(all, file) };
}

/** Which fault the text has is told in a sentence of the command's. */
async function* linesOf(stream: Readable): AsyncGenerator<EventLine> {
  try {
    yield* textLines(stream, maxLineLength);
  } catch (error) {
    if (error instanceof UnreadableText)
      throw new CliError(error.message.replace(/^it is/, 'the events are'));
    throw error;
  }
}

/** The first line that holds anything; the blank ones before it count. */
async function firstLine(lines: AsyncGenerator<EventLine>): Promise<EventLine> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) return { number: 1, text: '' };
    if (value.text.trim() !== '') return value;
  }
}

async function* prepend(first: EventLine, rest: AsyncGenerator<EventLine>): AsyncGenerator<EventLine> {
  yield first;
  yield* rest;
}

async function* withoutBlank(lines: AsyncIterable<EventLine>): AsyncGenerator<EventLine> {
  for await (const line of lines) {
    const text = line.text.trim();
    if (text !== '') yield { ...line, text };
  }
}

async function* elements(lines: AsyncIterable<EventLine>, file: string): AsyncGenerator<EventLine> {
  const parts: string[] = [];
  let size = 0;
  /** Lines before the first that holds anything. */
  let blank = 0;
  for await (const { number, text } of lines) {
    if (parts.length === 0) blank = number - 1;
    size += text.length;
    if (size > maxJsonBytes)
      throw new CliError(`${file} is too large for JSON; use NDJSON, one event a line`);
    parts.push(text);
  }
  // Line feeds stand only between tokens in JSON, so a blank there changes nothing.
  const text = parts.join(' ').trim();
  if (text === '') return;
  if (!isJson(text)) {
    const where = jsonFault('\n'.repeat(blank) + parts.join('\n'));
    throw new CliError(
      `${file} is not valid JSON${where === undefined ? '' : `: look at ${where}`}; nor is it NDJSON, as its first line is no JSON`,
    );
  }
  const events = text.startsWith('[') ? splitArray(text) : [text];
  for (const [index, event] of events.entries()) yield { number: index + 1, text: event };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
