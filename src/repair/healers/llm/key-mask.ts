import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import type { Operation, Plan } from '../../../model/plan.ts';
import { child, pointerOf, segmentsOf, escapeSegment } from '../../../model/pointer.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import { wordsOf } from '../heuristics/names.ts';
import { contractWords, fieldWords } from './field-words.ts';
import { isLikeMap, looksLikePerson } from './key-kinds.ts';
import { looksLikeValue, textClass } from './text-class.ts';

/** Keys of an event as the model may see them. Names of fields are what a repair is about, and are shown. */
export interface KeyMask {
  /** `path`: of the object that the key is in; undefined below a text that holds JSON, of which no contract speaks. */
  shown(key: string, holder: JsonObject, path: readonly string[] | undefined): string;
  /** A JSON Pointer into the event, with `*` for the indexes of arrays. */
  shownPointer(pointer: string): string;
  /** The plan of a model, with the keys that it could not see in place of what it saw. */
  unmasked(plan: Plan): Plan;
  /** A text that is about to be sent, without the keys that were masked. */
  withoutKeys(text: string): string;
}

const masks = new WeakMap<JsonObject, { jsonSchema: JsonObject; mask: KeyMask }>();

/** The same for all that is said of one event: a key has one placeholder in a conversation. */
export function keyMaskOf(event: JsonObject, jsonSchema: JsonObject): KeyMask {
  const known = masks.get(event);
  if (known?.jsonSchema === jsonSchema) return known.mask;
  const mask = createKeyMask(event, jsonSchema);
  masks.set(event, { jsonSchema, mask });
  return mask;
}

/** What a model may write in a path for a key: the number tells which. */
const placeholder = /^<key (\d+) like [^/]*>$/;
/** Shorter keys stand in any text by chance. */
const shortest = 3;

/**
 * Masked is what is data: keys of a map, by the contract or by the look of it; an address, an id, a date, a person's
 * name. The contract's own words are shown, and what shares a word with them.
 */
function createKeyMask(event: JsonObject, jsonSchema: JsonObject): KeyMask {
  const placeholders = new Map<string, string>();
  const keys: string[] = [];
  const isMapByLook = new WeakMap<JsonObject, boolean>();
  const known = contractWords(jsonSchema);
  const isFieldName = (key: string) => wordsOf(key).some((word) => known.has(word) || fieldWords.has(word));

  function isData(key: string, holder: JsonObject, path: readonly string[] | undefined): boolean {
    const schemas = path === undefined ? [] : schemasAt(jsonSchema, path);
    const isDeclared = (name: string) =>
      schemas.some(({ properties }) => isObject(properties) && Object.hasOwn(properties, name));
    if (isDeclared(key)) return false;
    if (schemas.some(isMap) || looksLikeValue(key) || placeholder.test(key)) return true;
    if (isFieldName(key)) return false;
    if (looksLikePerson(key)) return true;
    let looksLikeMap = isMapByLook.get(holder);
    if (looksLikeMap === undefined) {
      looksLikeMap = isLikeMap(holder, (name) => !isDeclared(name) && !isFieldName(name));
      isMapByLook.set(holder, looksLikeMap);
    }
    return looksLikeMap;
  }

  function shown(key: string, holder: JsonObject, path: readonly string[] | undefined): string {
    if (!isData(key, holder, path)) return key;
    let masked = placeholders.get(key);
    if (masked === undefined) {
      masked = `<key ${keys.push(key)} like ${textClass(key).slice('string:'.length)}>`;
      placeholders.set(key, masked);
    }
    return masked;
  }

  function original(pointer: string): string {
    return pointerOf(
      segmentsOf(pointer).map((segment) => {
        const at = Number(placeholder.exec(segment)?.[1] ?? 0);
        return keys[at - 1] ?? segment;
      }),
    );
  }

  return {
    shown,

    shownPointer(pointer) {
      let value: Json | undefined = event;
      const path: string[] = [];
      const told: string[] = [];
      for (const segment of segmentsOf(pointer)) {
        // A plan may have made an array that the event does not have.
        const isIndex = Array.isArray(value) || (value === undefined && /^\d{1,3}$/.test(segment));
        told.push(isIndex ? '*' : escapeSegment(shown(segment, isObject(value) ? value : {}, path)));
        path.push(isIndex ? '*' : segment);
        value = value === undefined ? undefined : child(value, segment);
      }
      return told.map((segment) => `/${segment}`).join('');
    },

    unmasked: (plan) => ({
      operations: plan.operations.map((operation) => withPointers(operation, original)),
    }),

    withoutKeys(text) {
      let clean = text;
      // The longest first: one may be a part of another.
      for (const key of keys.toSorted((a, b) => b.length - a.length))
        if (key.length >= shortest)
          for (const spelling of new Set([escapeSegment(key), key]))
            clean = clean.replaceAll(spelling, placeholders.get(key)!);
      return clean;
    },
  };
}

/** The contract leaves the names free but says what stands under them. */
function isMap({ additionalProperties, patternProperties }: JsonObject): boolean {
  return (
    (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) ||
    isObject(patternProperties)
  );
}

function withPointers(operation: Operation, change: (pointer: string) => string): Operation {
  const changed = Object.entries(operation).map(([field, value]) => {
    // The `to` of a cast is a type.
    if (!['path', 'from', 'to'].includes(field) || (operation.op === 'cast' && field === 'to'))
      return [field, value];
    return [field, Array.isArray(value) ? (value as string[]).map(change) : change(value as string)];
  });
  return Object.fromEntries(changed) as Operation;
}
