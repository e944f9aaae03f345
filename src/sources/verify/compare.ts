import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DigestEncoding, HashName } from './scheme.ts';

/** Compares in a time that says nothing about where they differ, or of how long the secret one is. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** Looks at all, so that the time does not say which one fits. */
export function fitsAny(given: readonly string[], expected: readonly string[]): boolean {
  let fits = false;
  for (const one of expected)
    for (const other of given.flatMap(spellings)) if (isSame(other, one)) fits = true;
  return fits;
}

/** Node reads a header's bytes as Latin-1; most clients write UTF-8. */
const spellings = (text: string): string[] =>
  isPlain.test(text) ? [text] : [text, Buffer.from(text, 'latin1').toString()];

const isPlain = /^[ -~]*$/;

/** A text for a header, whose bytes are its UTF-8. */
export const asHeader = (text: string): string => Buffer.from(text).toString('latin1');

/** The same for digests, whose length is no secret. */
export function fitsAnyDigest(given: readonly string[], expected: readonly string[]): boolean {
  let fits = false;
  for (const one of expected)
    for (const other of given) {
      const [a, b] = [Buffer.from(other), Buffer.from(one)];
      if (a.length === b.length && timingSafeEqual(a, b)) fits = true;
    }
  return fits;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function hmac(
  algorithm: HashName,
  key: string | Buffer,
  parts: readonly (string | Buffer)[],
  encoding: DigestEncoding,
): string {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
}

/** A header's text; nothing when it is missing. Node joins repeated ones with commas, which no signature survives. */
export function headerText(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** The bytes that base64 spells; nothing for text that Node would read by leaving some of it out. */
export function bytesOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : Buffer.alloc(0);
}
