import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { pointerOf } from '../../../model/pointer.ts';
import { isDeclared } from '../../plans/schema-paths.ts';
import { type OwnNames, isNeutral } from './containers.ts';
import { foldedName, wordsOf } from './names.ts';
import { wordSet } from './words.ts';

const before = new Set(['before', 'old', 'previous', 'prior', 'original']);
const after = new Set(['after', 'new', 'current', 'updated', 'latest', 'full']);
/** Words that only say that a container holds a row. */
const image = wordSet('attribute column data document field image object record row state value');
const operationNames = wordSet(
  'action change changetype dml dmltype event eventname eventtype kind op operation operationtype ' +
    'optype type',
);
const operations =
  /^([cdiru]|insert(ed)?|updated?|deleted?|created?|modify|modified|removed?|replaced?|upsert(ed)?|read|load|truncate)$/i;
const tableNames = wordSet('collection database dataset db keyspace ns schematable table tablename');

/** How deep a feed may be packed: `{schema, payload: {before, after}}`, `{event: {data: {old, new}}}`. */
const maxDepth = 2;

/**
 * Whether the event is the record of a change in some table, as change feeds send them (Debezium, DMS, Maxwell, MongoDB,
 * Supabase): the reason not to repair it. What it carries is a row before and after; which of the two counts differs from
 * event to event, and a deletion has the same shape as an insertion. That is to be configured, not to be learned.
 */
export function changeFeed(event: JsonObject, jsonSchema: JsonObject, own: OwnNames): string | undefined {
  return feedAt(event, [], 0);

  function feedAt(value: JsonObject, path: readonly string[], depth: number): string | undefined {
    const undeclared = Object.entries(value).filter(([name]) => !isDeclared(jsonSchema, [...path, name]));
    const containers = undeclared.filter(([, field]) => isContainer(field));
    const old = containers.find(([name]) => isImage(name, before))?.[0];
    const next = containers.find(([name]) => isImage(name, after))?.[0];
    const plain = containers.find(([name, field]) => field !== null && isNeutral(name, own))?.[0];
    const hasOperation = saysOperation(value);
    const row = next ?? plain;
    const isFeed =
      row !== undefined &&
      ((old !== undefined && (next !== undefined || hasOperation)) || (hasOperation && saysTable(value)));
    if (isFeed) {
      const where = pointerOf([...path, row]);
      const images = old === undefined ? where : `${pointerOf([...path, old])} and ${where}`;
      return `the event is a record of a change of a row (${images}), not a row: set \`events: ${where}\` on its source`;
    }
    if (depth >= maxDepth) return undefined;
    for (const [name, field] of containers) {
      if (!isObject(field) || !(isNeutral(name, own) || hasOperation)) continue;
      const found = feedAt(field, [...path, name], depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const isContainer = (value: Json): boolean =>
  value === null || typeof value === 'object' || (typeof value === 'string' && /^\s*\{/.test(value));

/** `after`, `new_values`, `NewImage`, `fullDocument`. */
function isImage(name: string, which: ReadonlySet<string>): boolean {
  const words = wordsOf(name);
  const telling = words.filter((word) => !image.has(word));
  return telling.length === 1 && which.has(telling[0]!) && (telling[0] !== 'full' || words.length > 1);
}

function saysOperation(value: JsonObject): boolean {
  return andWithin(value).some(
    ([name, field]) =>
      typeof field === 'string' && operationNames.has(foldedName(wordsOf(name))) && operations.test(field),
  );
}

const saysTable = (value: JsonObject): boolean =>
  andWithin(value).some(([name]) => tableNames.has(foldedName(wordsOf(name))));

/** Its fields, and those of what it says about itself (`metadata`, `source`). */
const andWithin = (value: JsonObject): [string, Json][] =>
  Object.entries(value).flatMap((entry): [string, Json][] =>
    isObject(entry[1]) ? [entry, ...Object.entries(entry[1])] : [entry],
  );
