import { isObject } from '../../../../src/model/json.ts';
import type { Json, JsonObject } from '../../api/types.ts';
import { fieldsOf } from '../../editor/schema.ts';

const most = 200;
const deepest = 5;
const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/** The fields of an event and of its contract, as JSON Pointers with `*` for the elements of a list. */
export function knownPaths(event: Json, schema: JsonObject | undefined): string[] {
  const paths = new Set<string>();
  const walk = (value: Json, pointer: string, depth: number): void => {
    if (depth > deepest || paths.size > most) return;
    if (pointer !== '') paths.add(pointer);
    if (Array.isArray(value)) value.slice(0, 1).forEach((item) => walk(item, `${pointer}/*`, depth + 1));
    else if (isObject(value))
      for (const [name, inner] of Object.entries(value))
        walk(inner, `${pointer}/${escaped(name)}`, depth + 1);
  };
  walk(event, '', 0);
  const declared = (segments: readonly string[]): void => {
    if (schema === undefined || segments.length > 2) return;
    for (const { name } of fieldsOf(schema, segments)) {
      paths.add([...segments, name].map((segment) => `/${escaped(segment)}`).join(''));
      declared([...segments, name]);
    }
  };
  declared([]);
  return [...paths].toSorted();
}
