export const maxKeyBytes = 1000;

/** A state key as bytes. Throws a RangeError for one that cannot be stored as it is. */
export function keyBytes(key: string): Buffer {
  const bytes = Buffer.from(key);
  if (bytes.length === 0 || bytes.length > maxKeyBytes)
    throw new RangeError(`a state key has 1 to ${maxKeyBytes} bytes, this one has ${bytes.length}`);
  // Different lone surrogates would become the same bytes.
  if (/\p{Surrogate}/u.test(key)) throw new RangeError('a state key is well-formed Unicode');
  return bytes;
}
