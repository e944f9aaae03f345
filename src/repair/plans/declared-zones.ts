import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Pointer } from '../../model/plan.ts';
import { bind, bindings, pointerOf, valueAt } from '../../model/pointer.ts';
import { declaredPaths } from '../healers/heuristics/declared.ts';
import { zonesBeside } from '../healers/heuristics/zone-beside.ts';
import { cast } from './cast.ts';
import { schemasAt } from './schema-paths.ts';

/** The times of an event that are read in the zone of the contract, while the event itself names another one. */
export function timesInAnotherZone({ jsonSchema }: Contract, event: JsonObject): readonly Pointer[] {
  const fields = zonedFields(jsonSchema);
  if (fields.length === 0) return none;
  return fields.flatMap(({ path, zone }) =>
    (bindings(event, path) ?? [])
      .map((indexes) => bind(path, indexes))
      .filter((time) => {
        const text = valueAt(event, time);
        if (typeof text !== 'string' || cast(text, 'datetime').ok) return false;
        const meant = cast(text, 'datetime', undefined, zone);
        return zonesBeside(event, time).zones.some(([, other]) => {
          const read = cast(text, 'datetime', undefined, other);
          return !read.ok || !meant.ok || read.value !== meant.value;
        });
      })
      .map(pointerOf),
  );
}

const none: readonly never[] = [];

interface ZonedField {
  path: readonly string[];
  zone: string;
}

const known = new WeakMap<JsonObject, readonly ZonedField[]>();

/** The fields for whose times the contract names a zone; most contracts name none. */
function zonedFields(jsonSchema: JsonObject): readonly ZonedField[] {
  let fields = known.get(jsonSchema);
  if (fields === undefined) {
    fields = !JSON.stringify(jsonSchema).includes('"x-zone"')
      ? none
      : declaredPaths(jsonSchema).flatMap((path) =>
          schemasAt(jsonSchema, path).flatMap(({ 'x-zone': zone }) =>
            typeof zone === 'string' ? [{ path, zone }] : [],
          ),
        );
    known.set(jsonSchema, fields);
  }
  return fields;
}
