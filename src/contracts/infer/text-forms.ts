import { isEmail } from '../fields/email-shape.ts';
import { holds } from '../json-schema/formats.ts';

/** Forms of text that a contract can ask for. All but the last two are formats of JSON Schema. */
export type TextForm = 'date-time' | 'date' | 'uuid' | 'email' | 'uri' | 'ipv4' | 'decimal' | 'digits';

/** Looking at longer text would take time for nothing. */
const longest = 2_000;

// The validator's own checks: what is inferred accepts what it was inferred from.
const hints: readonly [TextForm, (text: string) => boolean][] = [
  ['date-time', (text) => /^\d{4}-\d\d-\d\d[Tt ]/.test(text) && holds('date-time', text)],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && holds('date', text)],
  ['uuid', (text) => /^[\da-f]{8}-/i.test(text) && holds('uuid', text)],
  ['email', (text) => /@[^@]+\./.test(text) && isEmail(text)],
  ['uri', (text) => /^(?:https?|wss?|ftp):\/\//.test(text) && holds('uri', text)],
  ['ipv4', (text) => /^\d+\.\d+\.\d+\.\d+$/.test(text) && holds('ipv4', text)],
  ['decimal', (text) => text.length <= 38 && /^-?\d+\.\d+$/.test(text)],
  ['digits', (text) => /^\d+$/.test(text)],
];

export function formsOf(text: string): TextForm[] {
  if (text.length === 0 || text.length > longest) return [];
  return hints.filter(([, is]) => is(text)).map(([form]) => form);
}
