/** Says what a text looks like without saying what it is: a format class, or a kind of characters and a length. */
export function textClass(text: string): string {
  if (text === '') return 'string:empty';
  const trimmed = text.trim();
  if (trimmed === '') return 'string:blank';
  const described = describe(trimmed);
  return trimmed.length === text.length ? described : `${described}, with white space around it`;
}

function describe(text: string): string {
  if (text.length > longest) return `string:text(${lengthClass(text.length)})`;
  const format = formats.find(([, pattern]) => pattern.test(text));
  if (format !== undefined) return `string:${format[0]}${format[2] ? `(${text.length})` : ''}`;
  const kind = characterKinds.find(([, pattern]) => pattern.test(text));
  const parts = separators
    .map((separator) => ({ separator, count: text.split(separator).length }))
    .filter(({ count }) => count > 1)
    .map(({ separator, count }) => `${count <= 9 ? count : 'many'} parts by ${JSON.stringify(separator)}`);
  return [`string:${kind?.[0] ?? 'text'}(${lengthClass(text.length)})`, ...parts].join(', ');
}

/** Longer texts are not examined: their length is all that a structural repair can need. */
const longest = 300;

/** Name, pattern, and whether the exact length is told; the first that fits is used. */
const formats: readonly (readonly [string, RegExp, boolean?])[] = [
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
  ['email', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['url', /^[a-z][a-z\d+.-]*:\/\/\S+$/i],
  ['date-time ISO 8601', /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i],
  ['date-time without zone', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/],
  ['date YYYY-MM-DD', /^\d{4}-\d\d-\d\d$/],
  ['date YYYY/MM/DD-like', /^\d{4}\/\d\d?\/\d\d?$/],
  ['date DD/MM/YYYY-like (first part above 12)', /^(1[3-9]|2\d|3[01])\/\d\d?\/\d{4}$/],
  ['date MM/DD/YYYY-like (second part above 12)', /^\d\d?\/(1[3-9]|2\d|3[01])\/\d{4}$/],
  ['date DD/MM/YYYY or MM/DD/YYYY (ambiguous)', /^\d\d?\/\d\d?\/\d{4}$/],
  ['date DD.MM.YYYY-like', /^\d\d?\.\d\d?\.\d{4}$/],
  ['date DD-MM-YYYY or MM-DD-YYYY', /^\d\d?-\d\d?-\d{4}$/],
  ['integer', /^[+-]?\d+$/, true],
  ['decimal', /^[+-]?\d+\.\d+$/, true],
  ['number 1,234.56-like', /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/],
  ['number 1.234,56-like', /^[+-]?\d{1,3}(\.\d{3})+,\d+$/],
  ['number with decimal comma', /^[+-]?\d+,\d+$/],
  ['number in scientific notation', /^[+-]?\d+(\.\d+)?e[+-]?\d+$/i],
  ['boolean word', /^(true|false|yes|no|on|off)$/i],
];

const characterKinds: readonly (readonly [string, RegExp])[] = [
  ['upper-case letters', /^[A-Z]+$/],
  ['lower-case letters', /^[a-z]+$/],
  ['letters', /^\p{L}+$/u],
  ['letters and digits', /^[\p{L}\d]+$/u],
  ['identifier', /^[\p{L}\d_-]+$/u],
];

const separators = [' ', ',', ';', '|', '/', ':', '-', '_'] as const;

/** Exact up to 8, because contracts ask for such lengths (`currency`: 3 letters); coarse above. */
function lengthClass(length: number): string {
  if (length <= 8) return String(length);
  for (const limit of [16, 32, 64, 256, 1024, 65_536]) if (length <= limit) return `up to ${limit}`;
  return 'very long';
}

/** True for an object key that is itself a value: an address, an identifier, a number, a date, or very long. */
export function looksLikeValue(key: string): boolean {
  return (
    key.length > 64 ||
    key.includes('@') ||
    key.replace(/\D/g, '').length >= 5 ||
    generated.test(key) ||
    /^(string:)(uuid|url|date|integer|decimal|number)/.test(textClass(key))
  );
}

/** Hex digits with a digit among them, IP addresses, and letters that change to digits and back more than once. */
const generated =
  /^(?=.*\d)[0-9a-f-]{10,}$|^\d{1,3}(\.\d{1,3}){3}$|^(?=.{10,})[\w-]*\d[a-z][a-z_-]*\d+[a-z][\w-]*$/i;
