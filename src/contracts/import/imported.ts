import { type JsonObject, isObject } from '../../model/json.ts';

/** A contract that another description gives, before a person has looked at it. */
export interface Imported {
  name: string;
  /** `major.minor.patch` */
  version: string;
  /** JSON Schema without `x-contract`. */
  schema: JsonObject;
  key?: readonly string[] | undefined;
  table?: string | undefined;
  description?: string | undefined;
  /** The `x-contract` of a schema that was a contract already; what stands above comes before it. */
  header?: JsonObject | undefined;
  /** What could not be taken over. */
  notes: string[];
}

export const draft2020 = 'https://json-schema.org/draft/2020-12/schema';
export const draft07 = 'http://json-schema.org/draft-07/schema#';

/** What can be the name of a contract: `com.example.Order v2` → `com.example.Order_v2`. */
export function contractName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[^A-Za-z]+/, '');
  return name === '' ? 'event' : name.slice(0, 100);
}

/** `2.1` and `v2.1.0-beta` as a contract has them. */
export function contractVersion(text: unknown): string {
  const parts = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?/.exec(typeof text === 'string' ? text : '');
  return parts === null ? '1.0.0' : [parts[1], parts[2] ?? 0, parts[3] ?? 0].join('.');
}

/** Without the parts that say nothing. */
export const compact = (schema: Record<string, unknown>): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined)) as JsonObject;

/** An object schema of fields, `required` by name. */
export function objectOf(properties: JsonObject, required: readonly string[]): JsonObject {
  return compact({ type: 'object', required: required.length === 0 ? undefined : [...required], properties });
}

const mostDigits = 38;
/** A step of fewer digits is kept exactly. */
const finestScale = 18;

/** An exact number: with its scale as a step, and the column to hold it, which may be narrower than what a store has. */
export function decimalSchema(precision: number, scale: number): JsonObject {
  const held = Math.min(Math.max(scale, 0), finestScale);
  const digits = Math.min(Math.max(precision, held, 1), mostDigits);
  return {
    type: 'number',
    multipleOf: held === 0 ? 1 : Number(`1e-${held}`),
    'x-column': `decimal(${digits},${held})`,
  };
}

/** A text of a description; nothing when it is anything else. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A schema that is a contract already, as an export of ours: with its name and version, and all else that its header says. */
export function contractAgain(schema: JsonObject): Pick<Imported, 'name' | 'version' | 'header'> | undefined {
  const header = schema['x-contract'];
  if (!isObject(header) || typeof header['name'] !== 'string') return undefined;
  return { name: contractName(header['name']), version: contractVersion(header['version']), header };
}
