import type { Json, JsonObject } from '../../../model/json.ts';
import { cast, mayBeGrouped } from '../../plans/cast.ts';
import type { CastType } from '../../../model/plan.ts';
import { typesOf } from '../../plans/schema-paths.ts';
import { takesWholeNumbersOnly } from '../../plans/whole-numbers.ts';

export interface Cast {
  to: CastType;
  format?: string;
}

const clocks = ['HH:mm', 'HH:mm:ss', 'HH:mm:ss.SSS', 'hh:mm A', 'hh:mm:ss A'];
/** A time of the day says something only with its zone. */
const times = ['', ...clocks.flatMap((time) => [` ${time} Z`, ` ${time}Z`])];

/**
 * Ways in which dates are commonly written, beside ISO 8601; a date that fits two of them with different results is
 * ambiguous.
 */
const dates = [
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'YYYY/MM/DD',
  'DD.MM.YYYY',
  'MM.DD.YYYY',
  'YYYY.MM.DD',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'DD MMM YYYY',
  'DD MMMM YYYY',
  'DD-MMM-YYYY',
  'MMM DD, YYYY',
  'MMMM DD, YYYY',
  'ddd, DD MMM YYYY',
  'dddd, DD MMMM YYYY',
  'dddd, MMMM DD, YYYY',
  'ddd MMM DD YYYY',
];

/** Times without a zone: for where the event names it elsewhere. */
export const timeFormats: readonly string[] = dates.flatMap((date) =>
  clocks.flatMap((time) => [`${date} ${time}`, `${date}, ${time}`]),
);

const dateFormats = [
  ...dates.flatMap((date) => times.map((time) => date + time)),
  'YYYY-MM-DD HH:mm:ss Z',
  'YYYY-MM-DD hh:mm:ss A Z',
  'DD/MM/YYYYTHH:mm:ssZ',
  'MM/DD/YYYYTHH:mm:ssZ',
  'DD/MM/YYYY, HH:mm:ss Z',
  'MM/DD/YYYY, hh:mm:ss A Z',
  'MMM DD, YYYY, hh:mm:ss A Z',
  'MMM DD, YYYY, HH:mm:ss Z',
  'ddd MMM DD HH:mm:ss Z YYYY',
  'ddd MMM DD YYYY HH:mm:ss Z',
  'YYYYMMDD',
  'YYYYMMDDTHHmmssZ',
];

/** The casts that make of a value what the contract wants at a place, as far as the value allows them. */
export function castsFor(value: Json, schemas: readonly JsonObject[]): Cast[] {
  const whole = takesWholeNumbersOnly(schemas);
  const wanted = schemas.flatMap(wantedTypes).map((to) => (whole && isFraction(to) ? 'integer' : to));
  const casts = [...new Set(wanted)].flatMap((to): Cast[] => [
    ...formatsFor(value, to).map((format) => ({ to, format })),
    { to },
  ]);
  return casts.filter(({ to, format }) => {
    const made = cast(value, to, format);
    return made.ok && (format === undefined || !isRemote(made.value, to));
  });
}

const isFraction = (to: CastType): boolean => to === 'number' || to === 'decimal';

/** A date read by a guessed format, but in a year nobody writes of: more likely it was meant to be read otherwise. */
export function isRemote(made: Json, to: CastType): boolean {
  if ((to !== 'datetime' && to !== 'date') || typeof made !== 'string') return false;
  const year = Number(made.slice(0, 4));
  return year < 1800 || year > 2200;
}

const typeOfFormat: ReadonlyMap<string, CastType> = new Map([
  ['date-time', 'datetime'],
  ['date', 'date'],
  ['uuid', 'uuid'],
  ['decimal', 'decimal'],
]);

/** A format says more than a type: a decimal may be sent as text, but not as any text. */
function wantedTypes(schema: JsonObject): CastType[] {
  const { format } = schema;
  const special = typeof format === 'string' ? typeOfFormat.get(format) : undefined;
  if (special !== undefined) return [special];
  const listed = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const'] ?? null];
  const members = listed.map((member) => typeof member);
  return [...typesOf(schema), ...members].filter(
    (type): type is CastType =>
      type === 'string' || type === 'integer' || type === 'number' || type === 'boolean',
  );
}

function formatsFor(written: Json, to: CastType): string[] {
  const value = typeof written === 'string' ? written.replace(/^[+\u2212](?=\d)/, '') : written;
  if (to === 'datetime' && isUnixTime(value, 10)) return ['unix'];
  if (to === 'datetime' && isUnixTime(value, 13)) return ['unix_ms'];
  if (to === 'date' && typeof value === 'number' && /^\d{8}$/.test(String(value))) return ['YYYYMMDD'];
  if (typeof value !== 'string') return [];
  if (to === 'datetime' || to === 'date') return dateFormats;
  if (to !== 'decimal' && to !== 'number') return [];
  // With both signs, or one of them twice, a number tells its own format; `1,234` and `1.234` may be two numbers.
  if (mayBeGrouped(value)) return [];
  if (value.includes(',') && value.includes('.')) return ['1,234.56', '1.234,56'];
  if (/^-?[1-9]\d{0,2}(\.\d{3})+$/.test(value)) return ['1.234,56'];
  if (/^-?[1-9]\d{0,2}(,\d{3}){2,}$/.test(value)) return ['1,234.56'];
  // No group has other than three digits, and none stands behind more than three.
  if (/^-?(?:\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d{3})$/.test(value)) return ['1.234,56'];
  // Whose point it is must be known of the next number, too.
  return value.includes('.') ? ['1234.56'] : [];
}

/** Ten digits are seconds from 2001 on, thirteen are milliseconds. */
function isUnixTime(value: Json, digits: number): boolean {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return text.length === digits && /^[1-9]\d*$/.test(text);
}
