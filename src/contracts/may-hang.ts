import { type Json, isObject } from '../model/json.ts';

const unbounded = /[*+]|\{\d+,\}/g;

/** Whether a schema holds a pattern with several parts of any length: only such a pattern can go back over a text without end. */
export function hasRiskyPattern(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(hasRiskyPattern);
  if (!isObject(schema)) return false;
  return Object.entries(schema).some(([keyword, value]) => {
    if (keyword === 'pattern' && typeof value === 'string') return isRisky(value);
    if (keyword === 'patternProperties' && isObject(value) && Object.keys(value).some(isRisky)) return true;
    return hasRiskyPattern(value);
  });
}

const isRisky = (pattern: string): boolean =>
  (
    pattern
      .replaceAll(/\\./g, '')
      .replaceAll(/\[[^\]]*\]/g, '')
      .match(unbounded) ?? []
  ).length > 1;
