import { type Json, isContainer } from '../../../model/json.ts';

/** Of an event whose names are compared: each costs microseconds, and an event may have a million. */
const maxFields = 10_000;
/** Elements of a list mostly look alike. */
const elementsCounted = 100;

/** Whether an event has so many fields that nobody looks for the one that is meant. */
export function hasTooManyFields(event: Json): boolean {
  let left = maxFields;
  const count = (value: Json): void => {
    if (left < 0 || !isContainer(value)) return;
    if (Array.isArray(value)) return value.slice(0, elementsCounted).forEach(count);
    for (const name in value) {
      if (--left < 0) return;
      count(value[name]!);
    }
  };
  count(event);
  return left < 0;
}
