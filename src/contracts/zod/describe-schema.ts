import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { deref } from '../json-schema/refs.ts';
import { fieldsInWords, oneOf } from '../violation.ts';

const formatWords: ReadonlyMap<string, string> = new Map([
  ['date-time', 'ISO 8601 date-time'],
  ['datetime', 'ISO 8601 date-time'],
  ['date', 'date as YYYY-MM-DD'],
  ['time', 'ISO 8601 time'],
  ['email', 'e-mail address'],
  ['uuid', 'UUID'],
  ['guid', 'UUID'],
  ['uri', 'URI'],
  ['url', 'URL'],
  ['duration', 'ISO 8601 duration'],
  ['ipv4', 'IPv4 address'],
  ['ipv6', 'IPv6 address'],
  ['cidrv4', 'IPv4 range'],
  ['cidrv6', 'IPv6 range'],
  ['hostname', 'host name'],
  ['base64', 'base64 text'],
  ['base64url', 'base64url text'],
  ['jwt', 'JSON Web Token'],
  ['e164', 'phone number like +4930123456'],
  ['regex', 'regular expression'],
  ['lowercase', 'text in lower case'],
  ['uppercase', 'text in upper case'],
]);

/** A string format as a person would say it. */
export const describeFormat = (format: string): string =>
  formatWords.get(format) ?? `text in the format ${format}`;

/** What a JSON Schema wants, in a few words: `one of EUR, USD`, `ISO 8601 date-time or null`, `number ≥ 0`. */
export function describeSchema(schema: JsonObject, root: JsonObject): string {
  const target = deref(schema, root);
  if (target['const'] !== undefined) return oneOf([target['const']]);
  if (Array.isArray(target['enum'])) return oneOf(target['enum']);
  const { type, format, minimum, exclusiveMinimum } = target;
  const types = (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string');
  if (types.length === 0) return describeAlternatives(target, root) ?? 'a value';
  const words = format === 'decimal' && types.includes('number') ? decimal(types) : types.map(wordOf(format));
  const isNumeric = types.includes('number') || types.includes('integer');
  if (isNumeric && typeof exclusiveMinimum === 'number') return `${words.join(' or ')} > ${exclusiveMinimum}`;
  if (isNumeric && typeof minimum === 'number') return `${words.join(' or ')} ≥ ${minimum}`;
  return words.join(' or ');
}

const wordOf = (format: Json | undefined) => (type: string) =>
  type === 'string' && typeof format === 'string' ? describeFormat(format) : type;

/** A decimal may come as a number or as its digits in a text. */
const decimal = (types: readonly string[]): string[] =>
  types.filter((type) => type !== 'string').map((type) => (type === 'number' ? 'decimal' : type));

function describeAlternatives(schema: JsonObject, root: JsonObject): string | undefined {
  const [keyword] = ['oneOf', 'anyOf', 'allOf'].filter((keyword) => Array.isArray(schema[keyword]));
  const parts = keyword === undefined ? undefined : schema[keyword];
  if (!Array.isArray(parts) || parts.length > 4) return undefined;
  const words = parts.filter((part) => isObject(part)).map((part) => deref(part, root)['type']);
  const named = words.filter((word) => typeof word === 'string');
  return named.length === 0 ? undefined : [...new Set(named)].join(' or ');
}

/** What a schema with alternatives wants; the fields that each requires tell them apart, where nothing shorter does. */
export function describeChoice(schema: JsonObject, keyword: string, root: JsonObject): string {
  const words = describeSchema(schema, root);
  const parts = schema[keyword];
  if (!Array.isArray(parts) || !/^(?:a value|object)$/.test(words)) return words;
  const required = parts.map((part) => {
    const names = isObject(part) ? deref(part, root)['required'] : undefined;
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined;
  });
  const fields = fieldsInWords(required);
  return fields === '' ? words : `object${fields}`;
}
