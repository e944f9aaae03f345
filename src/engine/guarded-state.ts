import type { EngineState } from './engine.ts';

/** State whose calls go through `guard`, which may refuse them or turn their errors into others; `check` may refuse to watch. */
export function guardedState(
  state: EngineState,
  guard: <T>(work: () => Promise<T>) => Promise<T>,
  check: () => void,
): EngineState {
  return {
    get: (key) => guard(() => state.get(key)),
    put: (key, value, options) => guard(() => state.put(key, value, options)),
    putIfAbsent: (key, value, options) => guard(() => state.putIfAbsent(key, value, options)),
    replace: (key, from, to) => guard(() => state.replace(key, from, to)),
    replaceIndexed: (key, from, to, entryOf) => guard(() => state.replaceIndexed(key, from, to, entryOf)),
    delete: (key) => guard(() => state.delete(key)),
    write: (operations) => guard(() => state.write(operations)),
    list: (prefix, options) => guard(() => state.list(prefix, options)),
    watch(prefix, listener) {
      check();
      return state.watch(prefix, listener);
    },
  };
}
