import { z } from 'zod';

/**
 * The kinds of settings. The message of every check is what is allowed there, in full, so that whichever check
 * fails first, the reader of the error learns all of it.
 */

const number = (value: number): string => value.toLocaleString('en-US');

export function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${number(min)} to ${number(max)}`;
  return z.int(allowed).min(min, allowed).max(max, allowed);
}

export function numberBetween(min: number, max: number) {
  const allowed = `a number from ${number(min)} to ${number(max)}`;
  return z.number(allowed).min(min, allowed).max(max, allowed);
}

/** Days or the like: fractions are fine, zero is not. */
export function positiveNumber(max: number, unit: string) {
  const allowed = `a number of ${unit} greater than 0 and at most ${number(max)}`;
  return z.number(allowed).positive(allowed).max(max, allowed);
}

export function yesOrNo() {
  return z.boolean('true or false');
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, `one of ${values.join(', ')}`);
}

export function text(allowed: string, pattern = /\S/) {
  return z.string(allowed).regex(pattern, allowed);
}

export function listOf<T extends z.ZodType>(item: T, allowed: string) {
  return z.array(item, allowed).min(1, allowed);
}

/** A mapping with exactly these keys; the message for an unknown key is made in problems.ts. */
export function group<T extends z.core.$ZodShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'a group of settings'),
  });
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes, as a number or with a unit: `10485760`, `10 MiB`, `2GB`. */
export function byteSize(min: number, max: number) {
  const allowed = `a size from ${formatBytes(min)} to ${formatBytes(max)}, such as 10485760 or 10 MiB`;
  return z.preprocess(
    (value) => (typeof value === 'string' ? (parseBytes(value) ?? value) : value),
    z.int(allowed).min(min, allowed).max(max, allowed),
  );
}

function parseBytes(value: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  const unit = (match?.[2] ?? '').toLowerCase();
  if (!match || !Object.hasOwn(units, unit)) return undefined;
  return Math.round(Number(match[1]) * (units[unit] ?? 1));
}

/** `10 MiB`, `1.5 GiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(names.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${names[power] ?? 'B'}`;
}
