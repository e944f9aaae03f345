import type { z } from 'zod';
import { isSmallUuid, isUuid } from '../../model/uuid.ts';
import { datetime, type FieldHints } from './datetime.ts';
import { emailShape, longestEmail } from './email-shape.ts';
import { Breach, field } from './field.ts';

export { date, datetime } from './datetime.ts';
export { decimal, type DecimalOptions } from './decimal.ts';
export { integer, type IntegerOptions } from './integer.ts';

/** A UUID of any version, in any case; comes out in lower case. */
export function uuid(hints: FieldHints = {}) {
  const type = new Breach('type', 'UUID');
  const format = new Breach('format', 'UUID');
  return field<string>({ type: 'string', format: 'uuid', 'x-column': 'uuid', ...hints }, (value) => {
    if (typeof value !== 'string') return type;
    if (isSmallUuid(value)) return value;
    return isUuid(value) ? value.toLowerCase() : format;
  });
}

/** The event's own identity, a UUID; the request id when the sender gives none. */
export const eventId = () => uuid({ 'x-envelope': 'request_id' });

/** When the event happened; when it was received, if the sender does not say. */
export const receivedTimestamp = () => datetime({ 'x-envelope': 'received_at' });

/** Who sent the event, not empty; the source it came in by, else `fallback`. */
export function sourceName(fallback: string) {
  return text(
    { minLength: 1, 'x-envelope': 'source' },
    'non-empty text',
    'too_small',
    (value) => value !== '',
  )
    .default(fallback)
    .meta({ 'x-envelope': 'source' });
}

/** Three ASCII letters, as in ISO 4217, in the case they came in. */
export function currencyCode() {
  const shape = /^[A-Za-z]{3}$/;
  return text({ pattern: shape.source }, 'currency code of 3 letters', 'pattern', (value) =>
    shape.test(value),
  );
}

/** An e-mail address of at most 320 characters, as browsers take them and in any script, or as `pattern` says. */
export function email(pattern: RegExp = emailShape) {
  // A sticky or global expression remembers where it stopped.
  const shape = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return text(
    { format: 'email', pattern: shape.source, maxLength: longestEmail },
    'e-mail address',
    'format',
    (value) => value.length <= longestEmail && shape.test(value),
  );
}

function text(
  metadata: Parameters<typeof field>[0],
  expected: string,
  code: Breach['code'],
  accepts: (value: string) => boolean,
): z.ZodPipe<z.ZodUnknown, z.ZodTransform<string>> {
  const type = new Breach('type', expected);
  const refused = new Breach(code, expected);
  return field<string>({ type: 'string', 'x-column': 'string', ...metadata }, (value) => {
    if (typeof value !== 'string') return type;
    return accepts(value) ? value : refused;
  });
}
