import type { JsonObject } from '../../src/model/json.ts';

export function contractSchema(options: {
  name: string;
  /** GitHub's name of the event. */
  event: string;
  /** Name of the definition. */
  schema: string;
  key?: string[];
  definitions: Record<string, JsonObject>;
  /** Forbids fields that the schema does not list. */
  closed?: boolean;
}): JsonObject;
