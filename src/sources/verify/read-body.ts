import { isUtf8 } from 'node:buffer';
import { type JsonObject, isObject } from '../../model/json.ts';
import { readForm } from '../formats/form.ts';

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

/** The fields of a form, read as its event will be; nothing when it is none. */
export function readFields(body: Buffer, contentType: string | undefined): JsonObject | undefined {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(contentType ?? '')) return undefined;
  const form = readForm(body, contentType, maxFields);
  return form.ok ? readObject(Buffer.from(form.value)) : undefined;
}

const maxFields = 1000;
