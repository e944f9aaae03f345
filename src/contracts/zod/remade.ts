import { type Schema, defOf } from './rewrite.ts';

/** What a transform was given at a place of the event: of that, only what it has returned is in the row. */
export interface Remade {
  /** The fields that the transform was given. */
  given: ReadonlySet<string>;
  fields: ReadonlyMap<string, Remade>;
  items: Remade | undefined;
}

const wrappers = new Set(['optional', 'nullable', 'default', 'prefault', 'nonoptional', 'readonly', 'catch']);

/**
 * The places where a schema makes an object anew by `.transform()`, `.pipe()` or a codec. A declared field that is not in what
 * was made has been dropped on purpose; only undeclared ones, which no transform sees, are put back there. Undefined where there are none.
 */
export function remadeBy(schema: Schema): Remade | undefined {
  const within = new Set<Schema>();
  const visit = (part: Schema, isGiven: boolean): Remade | undefined => {
    if (within.has(part)) return undefined;
    within.add(part);
    const found = look(part, isGiven);
    within.delete(part);
    return found;
  };
  const look = (part: Schema, isGiven: boolean): Remade | undefined => {
    const def = defOf(part);
    if (def.type === 'pipe') {
      const [given, made] = [def['in'] as Schema, def['out'] as Schema];
      return defOf(given).type === 'transform' ? visit(made, isGiven) : visit(given, true);
    }
    if (wrappers.has(def.type)) return visit(def['innerType'] as Schema, isGiven);
    if (def.type === 'lazy') return visit(def.getter!(), isGiven);
    if (def.type === 'array') {
      const items = visit(def['element'] as Schema, isGiven);
      return items && { given: new Set(), fields: new Map(), items };
    }
    if (def.type !== 'object') return undefined;
    const fields = new Map<string, Remade>();
    const names = Object.keys(def.shape!);
    for (const name of names) {
      const field = visit(def.shape![name]!, isGiven);
      if (field !== undefined) fields.set(name, field);
    }
    if (!isGiven && fields.size === 0) return undefined;
    return { given: new Set(isGiven ? names : []), fields, items: undefined };
  };
  return visit(schema, false);
}
