/**
 * JavaScript's built-ins, as they are in this thread when this is made. Foreign code that changes one changes how all other
 * code behaves.
 */
export class Builtins {
  readonly #properties: Property[] = [];

  constructor() {
    for (const [name, holder] of holders()) {
      const keys = keysOf(holder);
      for (let at = 0; at < keys.length; at++) {
        const key = keys[at]!;
        const before = getOwnPropertyDescriptor(holder, key)!;
        // Of an accessor, reading would call it.
        if ('value' in before) this.#properties.push({ name, holder, key, value: before.value, before });
      }
    }
  }

  /** Puts back what has been changed since, and names it; nothing, mostly. Takes some 10 µs. */
  restore(): string[] {
    const changed: string[] = [];
    const properties = this.#properties;
    for (let at = 0; at < properties.length; at++) {
      const { name, holder, key, value, before } = properties[at]!;
      if (same((holder as Record<PropertyKey, unknown>)[key], value)) continue;
      defineProperty(holder, key, before);
      changed[changed.length] = `${name}.${String(key)}`;
    }
    // What is added there is seen by each loop over the fields of an object.
    for (const key in Object.prototype) {
      deleteProperty(Object.prototype, key);
      changed[changed.length] = `Object.prototype.${key}`;
    }
    return changed;
  }
}

interface Property {
  name: string;
  holder: object;
  key: PropertyKey;
  value: unknown;
  before: PropertyDescriptor;
}

// As they are before anybody could change them.
const { defineProperty, getOwnPropertyDescriptor, deleteProperty, ownKeys: keysOf } = Reflect;
const same = Object.is;

const constructors = [
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  Symbol,
  BigInt,
  Date,
  RegExp,
  Map,
  Set,
  WeakMap,
  Promise,
  Error,
] as const;
const withStatics: readonly object[] = [Object, Array, Number, Date, Promise];

function* holders(): Generator<[name: string, holder: object]> {
  for (const constructor of constructors) {
    if (withStatics.includes(constructor)) yield [constructor.name, constructor];
    yield [`${constructor.name}.prototype`, constructor.prototype as object];
  }
  yield ['JSON', JSON];
  yield ['Math', Math];
  yield ['Reflect', Reflect];
}

/** Whoever says `JSON` is to find it there. To compare these names as well would cost 3 µs each time. */
export function lockGlobals(): void {
  for (const name of keysOf(globalThis)) {
    const { configurable, value } = getOwnPropertyDescriptor(globalThis, name)!;
    const locked: unknown = name === 'process' ? process : name === 'Buffer' ? Buffer : value;
    if (configurable === true && locked !== undefined)
      defineProperty(globalThis, name, { value: locked, writable: false, configurable: false });
  }
}
