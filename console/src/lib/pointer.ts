import { isObject } from '../../../src/model/json.ts';
import type { Json } from '../api/types.ts';

export function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function valueAt(json: Json | undefined, pointer: string): Json | undefined {
  let value: Json | undefined = json;
  for (const segment of segmentsOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(segment)];
    else if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else return undefined;
  }
  return value;
}

/** `payload.items[0].price`, which reads better than a JSON Pointer. */
export function pathInWords(pointer: string): string {
  const text = segmentsOf(pointer)
    .map((segment) => (/^(\d+|\*)$/.test(segment) ? `[${segment}]` : `.${segment}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the event' : text;
}
