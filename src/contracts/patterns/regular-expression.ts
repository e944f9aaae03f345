/**
 * The regular expression of a `pattern`. By the specification it is one with the flag `u`; schemas from the wild escape what
 * needs no escape (`\-`, `\_`, `\@`), which only an expression without it may, and write `\A` and `\z` for `^` and `$`. Throws a
 * `SyntaxError` when it is none, or would mean something else here than in the language that it was written in.
 */
export function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    // Read once more, as others may have meant it.
  }
  const plain = withoutNeedlessEscapes(pattern);
  try {
    return new RegExp(plain, 'u');
  } catch (error) {
    // Without the flag, `\p{L}` is the text p{L}.
    if (/(?<!\\)(?:\\\\)*\\p\{/i.test(plain)) throw error;
    return new RegExp(plain);
  }
}

const token = /\\(.)|\[(?::\w+:)?|\]|\{,\d+\}/gsu;
/** After a backslash: what JavaScript knows. */
const known = /[dDwWsSbBnrtfv\dxucksp^$\\.*+?()[\]{}|/P]/;
const anchors: Readonly<Record<string, string>> = { A: '^', Z: '$', z: '$' };

function withoutNeedlessEscapes(pattern: string): string {
  let inClass = false;
  return pattern.replaceAll(token, (part: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      if (part.length > 1 && (inClass || part.startsWith('{'))) throw foreign(part);
      if (part.startsWith('[')) inClass = true;
      else if (part === ']') inClass = false;
      return part;
    }
    if (known.test(escaped) || (escaped === '-' && inClass)) return part;
    const anchor = inClass ? undefined : anchors[escaped];
    if (anchor !== undefined) return anchor;
    if (/[A-Za-z]/.test(escaped)) throw foreign(part);
    return escaped;
  });
}

const foreign = (part: string): SyntaxError =>
  new SyntaxError(`${part} is of another language, and means something else in JavaScript`);
