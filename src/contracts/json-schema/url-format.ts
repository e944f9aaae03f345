import formats from 'ajv-formats';

/**
 * The format `url` as ajv-formats has it, without its two ways to go back over a text: a name and a password before an `@`
 * are one run of characters (they are the same texts), and a text with white space is none before it is looked at.
 */
export function isUrl(text: string): boolean {
  return !/\s/.test(text) && linear.test(text);
}

const { source, flags } = formats.default.get('url') as RegExp;
const linear = new RegExp(source.replace(String.raw`(?:\S+(?::\S*)?@)?`, String.raw`(?:\S+@)?`), flags);
