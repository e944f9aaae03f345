import type { StateStore } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import { type Json, isObject, type JsonObject } from '../../model/json.ts';

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

/** A change to one field of an object, or (without `path`) to the whole of it. `path` is a field's name, with dots below it. */
type UpdateOp =
  | { type: 'set'; path: string; value: Json }
  | { type: 'merge'; path?: string; value: JsonObject }
  | { type: 'increment' | 'decrement'; path: string; by: number }
  | { type: 'append'; path: string; value: Json }
  | { type: 'remove'; path: string };

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** A copy of the value with the changes made, in order. Throws a TypeError for one that does not fit the value. */
function applyUpdate(old: Json | undefined, ops: readonly UpdateOp[]): Json {
  const root: Record<string, Json> = { '': old ?? {} };
  for (const op of ops) {
    const path = op.path === undefined || op.path === '' ? [''] : ['', ...op.path.split('.')];
    if (path.some((key) => forbidden.has(key))) throw new TypeError(`state.update can't change ${op.path}`);
    const last = path.pop()!;
    let parent = root;
    for (const key of path) {
      const next = Object.hasOwn(parent, key) ? parent[key] : {};
      if (!isObject(next)) throw new TypeError(`state.update: ${op.path} is below a value that is no object`);
      parent = parent[key] = { ...next };
    }
    change(parent, last, op);
  }
  return root['']!;
}

function change(parent: Record<string, Json>, key: string, op: UpdateOp): void {
  const old = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (op.type === 'set') parent[key] = op.value;
  else if (op.type === 'remove') delete parent[key];
  else if (op.type === 'merge') {
    if (old !== undefined && !isObject(old)) throw new TypeError(`state.update: ${op.path} is no object`);
    parent[key] = { ...old, ...op.value };
  } else if (op.type === 'append') {
    if (old !== undefined && !Array.isArray(old)) throw new TypeError(`state.update: ${op.path} is no list`);
    parent[key] = [...(old ?? []), op.value];
  } else if (op.type === 'increment' || op.type === 'decrement') {
    if (old !== undefined && typeof old !== 'number')
      throw new TypeError(`state.update: ${op.path} is no number`);
    parent[key] = (old ?? 0) + (op.type === 'increment' ? op.by : -op.by);
  } else throw new TypeError(`state.update knows no ${String((op as { type: unknown }).type)}`);
}
