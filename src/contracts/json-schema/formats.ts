import { createRequire } from 'node:module';
import type * as formats from 'ajv-formats';

/**
 * The format `url` as ajv-formats has it, without its two ways to go back over a text: a name and a password before an `@`
 * are one run of characters (they are the same texts), and a text with white space is none before it is looked at.
 */
export function isUrl(text: string): boolean {
  return !/\s/.test(text) && (linear ??= linearUrl()).test(text);
}

/** Made of the package's own when the first text is looked at. */
let linear: RegExp | undefined;

function linearUrl(): RegExp {
  const { default: format } = createRequire(import.meta.url)('ajv-formats') as typeof formats.default;
  const { source, flags } = format.get('url') as RegExp;
  return new RegExp(source.replace(String.raw`(?:\S+(?::\S*)?@)?`, String.raw`(?:\S+@)?`), flags);
}
