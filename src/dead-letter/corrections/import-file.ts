import type { Readable } from 'node:stream';
import type { DeadLetter } from '../../model/dead-letter.ts';
import { type TextLine, UnreadableText, textLines } from '../../support/text-lines.ts';
import type { DeadLetterStore } from '../store.ts';
import { type ImportLine, fateOf, readImportLine } from './import-line.ts';

export interface ImportLimits {
  maxDepth: number;
  /** Of an event. */
  maxBytes: number;
}

/** Lines that were read together. */
export interface ImportBatch {
  /** For a letter that is as it was exported, with another event. */
  apply: { line: ImportLine; letter: DeadLetter }[];
  /** For a letter that was settled, or that has changed, since it was exported. */
  leftAlone: { line: ImportLine; reason: string }[];
  /** How many have the event as it was received. */
  unchanged: number;
  faults: { line: number; detail: string }[];
}

const mostLines = 200_000;
/** They are settled together, as a slice of a job. */
const batchLines = 100;
const batchCharacters = 256 * 1024;
/** What a line holds beside the event and its text: violations, attempts. */
const lineOverhead = 1024 * 1024;

/**
 * Reads a corrected file: one batch and the ids of all lines are in memory. Throws `UnreadableText` for what is no text of lines, or has too
 * many.
 */
export async function* readImport(
  letters: Pick<DeadLetterStore, 'get'>,
  file: Readable,
  { maxDepth, maxBytes }: ImportLimits,
): AsyncGenerator<ImportBatch> {
  const lineOf = new Map<string, number>();
  let lines: TextLine[] = [];
  let characters = 0;
  // As JSON text within JSON a character takes six at most.
  for await (const line of textLines(file, 7 * maxBytes + lineOverhead)) {
    if (line.number > mostLines)
      throw new UnreadableText(`it has more than ${mostLines} lines: cut it in parts`);
    if (line.text.trim() === '') continue;
    lines.push(line);
    characters += line.text.length;
    if (lines.length < batchLines && characters < batchCharacters) continue;
    yield await readBatch(letters, lines, { lineOf, maxDepth });
    lines = [];
    characters = 0;
  }
  if (lines.length > 0) yield await readBatch(letters, lines, { lineOf, maxDepth });
}

async function readBatch(
  letters: Pick<DeadLetterStore, 'get'>,
  texts: readonly TextLine[],
  { lineOf, maxDepth }: { lineOf: Map<string, number>; maxDepth: number },
): Promise<ImportBatch> {
  const batch: ImportBatch = { apply: [], leftAlone: [], unchanged: 0, faults: [] };
  const lines: ImportLine[] = [];
  for (const text of texts) {
    const read = readImportLine(text, maxDepth);
    const earlier = read.ok ? lineOf.get(read.value.id) : undefined;
    if (!read.ok) batch.faults.push({ line: text.number, detail: read.error });
    else if (earlier !== undefined)
      batch.faults.push({ line: text.number, detail: `line ${earlier} is for the same dead letter` });
    else {
      lineOf.set(read.value.id, text.number);
      lines.push(read.value);
    }
  }
  const known = await Promise.all(lines.map(({ id }) => letters.get(id)));
  for (const [at, line] of lines.entries()) {
    const fate = fateOf(known[at], line);
    if (fate.kind === 'apply') batch.apply.push({ line, letter: known[at]! });
    else if (fate.kind === 'unchanged') batch.unchanged++;
    else if (fate.kind === 'left_alone') batch.leftAlone.push({ line, reason: fate.reason });
    else batch.faults.push({ line: line.line, detail: fate.reason });
  }
  batch.faults.sort((a, b) => a.line - b.line);
  return batch;
}
