import type { StateStore, StateWrite } from '../engine/engine.ts';

/** A view of the state in which every key starts with `prefix`; whoever holds it can't reach beyond. */
export function scopeState(state: StateStore, prefix: string): StateStore {
  const inside = (key: string): string => prefix + key;
  const scoped = (write: StateWrite): StateWrite =>
    'put' in write ? { ...write, put: inside(write.put) } : { delete: inside(write.delete) };
  return {
    get: (key) => state.get(inside(key)),
    put: (key, value, options) => state.put(inside(key), value, options),
    putIfAbsent: (key, value, options) => state.putIfAbsent(inside(key), value, options),
    replace: (key, from, to) => state.replace(inside(key), from, to),
    delete: (key) => state.delete(inside(key)),
    write: (operations) => state.write(operations.map(scoped)),
    list: async (below, { after, ...options } = {}) => {
      const page = after === undefined ? options : { ...options, after: inside(after) };
      const entries = await state.list(inside(below), page);
      // Typed by the caller, as the store's own list is.
      return entries.map(({ key, value }) => ({ key: key.slice(prefix.length), value })) as never;
    },
    watch: (below, listener) =>
      state.watch(inside(below), ({ key, value }) => listener({ key: key.slice(prefix.length), value })),
  };
}
