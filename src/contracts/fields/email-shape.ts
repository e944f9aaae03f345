/** The longest address that SMTP can carry; also what keeps a pattern's running time small. */
export const longestEmail = 320;

/**
 * As browsers judge `<input type="email">` (the WHATWG's HTML standard), with the letters and digits of all scripts in both
 * parts, as RFC 6531 has them.
 */
export const emailShape =
  /^[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?)*$/u;

export const isEmail = (text: string): boolean => text.length <= longestEmail && emailShape.test(text);
