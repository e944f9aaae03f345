/**
 * The text in another case, or undefined where that would make other letters of it: `ß` is `SS` in capitals, `ﬀ` is `FF`,
 * and the `ı` without a dot comes back from `I` as `i`.
 */
export function recased(text: string, to: 'upper' | 'lower'): string | undefined {
  const change = (part: string) => (to === 'upper' ? part.toUpperCase() : part.toLowerCase());
  const back = (part: string) => (to === 'upper' ? part.toLowerCase() : part.toUpperCase());
  const changed = change(text);
  if (changed === text) return text;
  const isOneToOne = Array.from(text).every((letter) => Array.from(change(letter)).length === 1);
  return isOneToOne && back(changed) === back(text) ? changed : undefined;
}
