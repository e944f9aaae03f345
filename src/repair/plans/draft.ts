import { type Json, type JsonObject, isObject, cloneJson, isContainer } from '../../model/json.ts';
import { child, valueAt } from '../../model/pointer.ts';

/** What the copies of one plan may add to an event, about in characters: copies of copies grow like powers of two. */
const maxCopied = 262_144;

/** An event that is being changed: copies what it touches, along the path, and leaves the original alone. */
export class Draft {
  #root: JsonObject;
  #isRootOwn = false;
  /** Objects within the root that nothing else holds; most plans touch none. */
  #own: Set<object> | undefined;
  #copied = 0;

  constructor(original: JsonObject) {
    this.#root = original;
  }

  get value(): JsonObject {
    return this.#root;
  }

  get(path: readonly string[]): Json | undefined {
    return valueAt(this.#root, path);
  }

  /** Writes a value, making the objects on the way; false when something else is in the way. */
  set(path: readonly string[], value: Json): boolean {
    const parent = path.length === 1 ? this.#ownRoot() : this.#ownParent(path, true);
    if (parent === undefined) return false;
    const name = path.at(-1)!;
    if (!Array.isArray(parent)) {
      define(parent, name, value);
      return true;
    }
    if (child(parent, name) === undefined) return false;
    parent[Number(name)] = value;
    return true;
  }

  /** Removes a field; elements of arrays stay. */
  delete(path: readonly string[]): boolean {
    if (path.length <= 1) {
      this.#root = without(this.#root, path[0]!);
      this.#isRootOwn = true;
      return true;
    }
    const container = path.slice(0, -1);
    const parent = this.get(container);
    if (!isObject(parent)) return false;
    this.#replace(container, without(parent, path.at(-1)!));
    return true;
  }

  /** Writes a copy that shares nothing with the original; false when the event would grow too much by it. */
  setCopy(path: readonly string[], value: Json): boolean {
    this.#copied += sizeOf(value);
    return this.#copied <= maxCopied && this.set(path, cloneJson(value));
  }

  /** Puts an object that nothing else holds in the place of another. */
  #replace(path: readonly string[], value: JsonObject): void {
    (this.#own ??= new Set()).add(value);
    const parent = this.#ownParent(path, false)!;
    const name = path.at(-1)!;
    if (Array.isArray(parent)) parent[Number(name)] = value;
    else define(parent, name, value);
  }

  #ownRoot(): JsonObject {
    if (!this.#isRootOwn) this.#root = copyObject(this.#root);
    this.#isRootOwn = true;
    return this.#root;
  }

  #ownParent(path: readonly string[], make: boolean): JsonObject | Json[] | undefined {
    const own = (this.#own ??= new Set());
    let at: JsonObject | Json[] = this.#ownRoot();
    for (const segment of path.slice(0, -1)) {
      const next = child(at, segment);
      let copy: JsonObject | Json[];
      if (next === undefined) {
        if (!make || Array.isArray(at)) return undefined;
        copy = {};
        own.add(copy);
      } else if (isObject(next) || Array.isArray(next)) copy = copied(next, own);
      else return undefined;
      if (Array.isArray(at)) at[Number(segment)] = copy;
      else define(at, segment, copy);
      at = copy;
    }
    return at;
  }
}

/** The value itself, if nothing else holds it. */
function copied<T extends JsonObject | Json[]>(value: T, own: Set<object>): T {
  if (own.has(value)) return value;
  const copy = (Array.isArray(value) ? value.slice() : copyObject(value)) as T;
  own.add(copy);
  return copy;
}

/** An object whose fields have been deleted is slow for all who read it after. */
function without(object: JsonObject, name: string): JsonObject {
  const rest: JsonObject = {};
  for (const key in object) if (key !== name) define(rest, key, object[key]!);
  return rest;
}

function define(object: JsonObject, name: string, value: Json): void {
  // As an assignment, this one would follow the prototype's setter.
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}

/** Spreading defines fields, and so keeps one called `__proto__` a field. */
const copyObject = (value: JsonObject): JsonObject => ({ ...value });

/** About the characters of its JSON text. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return value.length + 2;
  if (!isContainer(value)) return 8;
  let size = 2;
  for (const [key, item] of Object.entries(value)) size += key.length + sizeOf(item);
  return size;
}
