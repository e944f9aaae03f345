import { domainToASCII } from 'node:url';
import type { Ajv } from 'ajv';
import type * as package_ from 'ajv-formats';
import { requirePackage } from '../../support/require-package.ts';
import { isEmail } from '../fields/email-shape.ts';

const formats = () => requirePackage<typeof package_.default>('ajv-formats').default;

/** The formats of ajv-formats, some of them in another way, and those that it lacks. */
export function addFormats(ajv: Ajv): void {
  formats()(ajv);
  for (const name of ['email', 'idn-email']) ajv.addFormat(name, isEmail);
  ajv.addFormat('url', isUrl);
  ajv.addFormat('idn-hostname', (text: string) => holds('hostname', domainToASCII(text)));
  for (const name of ['uri', 'uri-reference'])
    ajv.addFormat(name.replace('uri', 'iri'), (text: string) => holds(name, inAscii(text)));
}

/** White space and control characters are in no address; any other character beyond ASCII may stand where a letter may. */
const inAscii = (text: string): string =>
  text.replaceAll(/[^\0-\x7f]/gu, (character) => (/[\p{Z}\p{C}]/u.test(character) ? ' ' : 'a'));

/** Whether a text has a format of ajv-formats. */
export function holds(name: string, text: string): boolean {
  const format = formats().get(name as package_.FormatName);
  const check = typeof format === 'object' && 'validate' in format ? format.validate : format;
  if (check instanceof RegExp) return check.test(text);
  return typeof check === 'function' && (check as (text: string) => boolean)(text);
}

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
  const { source, flags } = formats().get('url') as RegExp;
  return new RegExp(source.replace(String.raw`(?:\S+(?::\S*)?@)?`, String.raw`(?:\S+@)?`), flags);
}
