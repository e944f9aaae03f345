import { type Json, type JsonObject, isObject } from '../../../json.ts';
import { escapeSegment } from '../../../contracts/violation.ts';
import { segmentsOf } from '../../pointer.ts';
import { schemasAt } from '../../schema-paths.ts';
import { looksLikeValue, textClass } from './text-class.ts';

/**
 * A key as the model may see it. `holders`: what the contract says of the object that the key is in. The contract's
 * own words are shown. A key of a map (a customer's name, an id) is data, and so is one that looks like a value; both
 * become a description of the text. Any other name is what a repair is about, and is shown.
 */
export function shownKey(key: string, holders: readonly JsonObject[]): string {
  if (holders.some(({ properties }) => isObject(properties) && Object.hasOwn(properties, key))) return key;
  return holders.some(isMap) || looksLikeValue(key)
    ? `<key like ${textClass(key).slice('string:'.length)}>`
    : key;
}

/** The contract leaves the names free but says what stands under them. */
function isMap({ additionalProperties, patternProperties }: JsonObject): boolean {
  return (
    (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) ||
    isObject(patternProperties)
  );
}

/** A JSON Pointer into the event with its keys as the model may see them, and `*` for the indexes of arrays. */
export function shownPointer(pointer: string, event: JsonObject, jsonSchema: JsonObject): string {
  let value: Json | undefined = event;
  const path: string[] = [];
  const shown: string[] = [];
  for (const segment of segmentsOf(pointer)) {
    // A plan may have made an array that the event does not have.
    if (Array.isArray(value) || (value === undefined && /^\d{1,3}$/.test(segment))) {
      path.push('*');
      shown.push('*');
      value = value?.[Number(segment)];
    } else {
      shown.push(escapeSegment(shownKey(segment, schemasAt(jsonSchema, path))));
      path.push(segment);
      value = isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
    }
  }
  return shown.map((segment) => `/${segment}`).join('');
}
