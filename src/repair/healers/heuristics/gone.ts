import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import type { OwnNames } from './containers.ts';
import { beside, no, takenAway, tellers } from './gone-words.ts';
import { lettersOf, wordsOf } from './names.ts';
import { wordSet } from './words.ts';

/**
 * Whether a sender says of a record that it is gone: by a flag (`is_deleted`), a time (`removed_at`), a person
 * (`voided_by`), or the word for what happened (`type: order.deleted`, `op: D`, `topic: orders/delete`); or that it never
 * was, by a flag (`dry_run`). What it says of other things, or denies, is none.
 */

/** More of an object is looked at by nobody. */
const maxLooked = 200;

/** What a field of a record says of it. */
export interface Saying {
  name: string;
  /** The field with what it says, for a person. */
  reason: string;
}

/** The first field of an object that says so of it; `isShown`: fields that the contract declares, which the row shows. */
export function goneBy(
  object: JsonObject,
  own: OwnNames,
  isShown: (name: string) => boolean,
): Saying | undefined {
  let looked = 0;
  for (const name in object) {
    if (++looked > maxLooked) return undefined;
    const value = object[name]!;
    const isGone = saysGone(name, value, own);
    if (!isGone && !saysUnreal(name, value, own)) continue;
    if (!isShown(name)) return { name, reason: `${name} says that it is ${isGone ? 'deleted' : 'not real'}` };
  }
  return undefined;
}

/** The same of what an object says about it in an object of its own, as `meta` is. */
export function goneByAnother(
  around: JsonObject,
  container: string,
  own: OwnNames,
  isShown: (name: string) => boolean,
): Saying | undefined {
  let looked = 0;
  for (const name in around) {
    if (++looked > maxLooked) return undefined;
    const value = around[name]!;
    if (name === container || !isObject(value) || isShown(name)) continue;
    const found = goneBy(value, own, isShown);
    if (found !== undefined) return { name, reason: `${name}.${found.reason}` };
  }
  return undefined;
}

function saysGone(name: string, value: Json, own: OwnNames): boolean {
  if (replaced.test(name)) return !no.has(plain(value));
  if (typeof value === 'object') return false;
  const { isFlag, isFormer, isTeller } = kindOf(name);
  if (isFlag) return !no.has(plain(value));
  if (isFormer) return no.has(plain(value));
  if (typeof value !== 'string' || value.length > 64 || value === '') return false;
  if (formerImage.test(value) || (isTeller && formerRow.test(value))) return true;
  // A path of words, as types and topics are, or a lone one; in prose the same word says nothing of the record.
  if (!isTeller && !/^[a-z][\w-]*(?:[./:][\w-]+)+$|^[A-Z]+$|^[a-z]+(?:_[a-z]+)?(?:ed|wn)$/i.test(value))
    return false;
  if (/\bentered[ -_]in[ -_]error\b/i.test(value)) return true;
  return wordsIn(value).some((word) => takenAway.test(word) && !isOwn(word, own));
}

/** Another record has taken its place. */
const replaced = /^(?:replaced|merged)[_-]?(?:by|into|with)$/i;
/** A deletion, or the row as it was before a change: in the feeds of DMS, Flink and Delta. */
const formerRow = /^(?:-?d|-u|(?:\w+[_-])?(?:before|pre_?image))$/i;

const formerImage = /^(?:before|old|previous|prior|former)$/i;

const plain = (value: Json): Json => (typeof value === 'string' ? value.trim().toLowerCase() : value);

/**
 * That nothing has happened: by a flag that is set (`dry_run`, `is_test`), one that is not (`livemode: false`), or the name
 * of the mode (`environment: sandbox`).
 */
function saysUnreal(name: string, value: Json, own: OwnNames): boolean {
  if (saysError(name, value)) return !own.flat().includes('error');
  const { unreal: how, isTeller } = kindOf(name);
  if (isTeller && typeof value === 'string' && value.length <= 64 && isProbe(value))
    return !own.flat().includes('test');
  if (how === undefined || typeof value === 'object') return false;
  const said = plain(value);
  const text = String(value);
  if (how === 'set' ? !yes.has(said) : how === 'unset' ? !no.has(said) : !isUnrealMode(text)) return false;
  const words = how === 'mode' ? wordsIn(text) : wordsOf(name);
  return !words.some((word) => unreal.test(word) && isOwn(word, own));
}

/** What could not be made is no record: `error: {…}`, `status: error`, `statusCode: 500`. */
function saysError(name: string, value: Json): boolean {
  const words = wordsOf(name).join(' ');
  if (words === 'error')
    return isObject(value) || Array.isArray(value) ? Object.keys(value).length > 0 : !no.has(plain(value));
  if (words === 'status') return plain(value) === 'error';
  return words === 'status code' && Number(value) >= 400;
}

const yes: ReadonlySet<Json> = new Set<Json>([true, 1, '1', 'true', 'yes', 'y', 't', 'on']);

const unreal =
  /^(?:tests?|testing|testmode|dry|dryrun|simulat(?:e|ed|ion)|samples?|mock(?:ed)?|faked?|dummy|sandbox(?:ed)?|staging|development|dev|qa|uat|synthetic|demo|example|preview|rehearsal|draft|template|placeholder|fictitious|pretend|hypothetical|forecast|shadow|canary|partial|failed|previous|old|historical|historic|outdated|stale|backup|duplicate|healthcheck)$/;
export const isUnreal = (word: string): boolean => unreal.test(word);
/** A record that is not this is the one before: `is_current: false`. */
const current = /^(?:current|latest|newest)$/;
const real = /^(?:live|livemode|prod|production|real|success|successful|succeeded|ok|valid|committed)$/;
const modes: ReadonlySet<string> = new Set(['environment', 'mode', 'stage']);

/** What happened is only that somebody tried whether anything arrives. */
const isProbe = (value: string): boolean =>
  wordsIn(value).some((word) => /^(?:test|ping|heartbeat)$/.test(word));

const isUnrealMode = (text: string): boolean => {
  const words = wordsIn(text).filter((word) => !besideUnreal.has(word));
  return words.length > 0 && words.every((word) => unreal.test(word));
};

/** What may stand beside such a word in the name of a flag, or in that of a mode. */
const besideUnreal: ReadonlySet<string> = wordSet(
  'account call data event flag is item message mode object only order payload payment record request row run transaction was webhook',
);

interface NameKind {
  isFlag: boolean;
  isTeller: boolean;
  isFormer: boolean;
  /** How it says that a record is not real: by being set, by not being set, or by the name of a mode. */
  unreal: 'set' | 'unset' | 'mode' | undefined;
}

const kinds = new Map<string, NameKind>();
const maxKinds = 20_000;

function kindOf(name: string): NameKind {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const words = wordsOf(name.replace(/rolled[_-]?back/i, 'rollback'));
  const others = words.filter((word) => !takenAway.test(word));
  const isMadeOf = (telling: (word: string) => boolean) =>
    words.some(telling) && words.every((word) => telling(word) || besideUnreal.has(word));
  const kind: NameKind = {
    isFormer: isMadeOf((word) => current.test(word)),
    unreal:
      isMadeOf((word) => unreal.test(word)) || /^validate_?only$/i.test(name)
        ? 'set'
        : isMadeOf((word) => real.test(word))
          ? 'unset'
          : isMadeOf((word) => modes.has(word))
            ? 'mode'
            : undefined,
    isFlag: others.length < words.length && others.every((word) => beside.has(word)),
    isTeller:
      words.some((word) => tellers.has(word)) ||
      [...tellers].some((word) => word.length > 1 && lettersOf(name).endsWith(word)),
  };
  if (kinds.size >= maxKinds) kinds.clear();
  kinds.set(name, kind);
  return kind;
}

const wordsIn = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);

/** What the contract is about happens to its records: a `deletion_request` is created when it says `deletion`. */
const isOwn = (word: string, own: OwnNames): boolean =>
  own.flat().some((other) => other.slice(0, 5) === word.slice(0, 5));
