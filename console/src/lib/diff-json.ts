import { isContainer } from '../../../src/model/json.ts';
import type { Json } from '../api/types.ts';

export interface Difference {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** The leaves that two values do not share, by JSON Pointer. */
export function differences(before: Json | undefined, after: Json | undefined, path = ''): Difference[] {
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    const a = before as Record<string, Json>;
    const b = after as Record<string, Json>;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differences(a[key], b[key], `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isTree(value: Json | undefined): boolean {
  return isContainer(value);
}
