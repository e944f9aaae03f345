import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { foldedName, lettersOf, wordsOf } from './names.ts';

/** The names of the contract itself, as words: `tax_rate` is ["tax", "rate"]. */
export type OwnNames = readonly (readonly string[])[];

/** The contract's name and its table's. */
export const ownNamesOf = ({ name, table }: { name: string; table: string }): OwnNames =>
  [...new Set([name, table])].map(wordsOf).filter((words) => words.length > 0);

/**
 * Names of containers that are known to mean nothing: what is in them is as if it were outside. Any other container may say
 * of what is in it that it is old, someone else's, or void, so this list is closed: a name has to be one that several
 * systems put around a whole record, and must not be a sort of record itself (`metadata`, `context`: what is in there is
 * about the event, not of it).
 */
export const neutral: ReadonlySet<string> = new Set([
  'blob',
  'body',
  'content',
  'data',
  'detail',
  'document',
  'entity',
  'envelope',
  'event',
  'info',
  'information',
  'item',
  'json',
  'message',
  'object',
  'payload',
  'raw',
  'record',
  'resource',
  'result',
  'row',
]);

/** Those that are things themselves when there is one of them: a `property`, a `field` of a farm. */
const neutralPlurals: ReadonlySet<string> = new Set([
  'attributes',
  'attrs',
  'cols',
  'columns',
  'fields',
  'parameters',
  'params',
  'properties',
  'props',
  'values',
  'vals',
]);

/** Whether a container says nothing of what is in it: by its name, or since it bears the contract's own. */
export function isNeutral(name: string, own: OwnNames): boolean {
  if (neutralPlurals.has(lettersOf(name))) return true;
  const words = wordsOf(name);
  if (words.length === 0) return false;
  const beyondOwn = own.find((names) => foldedName(words.slice(0, names.length)) === foldedName(names));
  return words.slice(beyondOwn?.length ?? 0).every((word) => neutral.has(word));
}

/** What repeats nothing but the field's own words, `subscription_details.subscription`, says nothing either. */
export function isEcho(name: string, leaf: string): boolean {
  const words = wordsOf(name).filter((word) => !neutral.has(word));
  const repeated = wordsOf(leaf);
  return words.length > 0 && words.every((word) => repeated.includes(word));
}

/** Around an echo: where the thing comes from (`parent`), or another form of its name (`pricing.price_details.price`). */
function leadsToEcho(name: string, leaf: string): boolean {
  const words = wordsOf(name);
  const repeated = wordsOf(leaf);
  return (
    foldedName(words) === 'parent' ||
    words.every((word) => repeated.some((other) => word.length > 4 && word.slice(0, 4) === other.slice(0, 4)))
  );
}

/** The segments of a path that say something of the field at its end: no indexes, no neutral containers, no echoes. */
export function telling(path: readonly string[], own: OwnNames): string[] {
  const leaf = path.at(-1)!;
  const kept: string[] = [];
  let isEchoed = false;
  for (const segment of path.slice(0, -1).toReversed()) {
    if (/^(\d+|\*)$/.test(segment) || isNeutral(segment, own)) continue;
    if (kept.length === 0 && isEcho(segment, leaf)) isEchoed = true;
    else if (!(kept.length === 0 && isEchoed && leadsToEcho(segment, leaf))) kept.push(segment);
  }
  return [...kept.toReversed(), ...(/^(\d+|\*)$/.test(leaf) ? [] : [leaf])];
}

/** The words of a path, without those that say nothing. */
export const wordsOfPath = (path: readonly string[], own: OwnNames): string[] =>
  telling(path, own).flatMap(wordsOf);

/** Fields in which a sender says what happened to the record. */
const verbs: ReadonlySet<string> = new Set([
  'action',
  'change',
  'changetype',
  'event',
  'eventname',
  'eventtype',
  'kind',
  'method',
  'op',
  'operation',
  'operationtype',
  'type',
  'verb',
]);
const deletion =
  /^d$|(^|[^a-z])(del|deletes?|deleted|deletion|removed?|removal|destroy(ed)?|tombstone|erased?|purged?)([^a-z]|$)/i;
const deletionFlag = /(^|_)(is_?)?(deleted|removed|destroyed|tombstone)$/i;
const image =
  /(^|_)(after|before|current|new|old|previous|prior)(_|$)|^(after|before|current|new|old|prev|previous)[A-Z]/;

/** Of what lies beside a container, so much is looked at. */
const maxBeside = 64;

/**
 * What speaks against taking fields out of the containers of one object, whatever their names: that the record is being
 * deleted, that its other image is null, or that a container beside it has the same fields, so that one of them is another
 * state, or another party.
 */
export function doubtsWithin(
  around: JsonObject,
  isDeclared: (name: string) => boolean,
  own: OwnNames,
): (container: string, inside: JsonObject) => string | undefined {
  let gone: { name: string; reason: string }[] | undefined;
  let beside: { name: string; fields: string[] }[] | undefined;

  function look(): void {
    gone = [];
    beside = [];
    for (const [name, value] of Object.entries(around)) {
      if (isDeclared(name)) continue;
      if (saysDeleted(name, value)) gone.push({ name, reason: `${name} says that it is deleted` });
      if (value === null && (isNeutral(name, own) || image.test(name)))
        gone.push({ name, reason: `${name}, beside it, is null, so it may be gone` });
      if (isObject(value) && beside.length < maxBeside)
        beside.push({ name, fields: Object.keys(value).slice(0, maxBeside).map(lettersOf) });
    }
  }

  return (container, inside) => {
    if (gone === undefined || beside === undefined) look();
    const doubt = gone!.find(({ name }) => name !== container);
    if (doubt !== undefined) return `of ${container}, ${doubt.reason}`;
    const fields = new Set(Object.keys(inside).map(lettersOf));
    const twin = beside!.find((other) => other.name !== container && haveSameFields(fields, other.fields));
    return twin === undefined
      ? undefined
      : `${twin.name} has the same fields as ${container}, and one of them may be another state or party`;
  };
}

function saysDeleted(name: string, value: Json): boolean {
  if (value === true) return deletionFlag.test(name);
  if (typeof value !== 'string' || value.length > 64) return false;
  return verbs.has(lettersOf(name)) && deletion.test(value);
}

function haveSameFields(names: ReadonlySet<string>, others: readonly string[]): boolean {
  const shared = others.filter((other) => names.has(other)).length;
  return shared > 0 && shared * 2 >= Math.min(names.size, others.length);
}
