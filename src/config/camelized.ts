import { isObject } from '../model/json.ts';

/** `max_body_bytes` → `maxBodyBytes`. */
type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;
type ConfigKey<Key> = Key extends `${infer Name}_seconds` ? `${Camel<Name>}Ms` : Camel<Key & string>;

/** Settings of the file as the code names them: in camel case, and seconds as milliseconds (`timeout_seconds` → `timeoutMs`). */
export type Camelized<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Key in keyof Value as ConfigKey<Key>]: Camelized<Value[Key]> }
    : Value;

/** Lists stay as they are. A setting that is absent stays absent. */
export function camelized<Value extends object>(settings: Value): Camelized<Value> {
  const entries = Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (key.endsWith('_seconds') && typeof value === 'number')
      return [[camel(key.replace(/_seconds$/, '_ms')), Math.max(1, Math.round(value * 1000))]];
    return [[camel(key), isObject(value) ? camelized(value) : value]];
  });
  return Object.fromEntries(entries) as Camelized<Value>;
}

const camel = (key: string): string =>
  key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
