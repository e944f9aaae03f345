import { type Io, print, printJson, say } from './io.ts';

/** By the header of a column: the field that it shows, or what it makes of an item. */
type ListColumns<T> = Readonly<Record<string, keyof T | ((item: T) => unknown)>>;

/** Columns whose headers are the names of their fields. */
export const asNamed = <const Name extends string>(...names: Name[]): { [N in Name]: N } =>
  Object.fromEntries(names.map((name) => [name, name])) as { [N in Name]: N };

/** Prints items: as JSON where that was asked for, else as a table, or `none` when there are none. */
export function printList<T>(
  io: Io,
  items: readonly T[],
  { json }: { json?: boolean },
  { none, columns }: { none: string; columns: ListColumns<T> },
): void {
  if (json === true) return printJson(io, items);
  if (items.length === 0) return say(io, none);
  const cells = Object.values(columns);
  const rowOf = (item: T) => cells.map((cell) => (typeof cell === 'function' ? cell(item) : item[cell]));
  print(io, formatTable(Object.keys(columns), items.map(rowOf), io.columns));
}

/**
 * Text in columns. Numbers stand on the right. With a `width`, the widest columns are cut so that a row fits a line.
 * Control characters are shown as `·`: what is printed comes from senders, and a terminal obeys escape sequences.
 */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  width?: number,
): string {
  const cells = rows.map((row) => columns.map((_, at) => cellText(row[at])));
  const header = columns.map((name) => printable(name));
  const widths = header.map((name, at) =>
    Math.max(...[name, ...cells.map((row) => row[at] ?? '')].map(textWidth)),
  );
  if (width !== undefined) fit(widths, width);
  const right = columns.map((_, at) => rows.length > 0 && rows.every((row) => isNumeric(row[at])));
  const line = (row: readonly string[]): string =>
    row
      .map((text, at) => pad(cut(text, widths[at] ?? 0), widths[at] ?? 0, right[at] ?? false))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((size) => '─'.repeat(size))), ...cells.map(line)].join('\n');
}

export interface CsvOptions {
  /** For a terminal, which would obey escape sequences: control characters are spelled (`\u001b`), line breaks and tabs stay. */
  forTerminal?: boolean;
  /** For a spreadsheet: a text that it would take for a formula gets a `'` before it. Numbers stay. */
  safeCells?: boolean;
}

/** Comma-separated values (RFC 4180), every value as it is unless `options` say otherwise. */
export function formatCsv(
  columns: readonly string[],
  rows: readonly unknown[][],
  { forTerminal = false, safeCells = false }: CsvOptions = {},
): string {
  const field = (value: unknown): string => {
    let text = plainText(value);
    if (safeCells && looksLikeFormula(text)) text = `'${text}`;
    if (forTerminal) text = text.replaceAll(/(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu, spelled);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(field).join(',')).join('\n');
}

/** As spreadsheets read a cell; some skip white space before the sign. */
const looksLikeFormula = (text: string): boolean =>
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/.test(text) &&
  !/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);

const spelled = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const cellText = (value: unknown): string => printable(plainText(value));

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Without characters that move the cursor or change the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, '·');
}

const isNumeric = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  typeof value === 'number' ||
  (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value));

const minimumWidth = 6;
const gap = 2;

/** Makes the widest columns narrower, one character at a time, until a row fits. */
function fit(widths: number[], width: number): void {
  let excess = widths.reduce((sum, size) => sum + size, gap * (widths.length - 1)) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= minimumWidth) return;
    const at = widths.indexOf(widest);
    widths[at] = widest - 1;
    excess--;
  }
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const segmenter = new Intl.Segmenter();

/** Columns that a terminal gives a text. */
function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += textWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return right ? space + text : text + space;
}
