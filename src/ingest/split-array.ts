/**
 * The texts of the elements of a JSON array, exactly as written. `text` must be valid JSON whose value is an
 * array; splitting the text rather than printing the parsed elements keeps every digit and the order of keys.
 */
export function splitArray(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = text.indexOf('[') + 1;
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (depth-- === 0) {
          const last = text.slice(start, at).trim();
          if (last !== '') parts.push(last);
          return parts;
        }
        break;
      case 0x2c: // ,
        if (depth === 0) {
          parts.push(text.slice(start, at).trim());
          start = at + 1;
        }
        break;
      default:
    }
  }
  throw new SyntaxError('the text is not a JSON array');
}

/** Index of the closing quote of the string that opens at `open`. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
