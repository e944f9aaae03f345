import type { KeptHeaders } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import { segmentsOf, valueAt } from '../model/pointer.ts';

/**
 * Text at a place that the settings name: `header:x-github-event` or a JSON Pointer into the event. A number counts as its
 * digits; anything else, and nothing, is undefined.
 */
export function textAt(place: string, event: JsonObject, headers: KeptHeaders = {}): string | undefined {
  const name = headerOf(place);
  if (name !== undefined) return Object.hasOwn(headers, name) ? headers[name] : undefined;
  const value = valueAt(event, segmentsOf(place));
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** The header's name, when the place is one. */
export function headerOf(place: string): string | undefined {
  return place.startsWith('header:') ? place.slice('header:'.length) : undefined;
}
