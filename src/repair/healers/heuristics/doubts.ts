import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import { type OwnNames, isNeutral, neutral } from './containers.ts';
import { lettersOf, wordsOf } from './names.ts';

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
  'recordstatus',
  'state',
  'status',
  'type',
  'verb',
]);
const deletion =
  /^d$|(^|[^a-z])(del|deletes?|deleted|deletion|removed?|removal|destroy(ed)?|tombstone|erased?|purged?)([^a-z]|$)/i;
const gone: ReadonlySet<string> = new Set([
  'deleted',
  'removed',
  'destroyed',
  'tombstone',
  'tombstoned',
  'purged',
  'erased',
  'void',
  'voided',
]);
const flagWords: ReadonlySet<string> = new Set(['is', 'was', 'has', 'been', 'flag', 'record', 'row']);
const timeWords: ReadonlySet<string> = new Set(['at', 'on', 'date', 'time', 'timestamp', 'ts', 'datetime']);
const image =
  /(^|_)(after|before|current|new|old|previous|prior)(_|$)|^(after|before|current|new|old|prev|previous)[A-Z]/;

/** What says of itself that it is not the record, but how that was. */
export const former =
  /^(previous|prev|prior|old|former)[_-]?(attributes|values?|data|state|record|object|fields)$/i;

/** Of what lies beside a container, so much is looked at. */
const maxBeside = 64;

/** What speaks against taking a field out of a container. */
export interface Doubt {
  reason: string;
  /** The container, when the doubt is which of several is meant: a target that is called after it says so. */
  among?: string;
}

/** The first doubt that the name of the target does not settle: `buyer.email` beside `seller.email` is the `buyer_email`. */
export function doubtFor(doubts: readonly Doubt[], target: readonly string[]): string | undefined {
  const words = target.flatMap(wordsOf);
  return doubts.find(({ among }) => among === undefined || !isCalledAfter(words, among))?.reason;
}

function isCalledAfter(words: readonly string[], container: string): boolean {
  const telling = wordsOf(container).filter((word) => !neutral.has(word));
  return telling.length > 0 && telling.every((word) => words.includes(word));
}

/**
 * What speaks against taking fields out of the containers of one object, whatever their names: that the record is being
 * deleted, that its other image is null, or that a container beside it has the same fields, so that one of them is another
 * state, or another party.
 */
export function doubtsWithin(
  around: JsonObject,
  isDeclared: (name: string) => boolean,
  own: OwnNames,
): (container: string, inside: JsonObject) => Doubt[] {
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
    const doubts: Doubt[] = [];
    const doubt = gone!.find(({ name }) => name !== container);
    if (doubt !== undefined) doubts.push({ reason: `of ${container}, ${doubt.reason}` });
    const fields = new Set(Object.keys(inside).map(lettersOf));
    const isCurrent = isNeutral(container, own);
    const twin = beside!.find(
      (other) =>
        other.name !== container &&
        !(isCurrent && former.test(other.name)) &&
        haveSameFields(fields, other.fields),
    );
    if (twin !== undefined)
      doubts.push({
        reason: `${twin.name} has the same fields as ${container}, and one of them may be another state or party`,
        among: container,
      });
    return doubts;
  };
}

function saysDeleted(name: string, value: Json): boolean {
  const words = wordsOf(name);
  if (words.some((word) => gone.has(word))) {
    const others = words.filter((word) => !gone.has(word));
    if (others.every((word) => flagWords.has(word))) return saysYes(value);
    if (others.every((word) => flagWords.has(word) || timeWords.has(word)))
      return value !== null && value !== '' && value !== false && value !== 0;
  }
  if (typeof value !== 'string' || value.length > 64) return false;
  return verbs.has(lettersOf(name)) && deletion.test(value);
}

function saysYes(value: Json): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|y|t|1)$/i.test(value));
}

function haveSameFields(names: ReadonlySet<string>, others: readonly string[]): boolean {
  const shared = others.filter((other) => names.has(other)).length;
  return shared > 0 && shared * 2 >= Math.min(names.size, others.length);
}
