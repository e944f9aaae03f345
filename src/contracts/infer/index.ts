import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { segmentsOf } from '../../model/pointer.ts';
import { formatVersion, parseVersion } from '../versions.ts';
import { columnsFor } from './columns.ts';
import { keyOf } from './key.ts';
import { type Profile, Profiler } from './profile.ts';
import { eventSchema } from './schema.ts';

export interface InferOptions {
  name: string;
  /** A field name or JSON Pointer; found by uniqueness when it is not given. */
  key?: string | undefined;
}

/** What is made of sample events: a contract as JSON Schema, and what a person should know of it. */
export interface Inferred {
  schema: JsonObject;
  events: number;
  notes: string[];
}

/**
 * Makes a contract of sample events, one at a time: what each field was, whether it was always there, and what tells events
 * apart. The counts behind each choice stand in `$comment`. Every event that was looked at is valid by it.
 */
export class Inference {
  readonly #profiler = new Profiler();

  add(event: JsonObject): void {
    this.#profiler.add(event);
  }

  get events(): number {
    return this.#profiler.root.count;
  }

  result({ name, key }: InferOptions): Inferred {
    const { root, cut } = this.#profiler;
    const notes: string[] = [];
    if (cut > 0) notes.push('there are more fields than are looked at: their names may be data');
    const found = key === undefined ? keyOf(root) : undefined;
    if (key === undefined && found === undefined)
      notes.push(
        'no field tells the events apart, so the key is event_id, which ingest gives: choose one with --key',
      );
    if (root.count < 20)
      notes.push(
        `of ${root.count} ${root.count === 1 ? 'event' : 'events'} little can be told: look at what is required`,
      );
    const version = versionOf(root, notes);
    const chosen = key ?? found?.pointer;
    const columns = columnsFor(root.fields.keys(), notes);
    const header: JsonObject = {
      name,
      version,
      ...(chosen === undefined ? {} : { key: chosen }),
      ...(columns === undefined ? {} : { columns }),
    };
    const reasons = [
      `Inferred from ${root.count} ${root.count === 1 ? 'event' : 'events'}.`,
      ...(found === undefined ? [] : [`Key: ${found.pointer} has ${found.values} values, none twice.`]),
    ];
    const body = eventSchema(root);
    requireKey(body, chosen);
    const schema: JsonObject = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $comment: reasons.join(' '),
      'x-contract': header,
      ...body,
    };
    return { schema, events: root.count, notes };
  }
}

/** Without its key an event's repeats are not noticed, and an empty text tells no event from another. */
function requireKey(schema: JsonObject, key: string | undefined): void {
  let at: Json | undefined = schema;
  const path = key === undefined ? [] : key.startsWith('/') ? segmentsOf(key) : [key];
  for (const name of path) {
    if (!isObject(at) || !isObject(at['properties']) || !Object.hasOwn(at['properties'], name)) return;
    at['required'] = [...new Set([...[at['required'] ?? []].flat(), name])];
    at = at['properties'][name];
  }
  if (
    at !== schema &&
    isObject(at) &&
    at['type'] === 'string' &&
    at['format'] === undefined &&
    at['enum'] === undefined
  )
    at['minLength'] = 1;
}

/** An event's own `version` chooses the contract's, so they have to be the same. */
function versionOf(root: Profile, notes: string[]): string {
  const field = root.fields.get('version');
  if (field === undefined) return '1.0.0';
  const texts = [...(field.choices?.keys() ?? [])];
  const versions = new Set(
    texts.map((text) => parseVersion(text)).map((read) => read && formatVersion(read)),
  );
  const [only] = versions;
  if (field.texts === field.count && versions.size === 1 && only !== undefined) return only;
  notes.push(
    'the field `version` is no version of one contract: set `version: ignore` on the source in sentinel-config.yaml',
  );
  return '1.0.0';
}

/** The event itself of a dead letter, as an export of the API has it; anything else is an event. */
export function eventTextOf(read: JsonObject): string | undefined {
  const { raw, signature, violations } = read;
  const isLetter = typeof raw === 'string' && typeof signature === 'string' && Array.isArray(violations);
  return isLetter ? raw : undefined;
}
