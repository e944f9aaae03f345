/**
 * Finds values in a JSON text as they were written, so that no digit and no order is lost. `text` must be valid JSON.
 * Each step down looks once at what it passes, so the work grows with the text.
 */
export function rawAt(text: string, segments: readonly string[]): string[] | undefined {
  const found: string[] = [];
  const walk = (at: number, depth: number): boolean => {
    const segment = segments[depth];
    if (segment === undefined) return found.push(text.slice(at, endOfValue(text, at))) > 0;
    const isArray = text[at] === '[';
    if (segment === '*') {
      if (!isArray) return false;
      for (const { value } of elements(text, at)) if (!walk(value, depth + 1)) return false;
      return true;
    }
    for (const { key, value } of isArray ? elements(text, at) : members(text, at))
      if (key === segment) return walk(value, depth + 1);
    return false;
  };
  return walk(skipSpace(text, 0), 0) ? found : undefined;
}

/** The text of a string or a number at a pointer; a number with all its digits. */
export function scalarAt(text: string, segments: readonly string[]): string | undefined {
  const raw = rawAt(text, segments)?.[0];
  if (raw === undefined) return undefined;
  if (raw.startsWith('"')) return JSON.parse(raw) as string;
  return /^-?\d/.test(raw) ? raw : undefined;
}

interface Entry {
  key: string;
  /** Where its value begins. */
  value: number;
}

/** The members of the object that opens at `open`; none of any other value. */
export function* members(text: string, open: number): Generator<Entry> {
  if (text[open] !== '{') return;
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const end = endOfString(text, at);
    const key = JSON.parse(text.slice(at, end)) as string;
    const value = skipSpace(text, skipSpace(text, end) + 1);
    yield { key, value };
    at = skipSpace(text, endOfValue(text, value));
    if (text[at] !== ',') return;
    at = skipSpace(text, at + 1);
  }
}

function* elements(text: string, open: number): Generator<Entry> {
  let at = skipSpace(text, open + 1);
  for (let index = 0; text[at] !== ']'; index++) {
    yield { key: String(index), value: at };
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] !== ',') return;
    at = skipSpace(text, at + 1);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

export function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (char === ',' || text.charCodeAt(at) <= 0x20)) return at;
  }
  return text.length;
}

/** The position after the closing quote. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
