import { type Json, type JsonObject, isContainer, isObject } from '../../../model/json.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { type Change, applyChanges, changesFor } from './changes.ts';

/** How the other events of the batch that fail in the same way spell a field. */
export interface PeerValues {
  /** Changes that would read one of them, each once. */
  changes: readonly Change[][];
  /** Whether nothing among them speaks against a change of this value. */
  allow(changes: readonly Change[], of: Json): boolean;
}

const maxValues = 400;
const known = new WeakMap<readonly JsonObject[], Map<string, PeerValues>>();

/** What the peers say of the field at `from` (`*` for array indexes) that is to stand at `path` of the contract. */
export function peerValues(
  peers: readonly JsonObject[],
  from: string,
  jsonSchema: JsonObject,
  path: readonly string[],
): PeerValues {
  const byField = known.get(peers) ?? new Map<string, PeerValues>();
  known.set(peers, byField);
  const key = `${from} ${path.join('/')}`;
  const found = byField.get(key) ?? readPeers(peers, from, jsonSchema, path);
  byField.set(key, found);
  return found;
}

function readPeers(
  peers: readonly JsonObject[],
  from: string,
  jsonSchema: JsonObject,
  path: readonly string[],
): PeerValues {
  const changes = new Map<string, Change[]>();
  const values: { value: Json; isReadable: boolean }[] = [];
  for (const value of distinctValues(peers, segmentsOf(from))) {
    let isReadable = false;
    for (const change of changesFor(jsonSchema, path, value)) {
      if (applyChanges(change, value) === undefined) continue;
      isReadable = true;
      changes.set(JSON.stringify(change), change);
    }
    values.push({ value, isReadable });
  }
  return {
    changes: [...changes.values()],
    allow(change, of) {
      let unreadable = 0;
      for (const { value, isReadable } of values) {
        if (applyChanges(change, value) !== undefined) continue;
        // Another way of writing, such as `12,50` beside `1,234.56`: each is read by itself.
        if (isReadable && formOf(value) !== formOf(of)) continue;
        // Text that nobody can read says nothing of how the others are meant, unless most of it is such.
        if (isReadable || typeof value !== 'string') return false;
        unreadable++;
      }
      return unreadable * 2 <= values.length;
    },
  };
}

/** How a text is written, whatever its digits and letters are: `05/13/2026` and `13/05/2026` are written alike. */
const formOf = (value: Json): Json =>
  typeof value === 'string' ? value.replaceAll(/\d+/g, '9').replaceAll(/\p{L}+/gu, 'a') : value;

function distinctValues(peers: readonly JsonObject[], segments: readonly string[]): Json[] {
  const found = new Map<string, Json>();
  const visit = (value: Json | undefined, at: number): void => {
    if (value === undefined || value === null || found.size >= maxValues) return;
    const segment = segments[at];
    if (segment === undefined)
      found.set(isContainer(value) ? JSON.stringify(value) : typeof value + String(value), value);
    else if (Array.isArray(value)) {
      if (segment === '*') for (const item of value) visit(item, at + 1);
    } else if (isObject(value) && Object.hasOwn(value, segment)) visit(value[segment], at + 1);
  };
  for (const peer of peers) visit(peer, 0);
  return [...found.values()];
}
