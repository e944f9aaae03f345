import { isUtf8 } from 'node:buffer';
import { type JsonObject, isObject } from '../../model/json.ts';

/** For the vendors whose signature stands within the body: the JSON object that it is, or nothing. */
export function readObject(body: Buffer): JsonObject | undefined {
  if (!isUtf8(body)) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the caller refuses it
  }
}
