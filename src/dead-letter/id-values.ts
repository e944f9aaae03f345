import { hash } from 'node:crypto';
import { parseJson } from '../model/exact-json.ts';
import { isAnyNumber } from '../model/exact-number.ts';
import { isIdName } from '../model/id-field.ts';
import { type Json, isContainer } from '../model/json.ts';

/*
 * Values by which people look for an event, an order number or an e-mail address, wherever they stand: the fields of a failed event
 * may have any name. Of each a few letters of its hash are kept in the letter's index entry, so that no more is told by it than
 * that the letter may hold the value.
 */

/** Of one letter. */
export const mostIdHashes = 8;
const mostLooked = 200;
const mostDepth = 5;
/** Of base64url: 36 bits. */
const hashLength = 6;
const shortest = 3;
const longest = 100;

/** An instant is no name of anything. */
const isTime = /^\d{4}-\d{2}-\d{2}(?:[T ]|$)/;

let last: { raw: string; hashes: string } = { raw: '', hashes: '' };

/** The hashes of an event's telling values, one after the other. A letter that changes is asked for twice, with the same event. */
export function idHashes(raw: string): string {
  if (last.raw !== raw) last = { raw, hashes: hashesIn(raw) };
  return last.hashes;
}

function hashesIn(raw: string): string {
  let event: Json;
  try {
    event = parseJson(raw);
  } catch {
    return '';
  }
  // Names that say that the value is one to look for come first.
  const [named, others] = [new Set<string>(), new Set<string>()];
  const open: [name: string, value: Json, depth: number][] = [['', event, 0]];
  for (let at = 0; at < open.length && at < mostLooked; at++) {
    const [name, value, depth] = open[at]!;
    if (isContainer(value)) {
      if (depth === mostDepth) continue;
      for (const [key, inner] of Object.entries(value).slice(0, mostLooked))
        open.push([Array.isArray(value) ? name : key, inner, depth + 1]);
    } else if (isTelling(value)) (isIdName(name) ? named : others).add(String(value));
  }
  return [...new Set([...named, ...others])].slice(0, mostIdHashes).map(idHash).join('');
}

/** The first 32 bits of each hash. */
export function idHashWords(hashes: string): number[] {
  const words: number[] = [];
  for (let at = 0; at + hashLength <= hashes.length && words.length < mostIdHashes; at += hashLength) {
    let word = 0;
    for (let digit = 0; digit < hashLength - 1; digit++)
      word = (word << 6) | digits.indexOf(hashes[at + digit]!);
    words.push(((word << 2) | (digits.indexOf(hashes[at + hashLength - 1]!) >> 4)) >>> 0);
  }
  return words;
}

/** Of base64url. */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** In any case of its letters. */
export const idHash = (value: string): string =>
  hash('sha256', value.toLowerCase(), 'base64url').slice(0, hashLength);

function isTelling(value: Json): boolean {
  if (isAnyNumber(value)) return Number.isInteger(Number(value)) && String(value).length >= shortest;
  return (
    typeof value === 'string' &&
    value.length >= shortest &&
    value.length <= longest &&
    /[\d@]/.test(value) &&
    !/\s/.test(value) &&
    !isTime.test(value)
  );
}
