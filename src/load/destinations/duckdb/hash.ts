import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json } from '../../../model/json.ts';
import { rowsOf } from './rows.ts';
import { literal } from './sql.ts';

/** A 64-bit hash as two unsigned words of 32 bits. */
export type Hash = readonly [high: number, low: number];

/*
 * DuckDB's `hash()` of a text, a UUID or a whole number, computed here: 0.1 µs, where a question to DuckDB costs a
 * millisecond. undefined: not such a value.
 */

const multiplier = { high: 0xd6e8feb8, low: 0x6659fd93, low0: 0xfd93, low1: 0x6659 };
const lengthFactor = { high: 0xc6a4a793, low: 0x5bd1e995 };
const seedLow = 0xe17a1465;

/** The hash under way. Two numbers of the module, as a tuple for each step would cost more than the step. */
let high = 0;
let low = 0;

/** Takes in 64 bits. */
function take(nextHigh: number, nextLow: number): void {
  high ^= nextHigh;
  low ^= nextLow;
  multiply();
}

/** By the multiplier, modulo 2⁶⁴. */
function multiply(): void {
  const low0 = low & 0xffff;
  const low1 = low >>> 16;
  const p00 = low0 * multiplier.low0;
  const middle = low1 * multiplier.low0 + (p00 >>> 16);
  const middle2 = low0 * multiplier.low1 + (middle & 0xffff);
  const carried = low1 * multiplier.low1 + (middle >>> 16) + (middle2 >>> 16);
  high = (carried + Math.imul(high, multiplier.low) + Math.imul(low, multiplier.high)) | 0;
  low = (middle2 << 16) | (p00 & 0xffff);
}

/** Spreads every bit over the whole hash. */
function mix(): void {
  low ^= high;
  multiply();
  low ^= high;
  multiply();
  low ^= high;
}

const taken = (): Hash => [high >>> 0, low >>> 0];

function ofWord(wordHigh: number, wordLow: number): Hash {
  high = wordHigh;
  low = wordLow;
  mix();
  return taken();
}

export function combine([aHigh, aLow]: Hash, [bHigh, bLow]: Hash): Hash {
  high = aHigh;
  low = aLow ^ aHigh;
  multiply();
  return [(high ^ bHigh) >>> 0, (low ^ bLow) >>> 0];
}

export function ofInteger(value: Json): Hash | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
  return ofWord(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

/** The value of a hexadecimal digit by its character code, -1 of all else. */
const digits = new Int8Array(0x10000).fill(-1);
for (let value = 0; value < 16; value++) {
  for (const digit of [value.toString(16), value.toString(16).toUpperCase()])
    digits[digit.charCodeAt(0)] = value;
}

/** Four digits; negative when one is none. */
const hex = (text: string, at: number): number =>
  (digits[text.charCodeAt(at)]! << 12) |
  (digits[text.charCodeAt(at + 1)]! << 8) |
  (digits[text.charCodeAt(at + 2)]! << 4) |
  digits[text.charCodeAt(at + 3)]!;

const hyphen = 0x2d;

export function ofUuid(value: Json): Hash | undefined {
  if (typeof value !== 'string' || value.length !== 36) return undefined;
  // Written out, as arrays to be taken apart again would be made.
  const a = hex(value, 0);
  const b = hex(value, 4);
  const c = hex(value, 9);
  const d = hex(value, 14);
  const e = hex(value, 19);
  const f = hex(value, 24);
  const g = hex(value, 28);
  const h = hex(value, 32);
  if ((a | b | c | d | e | f | g | h) < 0) return undefined;
  for (let at = 8; at <= 23; at += 5) if (value.charCodeAt(at) !== hyphen) return undefined;
  // DuckDB keeps a UUID as a signed number of 128 bits, with the sign turned round so that order is that of the text.
  high = ((a << 16) | b) ^ 0x80000000;
  low = (c << 16) | d;
  mix();
  const upperHigh = high;
  const upperLow = low;
  high = (e << 16) | f;
  low = (g << 16) | h;
  mix();
  return [(high ^ upperHigh) >>> 0, (low ^ upperLow) >>> 0];
}

const isAscii = /^[\0-\x7f]*$/;

export function ofText(value: Json): Hash | undefined {
  if (typeof value !== 'string') return undefined;
  return ofBytes(isAscii.test(value) ? value : Buffer.from(value).toString('latin1'));
}

/** Of text each of whose characters stands for a byte. */
function ofBytes(text: string): Hash {
  const { length } = text;
  high = Math.imul(length, lengthFactor.high) + upperProduct(length, lengthFactor.low);
  low = Math.imul(length, lengthFactor.low) ^ seedLow;
  let at = 0;
  for (; at + 8 <= length; at += 8) take(word(text, at + 4, 4), word(text, at, 4));
  const rest = length - at;
  if (rest > 0) take(word(text, at + 4, rest - 4), word(text, at, Math.min(4, rest)));
  mix();
  return taken();
}

/** The upper 32 bits of a product of 32-bit numbers; the first is a length, below 2²⁶. */
function upperProduct(a: number, b: number): number {
  const lower = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + lower / 2 ** 16) / 2 ** 16);
}

/** `count` bytes from `at` on, the first one lowest. */
function word(text: string, at: number, count: number): number {
  let bits = 0;
  for (let i = 0; i < count; i++) bits |= text.charCodeAt(at + i) << (8 * i);
  return bits;
}

const probes: readonly (readonly [
  type: string,
  value: string | number,
  hash: (value: Json) => Hash | undefined,
])[] = [
  ...['', 'a', 'abcdefgh', 'abcdefghij', 'abcdefghijkl', 'abcdefghijklm', 'größe 😀'.repeat(9)].map(
    (text) => ['VARCHAR', text, ofText] as const,
  ),
  ...['00000000-0000-0000-0000-000000000000', '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a'].map(
    (uuid) => ['UUID', uuid, ofUuid] as const,
  ),
  ...[0, 7, -7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER].map(
    (integer) => ['BIGINT', integer, ofInteger] as const,
  ),
];

/** Whether this DuckDB hashes as this file does: `hash()` is its own affair, and may change with a version. */
export async function hashesAgree(connection: DuckDBConnection): Promise<boolean> {
  const values = probes.map(([type, value]) => `${literal(String(value))}::${type}`);
  const lists = [...values.map((value) => [value]), ...values.map((value, i) => [value, values.at(i - 1)!])];
  const [found = []] = await rowsOf(
    connection,
    `SELECT ${lists.map((list) => `hash(${list.join(', ')})`).join(', ')}`,
  );
  const single = probes.map(([, value, hash]) => hash(value)!);
  const expected = [...single, ...single.map((hash, i) => combine(hash, single.at(i - 1)!))];
  return expected.every(([upper, lower], i) => BigInt(upper) * 2n ** 32n + BigInt(lower) === found[i]);
}
