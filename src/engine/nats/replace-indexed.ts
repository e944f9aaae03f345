import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../model/json.ts';
import type { StateEntry, StateStore } from '../engine.ts';

interface Change {
  key: string;
  from: Json | undefined;
  to: Json | undefined;
  entryOf: (value: Json) => StateEntry;
}

/**
 * A bucket has no transaction over two keys: the index entry of the new value is written before it, and that of the old value
 * deleted after it. A process that dies in between leaves an entry too many, and no value without its entry.
 */
export async function replaceIndexed(
  state: Pick<StateStore, 'get' | 'put' | 'replace'>,
  { key, from, to, entryOf }: Change,
): Promise<boolean> {
  const entry = to === undefined ? undefined : entryOf(to);
  const before = from === undefined ? undefined : entryOf(from).key;
  const stale = before === undefined || before === entry?.key ? undefined : await state.get(before);
  if (entry !== undefined) await state.put(entry.key, entry.value);
  const isMine = await state.replace(key, from, to);
  // Only as it was then: the value may have its old entry again by now. The value has changed, even if this fails.
  if (isMine && stale !== undefined) await state.replace(before!, stale, undefined).catch(() => false);
  // Of a change that was not made, unless another has made the same.
  if (!isMine && entry !== undefined && !isDeepStrictEqual(await entryNow(), entry))
    await state.replace(entry.key, entry.value, undefined);
  return isMine;

  async function entryNow(): Promise<StateEntry | undefined> {
    const current = await state.get(key);
    return current === undefined ? undefined : entryOf(current);
  }
}
