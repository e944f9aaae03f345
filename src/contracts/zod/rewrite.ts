import { z } from 'zod';

export type Schema = z.core.$ZodType;
/** Makes the schema that takes a schema's place; itself when it stays. */
type Change = (schema: Schema) => Schema;

/**
 * A copy of a schema with parts of it replaced, from the leaves upwards; what holds no changed part stays the same object,
 * and the original is never written to. Schemas that lead back to themselves are followed once.
 */
export function rewritten(schema: Schema, change: Change): Schema {
  const done = new Map<Schema, Schema | 'under way'>();
  const visit = (part: Schema): Schema => {
    const known = done.get(part);
    if (known === 'under way')
      return new z.ZodLazy({ type: 'lazy', getter: () => done.get(part) as z.ZodType });
    if (known !== undefined) return known;
    done.set(part, 'under way');
    const result = change(withParts(part, visit));
    done.set(part, result);
    return result;
  };
  return visit(schema);
}

/** What a definition of any kind may hold of other schemas. */
export interface Parts {
  shape?: Record<string, Schema>;
  options?: readonly Schema[];
  items?: readonly Schema[];
  getter?: () => Schema;
}

const single = [
  'innerType',
  'element',
  'catchall',
  'rest',
  'keyType',
  'valueType',
  'left',
  'right',
  'in',
  'out',
];

export const defOf = (schema: Schema) =>
  schema._zod.def as z.core.$ZodTypeDef & Parts & Record<string, unknown>;

export const isOf = <T extends Schema>(schema: Schema, type: z.core.$ZodTypeDef['type']): schema is T =>
  schema._zod.def.type === type;

function withParts(schema: Schema, visit: (part: Schema) => Schema): Schema {
  const def = defOf(schema);
  if (def.type === 'lazy') {
    const { getter } = def;
    const { _cachedInner: _, ...rest } = def;
    return z.core.clone(schema, { ...rest, getter: () => visit(getter!()) } as never);
  }
  const changed: Record<string, unknown> = {};
  for (const name of single) {
    const part = def[name];
    if (!isSchema(part)) continue;
    const next = visit(part);
    if (next !== part) changed[name] = next;
  }
  for (const name of ['options', 'items'] as const) {
    const parts = def[name];
    if (!Array.isArray(parts)) continue;
    const next = parts.map((part: Schema) => visit(part));
    if (next.some((part, index) => part !== parts[index])) changed[name] = next;
  }
  if (def.type === 'object') {
    const shape = def.shape!;
    const entries = Object.keys(shape).map((name) => [name, visit(shape[name]!)] as const);
    if (entries.some(([name, part]) => part !== shape[name])) changed['shape'] = Object.fromEntries(entries);
  }
  return Object.keys(changed).length === 0 ? schema : z.core.clone(schema, { ...def, ...changed });
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && '_zod' in value;
