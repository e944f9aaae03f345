import type { StateStore } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { applyUpdate, type UpdateOp } from './update.ts';

/** Changes of shared state: what `state` triggers read. */
export const stateTopic = 'state_changed';

export interface StateChanged {
  new_value: Json | null;
  old_value: Json | null;
}

/** Durable values by group and key that all steps see. What is absent is null. */
export interface SharedState {
  get(group: string, key: string): Promise<Json | null>;
  set(group: string, key: string, value: Json): Promise<StateChanged>;
  /** Changes fields of an object atomically, in order. */
  update(group: string, key: string, ops: readonly UpdateOp[]): Promise<StateChanged>;
  /** Resolves to what it was. */
  delete(group: string, key: string): Promise<Json | null>;
  /** The values, in the order of their keys. */
  list(group: string): Promise<Json[]>;
  clear(group: string): Promise<void>;
}

/** Each try reads what another writer left; so many writers at once are a fault of the steps. */
const maxTries = 100;

/** `changed` is told of each change when it is durable. */
export function sharedState(
  state: StateStore,
  changed: (change: StateChanged & { type: 'state'; group_id: string; item_id: string }) => Promise<void>,
): SharedState {
  async function change(
    [group, key]: [string, string],
    make: (old: Json | undefined) => Json | undefined,
  ): Promise<StateChanged> {
    const at = keyOf(group, key);
    for (let tries = 0; tries < maxTries; tries++) {
      const old = await state.get(at);
      const value = make(old);
      if (old === undefined && value === undefined) return { old_value: null, new_value: null };
      if (!(await state.replace(at, old, value))) continue;
      const result = { old_value: old ?? null, new_value: value ?? null };
      await changed({ type: 'state', group_id: group, item_id: key, ...result });
      return result;
    }
    throw new SentinelError('step_failed', `${group}/${key} is changed by too many steps at once.`);
  }

  const shared: SharedState = {
    get: async (group, key) => (await state.get(keyOf(group, key))) ?? null,
    set: (group, key, value) => change([group, key], () => value),
    update: (group, key, ops) => change([group, key], (old) => applyUpdate(old, ops)),
    delete: async (group, key) => (await change([group, key], () => undefined)).old_value,
    list: async (group) => (await state.list(folderOf(group))).map(({ value }) => value),
    async clear(group) {
      for (const { key } of await state.list(folderOf(group)))
        await shared.delete(group, decodeURIComponent(key.slice(folderOf(group).length)));
    },
  };
  return shared;
}

const folderOf = (group: string): string => `shared/${encodeURIComponent(named('group', group))}/`;
const keyOf = (group: string, key: string): string => folderOf(group) + encodeURIComponent(named('key', key));

function named(what: string, name: unknown): string {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`shared state: the ${what} must be a text`);
  return name;
}
