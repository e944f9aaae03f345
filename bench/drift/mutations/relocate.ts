import type { Drift, Scene } from '../drift.ts';
import type { Field } from '../fields.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import { edited, pointer, putWithin, take } from '../paths.ts';

/** A field that a mutation may take: required ones rather, since the others' absence breaks nothing. */
export function chooseField(
  { fields, random }: Scene,
  focus: Field | undefined,
  fits: (field: Field) => boolean = () => true,
): Field | undefined {
  if (focus !== undefined) return fits(focus) ? focus : undefined;
  const fitting = fields.filter((field) => field.required && fits(field));
  if (fitting.length === 0) return undefined;
  // Deep payloads have a thousand fields below for ten on top; senders change the top as often.
  const top = fitting.filter(({ path }) => path.length <= 2);
  return random.pick(top.length > 0 && random.chance(0.6) ? top : fitting);
}

/** The field goes to another place below the object that holds it; undefined where the contract has a field there. */
export function relocated(
  { subject }: Scene,
  field: Field,
  to: readonly string[],
  style: string,
): Drift | undefined {
  const holder = field.path.slice(0, -1);
  const target = [...holder, ...to];
  if (isDeclared(subject.contract.jsonSchema, target) || pointer(target) === pointer(field.path))
    return undefined;
  return {
    style,
    touches: [pointer(field.path), pointer(target)],
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = take(parent, name);
        return value !== undefined && putWithin(parent, to, value);
      }),
    inverse: [{ op: 'move', from: pointer(target), to: pointer(field.path) }],
  };
}
