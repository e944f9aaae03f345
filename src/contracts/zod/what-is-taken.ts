import { type JsonObject, isObject } from '../../model/json.ts';
import { deref } from '../json-schema/refs.ts';

/** Why no event can be valid, as the schema takes no object, with the remedy. */
export function takesNoObject(input: JsonObject): string | undefined {
  const { type = 'object' } = deref(input, input);
  const types = [type].flat().map(String);
  if (types.includes('object')) return undefined;
  return `its schema takes ${types.join(' or ')}, but events are objects: write z.object({ … }); for a list, the schema of one event of it`;
}

/** A transform can make anything: all that is known of it is what a `.pipe()` after it says. */
export function saysNothing(output: JsonObject): boolean {
  const { $schema: _, $defs: _defs, ...said } = output;
  const alternatives = [said['anyOf'] ?? [], said['oneOf'] ?? []].flat();
  return Object.keys(said).length === 0 || alternatives.some((each) => isObject(each) && saysNothing(each));
}
