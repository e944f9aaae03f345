import type { Contract, Json, JsonObject } from '../../api/types.ts';
import { fieldsOf, schemaAt } from '../../editor/schema.ts';
import { sampleOf } from './sample.ts';

export interface Template {
  key: string;
  label: string;
  /** What should become of it. */
  note: string;
  make: (contract: Contract) => JsonObject;
}

/** Events as they should be, and as they come when a sender changed something. */
export const templates: readonly Template[] = [
  { key: 'good', label: 'As it should be', note: 'is loaded as it comes', make: sampleOf },
  {
    key: 'renamed',
    label: 'A field renamed',
    note: 'the heuristics know the name again, and learn a rule',
    make: (contract) => withField(contract, (event, name) => renamed(event, name, otherSpelling(name))),
  },
  {
    key: 'unknown-name',
    label: 'A field renamed beyond recognition',
    note: 'nobody guesses what it is: a dead letter for you to settle',
    make: (contract) => withField(contract, (event, name) => renamed(event, name, 'field_17')),
  },
  {
    key: 'missing',
    label: 'A field missing',
    note: 'nothing is invented: a dead letter',
    make: (contract) => withField(contract, (event, name) => without(event, name)),
  },
  {
    key: 'wrong',
    label: 'A wrong value',
    note: 'no lossless reading exists: a dead letter',
    make: (contract) => withField(contract, (event, name) => ({ ...event, [name]: { oops: true } })),
  },
  {
    key: 'undeclared',
    label: 'An undeclared field',
    note: 'is loaded; the field is kept in _extra and shown as drift',
    make: (contract) => ({ ...sampleOf(contract), note_to_self: 'not in the contract' }),
  },
];

const envelope = new Set(['event_id', 'timestamp', 'source', 'version', 'type']);

/** Changes the first required field that is the contract's own; within `payload` and the like when there is no other. */
function withField(contract: Contract, change: (event: JsonObject, name: string) => JsonObject): JsonObject {
  const event = sampleOf(contract);
  return changeIn(contract.jsonSchema, event, [], change) ?? event;
}

function changeIn(
  root: JsonObject,
  object: JsonObject,
  segments: string[],
  change: (event: JsonObject, name: string) => JsonObject,
): JsonObject | undefined {
  const fields = fieldsOf(root, segments).filter(({ name, required }) => required && !envelope.has(name));
  const leaf =
    fields.find(({ name }) => !isTree(object[name]) && name.includes('_')) ??
    fields.find(({ name }) => !isTree(object[name]));
  if (leaf !== undefined) return change(object, leaf.name);
  for (const { name } of fields) {
    const inner = object[name];
    if (!isTree(inner) || Array.isArray(inner) || schemaAt(root, [...segments, name]) === undefined) continue;
    const changed = changeIn(root, inner as JsonObject, [...segments, name], change);
    if (changed !== undefined) return { ...object, [name]: changed };
  }
  return undefined;
}

const isTree = (value: Json | undefined): boolean => typeof value === 'object' && value !== null;

function renamed(event: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name === from ? to : name, value]));
}

function without(event: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(event).filter(([key]) => key !== name));
}

/** `user_id` as `userId`; a name without parts in capitals. */
function otherSpelling(name: string): string {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return camel === name ? name.toUpperCase() : camel;
}
