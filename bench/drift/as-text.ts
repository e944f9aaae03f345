import type { Json } from '../../src/model/json.ts';

/** A value as the text that a sender would write for it: strings as they are, all else as JSON. */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
