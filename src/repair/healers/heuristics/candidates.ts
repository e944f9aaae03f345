import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { type InPlaceOperation, transformOf } from '../../plans/in-place.ts';
import type { Operation } from '../../../model/plan.ts';
import { genericPointer, pointerOf } from '../../../model/pointer.ts';
import { isDeclared } from '../../plans/schema-paths.ts';
import { type OwnNames, wordsOfPath } from './containers.ts';
import { type Doubt, doubtContext, doubtsWithin } from './doubts.ts';
import { isPlural } from './name-form.ts';
import { lettersOf, wordsOf } from './names.ts';

/** A field that the contract does not declare, and that may be one that it misses. */
export interface Candidate {
  /** With the indexes of arrays. */
  path: string[];
  /** With `*` for them. */
  pointer: string;
  value: Json;
  /** What must be done before the path exists: JSON text parsed, an array of one unwrapped. */
  preparation: Operation[];
  /** Of its own name; of its whole path; of its path without containers that add no meaning. */
  words: { leaf: readonly string[]; full: readonly string[]; short: readonly string[]; letters: string };
  /** Within a container that the contract does not declare either: its segments, and the names beside the field. */
  container: Container | undefined;
}

export interface Container {
  /** Segments of its path. */
  depth: number;
  /** Segments of the path of the outermost one that is not declared. */
  outermost: number;
  names: readonly string[];
  /** What speaks against taking anything out of it. */
  doubts: readonly Doubt[];
}

const maxDepth = 8;
const maxCandidates = 400;

/** All undeclared fields: at the top, within declared objects and lists of them, and within undeclared objects. */
export function candidatesOf(event: JsonObject, jsonSchema: JsonObject, own: OwnNames): Candidate[] {
  const found: Candidate[] = [];
  // Level by level, so that of a huge event the fields near the top are seen.
  const queue: Visit[] = [{ value: event, path: [], preparation: [], container: undefined }];

  const context = doubtContext(own, jsonSchema);
  for (const { value, path, preparation, container } of queue) {
    if (path.length >= maxDepth) continue;
    const isKnown = (name: string) => isDeclared(jsonSchema, [...path, name]);
    const doubtsAbout = doubtsWithin(value, isKnown, context, path.length === 0);
    for (const [name, field] of Object.entries(value)) {
      const at = [...path, name];
      if (isDeclared(jsonSchema, at)) {
        for (const next of declaredWithin(field, at)) queue.push(next);
        continue;
      }
      if (found.length >= maxCandidates) return found;
      // Within what has to be opened first, the event itself holds nothing yet.
      const pointer = preparation.length === 0 ? genericPointer(pointerOf(at), event) : pointerOf(at);
      found.push({ path: at, pointer, value: field, preparation, words: wordsAt(at, own), container });
      const opened = openContainer(field, pointer);
      if (opened === undefined || isOneOfSeveral(name, field, value)) continue;
      queue.push({
        value: opened.value,
        path: at,
        preparation: [...preparation, ...opened.operations],
        container: {
          depth: at.length,
          outermost: container?.outermost ?? at.length,
          names: Object.keys(opened.value),
          doubts: [...(container?.doubts ?? []), ...doubtsAbout(name, opened.value)],
        },
      });
    }
  }
  return found;
}

interface Visit extends Pick<Candidate, 'path' | 'preparation' | 'container'> {
  value: JsonObject;
}

/** A declared object, or those that a declared list holds. */
function declaredWithin(field: Json, path: string[]): Visit[] {
  const items: [Json, string[]][] = Array.isArray(field)
    ? field.map((item, index) => [item, [...path, String(index)]])
    : [[field, path]];
  return items.flatMap(([value, at]) =>
    isObject(value) ? [{ value, path: at, preparation: [], container: undefined }] : [],
  );
}

/** A path as words, in all the ways that names are compared. */
export function wordsAt(path: readonly string[], own: OwnNames): Candidate['words'] {
  return {
    leaf: wordsOf(path.at(-1)!),
    full: path.flatMap(wordsOfName),
    short: wordsOfPath(path, own),
    letters: path.map(lettersOf).join('/'),
  };
}

/** The index of an array is no word. */
const wordsOfName = (segment: string): readonly string[] => (/^\d+$/.test(segment) ? [] : wordsOf(segment));

/** A list of one that is called a list: the next time it holds two, and neither is the record. */
const isOneOfSeveral = (name: string, field: Json, around: JsonObject): boolean =>
  Array.isArray(field) && (isPlural(name) || (name === 'included' && isResource(around['data'])));

/** As JSON:API has it, beside a list `included` of other resources. */
const isResource = (value: Json | undefined): boolean =>
  value !== undefined && isObject(value) && typeof value['type'] === 'string' && Object.hasOwn(value, 'id');

/** The object that a field holds: itself, spelled as JSON text, or alone in an array. */
function openContainer(
  field: Json,
  path: string,
): { value: JsonObject; operations: Operation[] } | undefined {
  if (isObject(field)) return { value: field, operations: [] };
  const operation: InPlaceOperation | undefined =
    typeof field === 'string' && /^\s*\{/.test(field)
      ? { op: 'parse', path }
      : Array.isArray(field) && field.length === 1
        ? { op: 'unwrap', path }
        : undefined;
  if (operation === undefined) return undefined;
  const opened = transformOf(operation)(field);
  return opened.ok && isObject(opened.value) ? { value: opened.value, operations: [operation] } : undefined;
}
