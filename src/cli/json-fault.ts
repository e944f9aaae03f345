import { parseExact } from '../model/exact-json.ts';

/**
 * Where a text stops being JSON, as `line 3, column 7`; undefined when it is JSON. Not the parser's own message: that quotes
 * the event.
 */
export function jsonFault(text: string): string | undefined {
  try {
    parseExact(text);
    return undefined;
  } catch (error) {
    const position = error instanceof Error ? /\bposition (\d+)/.exec(error.message)?.[1] : undefined;
    const before = position === undefined ? text : text.slice(0, Number(position));
    const lines = before.split('\n');
    return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  }
}
