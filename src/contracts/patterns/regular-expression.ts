/**
 * The regular expression of a `pattern`. By the specification it is one with the flag `u`; schemas from the wild escape what
 * needs no escape (`\-`, `\_`, `\@`), which only an expression without it may. Throws a `SyntaxError` when it is neither.
 */
export function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}
