import type { Json } from '../json.ts';

/**
 * JSON Pointers of the leaves of `edited` whose value stands nowhere in `original`: what a person entered by hand.
 * A value that only moved to another place is not among them.
 */
export function changedByHand(original: Json, edited: Json): string[] {
  const known = new Set<string>();
  forEachLeaf(original, '', (_, leaf) => known.add(JSON.stringify(leaf)));
  const entered: string[] = [];
  forEachLeaf(edited, '', (pointer, leaf) => {
    if (!known.has(JSON.stringify(leaf))) entered.push(pointer);
  });
  return entered;
}

/** Calls back for each value that is neither an object nor an array with something in it. */
function forEachLeaf(value: Json, pointer: string, visit: (pointer: string, leaf: Json) => void): void {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) visit(pointer, value);
  for (const [key, child] of entries) {
    forEachLeaf(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, visit);
  }
}
