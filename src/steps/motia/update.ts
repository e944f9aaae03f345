import { isObject, type Json, type JsonObject } from '../../model/json.ts';

/** A change to one field of an object, or (without `path`) to the whole of it. `path` is a field's name, with dots below it. */
export type UpdateOp =
  | { type: 'set'; path: string; value: Json }
  | { type: 'merge'; path?: string; value: JsonObject }
  | { type: 'increment' | 'decrement'; path: string; by: number }
  | { type: 'append'; path: string; value: Json }
  | { type: 'remove'; path: string };

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** A copy of the value with the changes made, in order. Throws a TypeError for one that does not fit the value. */
export function applyUpdate(old: Json | undefined, ops: readonly UpdateOp[]): Json {
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
